"""What the query machine says."""

from protocol.console.texts import Texts

QUERY: Texts = {
    "query.title": ("查询机", "Ask here"),
    "query.start": ("您想问什么？", "What would you like to know?"),
    "query.ask": ("用您自己的话问", "In your own words"),
    "query.example": ("例如：孩子上户口要带什么", "For example: registering a newborn"),
    "query.do": ("问一问", "Ask"),
    "query.waiting": ("现在要等多久", "How long is the wait?"),
    "query.places": ("开门时间和其他站点", "Opening hours, other stations"),
    "query.answer": ("为您找到", "Here is what we found"),
    "query.door-empty": (
        "这一类现在没有事项，请问窗口。",
        "There is nothing behind this door now: please ask at the counter.",
    ),
    # one item
    "query.elsewhere": ("可以到这些地方办：", "These take it in: "),
    "query.nowhere": ("请到上面写的部门办理。", "Please go to the office named above."),
    "query.kind-town": ("镇街便民服务中心", "town centers"),
    "query.kind-village": ("村便民服务站", "village stations"),
    "query.kind-residential": ("小区便民服务站", "residential-area stations"),
    "query.kind-business": ("商圈服务驿站", "business-street stations"),
    "query.draw": ("办这件事，取个号", "Take a number for this"),
    "query.slip": ("打一张小票带走", "Print a slip"),
    "query.print": ("打印这一页", "Print this page"),
    "query.slip-taken": ("请取走小票。", "Please take the slip."),
    "query.slip-failed": ("小票没打出来", "The slip did not come out"),
    "query.slip-failed-next": (
        "请拍下屏幕，或者到窗口要一份。",
        "Take a picture of the screen, or ask at the counter.",
    ),
    "query.slip-title": ("办事指南", "Guide"),
    "query.slip-bring": ("要带的材料：", "What to bring:"),
    # how long one waits
    "query.shut": ("现在没有开门", "We are closed now"),
    "query.opens-at": ("{at:moment} 开门", "We open at {at:moment}"),
    "query.group": ("办什么", "What for"),
    "query.counters": ("开着的窗口", "Counters open"),
    "query.no-counter": ("暂时没有", "None now"),
    "query.before": ("前面几位", "Before you"),
    "query.wait": ("大概等多久", "Time to wait"),
    "query.wait-unknown": ("还说不准", "Cannot be told yet"),
    # places
    "query.hours": ("本站开门时间", "When we are open"),
    "query.stations": ("区里的其他站点", "Other stations of the district"),
    "query.stations-none": ("还没有收到区里的站点名单。", "The district has not told us the list yet."),
}
