"""What the form machine says, and the desk's page of a form that was filled in there."""

from protocol.console.texts import Texts

FORM_MACHINE: Texts = {
    "form.title": ("填单机", "Fill in a form"),
    "form.start": ("先填好表，到窗口扫一下就行", "Fill in your form here; the counter just scans it"),
    "form.start-lead": ("填一次，不用再手写。您要办什么？", "You fill it in once. What is it about?"),
    "form.search": ("用您自己的话说", "In your own words"),
    "form.search-example": ("例如：身份证丢了", "For example: lost my card"),
    "form.find": ("找一找", "Find"),
    "form.none": (
        "现在没有可以在这里填的表，请到窗口办理。",
        "There is no form to fill in here now: please go to the counter.",
    ),
    "form.found": ("找到这些", "Found"),
    "form.item-do": ("填这张表", "Fill in this form"),
    "form.comma": ("、", ", "),
    "form.check-title": ("看一遍，都对吗？", "Is everything right?"),
    "form.bring": ("到窗口请带上：{names}", "Bring to the counter: {names}"),
    "form.keep-lead": (
        "填好的表只存在本站，到 {day:date} 为止；窗口取用后这里就不留了。",
        "It stays at this station only, until {day:date}, and is gone once the counter has taken it.",
    ),
    "form.keep": ("填好了，给我号码", "Done: give me the code"),
    "form.done-title": ("填好了", "Filled in"),
    "form.done": ("填好了，请到窗口扫这个码", "Done. Show this code at the counter"),
    "form.code-is": ("您的填表码", "Your form code"),
    "form.code-picture": ("填表码的二维码", "The form code to scan"),
    "form.done-next": (
        "请带上身份证和这个码到窗口，最晚 {day:date}，不用再填一遍。",
        "Bring it with your identity card to the counter by {day:date}: nothing is typed twice.",
    ),
    "form.slip-taken": ("请取走小票，上面有这个码。", "Please take the slip: the code is on it."),
    "form.slip-failed": ("小票没打出来", "The slip did not come out"),
    "form.slip-failed-next": ("请拍下屏幕，或者记下这个码。", "Take a picture of the screen, or note the code down."),
    "form.write-down": ("请拍下屏幕，或者记下这个码。", "Take a picture of the screen, or note the code down."),
    "form.another": ("再填一张", "Another form"),
    "form.slip-title": ("填表码", "Form code"),
    "form.slip-until": ("有效期至", "Good until"),
    "form.slip-desk": ("请带身份证到窗口，扫上面的码。", "Show the code and your identity card at the counter."),
    "form.slip-once": ("只能用一次，请收好。", "It works once; keep it safe."),
    # at the desk
    "prefill.title": ("预填表", "Form filled in at the machine"),
    "prefill.ask": ("请问：您是 {name} 吗？", "Ask: are you {name}?"),
    "prefill.ask-nobody": ("请先核对身份", "First see who it is"),
    "prefill.item": ("事项", "Item"),
    "prefill.kept-at": ("填好时间", "Filled in at"),
    "prefill.lead": (
        "先核对身份，再打开表。核对之前，表里的内容谁也看不到。",
        "See whose form it is first; nobody sees an answer before that.",
    ),
    "prefill.number": ("证件号码后四位", "Last four characters of the number"),
    "prefill.number-hint": (
        "没法刷证件时用。单位办事的，填信用代码后四位。",
        "Where no card can be read. For an enterprise: of its credit code.",
    ),
    "prefill.number-missing": ("请填证件号码的后四位", "Enter the last four characters of the number"),
    "prefill.confirm": ("核对并打开", "Check and open"),
    "prefill.not-his": ("这张表不是这位群众填的", "This is not this person's form"),
    "prefill.not-his-next": (
        "表里的内容没有显示。请核对证件和小票；还可以再试 {left} 次。",
        "No answer was shown. Look at the card and the slip; {left:try is|tries are} left.",
    ),
    "prefill.taken": ("表已经打开，请和群众一起看一遍。", "The form is open: go through it together."),
}
