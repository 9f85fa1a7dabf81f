"""The words of the list of demands."""

from protocol.console.texts import Texts

DEMAND_WORDS: Texts = {
    "demands.title": ("诉求", "Demands"),
    "demands.lead": (
        "各站登记的诉求，未办的按时间先后排列。数据截至 {at}。",
        "Demands taken in at the stations, open ones first. As of {at}.",
    ),
    "demands.none": ("还没有站点报来诉求", "No station has sent a demand yet"),
    "demands.number": ("编号", "Number"),
    "demands.station": ("站点", "Station"),
    "demands.type": ("类型", "Type"),
    "demands.place": ("地点", "Place"),
    "demands.content": ("内容", "What it is about"),
    "demands.who": ("提出人", "From"),
    "demands.anonymous": ("匿名", "anonymous"),
    "demands.papers": ("附件 {count} 份", "{count:attachment|attachments}"),
    "demands.at": ("登记时间", "Taken in"),
    "demands.due": ("答复期限", "Answer due"),
    "demands.late": ("已超期（{day:date}）", "overdue since {day:date}"),
    "demands.withdrawn": ("已撤回", "withdrawn"),
    "demand-type.question": ("咨询", "Question"),
    "demand-type.help": ("求助", "Call for help"),
    "demand-type.suggestion": ("建议", "Suggestion"),
    "demand-type.complaint": ("投诉", "Complaint"),
    "demand-type.report": ("举报", "Report"),
    "demand-type.other": ("其他", "Other"),
}
