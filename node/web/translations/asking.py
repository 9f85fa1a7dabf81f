"""The words of questions and answers, at the desk and at the machines of the room."""

from protocol.console.texts import Texts

ASKING: Texts = {
    "nav.ask": ("问事", "Ask"),
    "ask.title": ("您想办什么？", "What would you like to do?"),
    "ask.label": ("用自己的话问", "Ask in your own words"),
    "ask.hint": (
        "比如“社保卡丢了怎么办”“开个小吃店”。请不要输入姓名和证件号码。",
        "For example “lost my ID card”. Please leave out names and ID numbers.",
    ),
    "ask.do": ("问一问", "Ask"),
    "ask.about": ("您问的是：{asked}", "You asked: {asked}"),
    "ask.several": ("您是不是想办下面这几件事？", "Is it one of these?"),
    "ask.which": ("您要办的是哪一种：{kinds}？", "Which of these do you need: {kinds}?"),
    "ask.nothing": (
        "没有找到您问的事，您的问法已经记下，会有人来补上。",
        "Nothing was found. Your question has been written down, so that somebody can add it.",
    ),
    "ask.nothing-next": (
        "换个说法再问一次，或者直接问窗口工作人员；也可以拨打 12345。",
        "Try other words, or ask the staff at the counter; you can also call 12345.",
    ),
    "ask.here": ("本站可办", "Can be done here"),
    "ask.not-here": ("本站不收件", "Not taken in here"),
    "ask.bring": ("要带的材料", "What to bring"),
    "ask.bring-more": ("还有 {count} 份，见办事指南", "{count:more paper|more papers}: see the guide"),
    "ask.bring-none": ("不用另带材料", "Nothing to bring"),
    "ask.time": ("多久办好", "How long it takes"),
    "ask.limit": ("{what}：", "{what}: "),
    "ask.fee": ("收费", "Fee"),
    "ask.where": ("在哪里办", "Where"),
    "ask.guide": ("看办事指南", "Read the guide"),
    "ask.pick": ("选这个", "This one"),
    "ask.source": ("出处：事项 {code} 第 {version} 版", "Source: item {code}, version {version}"),
    "ask.basis": ("依据：{basis}", "Basis: {basis}"),
    "ask.met": ("按{field}“{text}”找到", "Found by its {field}: “{text}”"),
    "ask.field-name": ("事项名称", "name"),
    "ask.field-aliases": ("群众叫法", "common name"),
    "ask.field-result": ("办理结果", "result"),
    "ask.field-materials": ("材料和说明", "papers and notes"),
    "ask.field-legal_basis": ("法律依据", "legal basis"),
    "ask.unwanted": ("不是我要办的", "Not what I need"),
    "ask.noted": (
        "记下了，谢谢。下面这些也比较接近，请看看有没有您要办的。",
        "Noted, thank you. These come near too; please see whether one of them is it.",
    ),
    "items.asked-instead": (
        "没有叫“{asked}”的事项，下面是按意思找到的：",
        "No item is called “{asked}”. These were found by what was meant:",
    ),
    "items.ask": ("用群众的话问一问", "Ask in the citizen's words"),
}
