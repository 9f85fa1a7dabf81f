"""The words of the document camera beside the materials, and of what was handed in before."""

from protocol.console.texts import Texts

CAPTURE: Texts = {
    "camera.open": ("用高拍仪拍", "Take with the document camera"),
    "camera.key": ("拍材料", "Camera"),
    "camera.title": ("拍材料", "Document camera"),
    "camera.leave": ("收起", "Close"),
    "camera.which": ("现在拍", "This is"),
    "camera.device": ("摄像头", "Camera"),
    "camera.picture": ("高拍仪画面", "What the camera sees"),
    "camera.taken-picture": ("刚拍的一页", "The page that was taken"),
    "camera.take-this": ("拍这份", "Take this one"),
    "camera.take": ("拍照", "Take"),
    "camera.use": ("留用，拍下一份", "Keep and go on"),
    "camera.more": ("留用，同一份再拍一页", "Keep, another page of it"),
    "camera.turn": ("右转", "Turn right"),
    "camera.retake": ("重拍", "Take again"),
    "camera.try-again": ("再试一次", "Try again"),
    "camera.space": ("空格", "Space"),
    "camera.corners": (
        "四个角可以拖动，也可以用 Tab 选中后按方向键移动。",
        "Drag the four corners, or reach one with Tab and move it with the arrow keys.",
    ),
    "camera.top-left": ("左上角", "Top left corner"),
    "camera.top-right": ("右上角", "Top right corner"),
    "camera.bottom-right": ("右下角", "Bottom right corner"),
    "camera.bottom-left": ("左下角", "Bottom left corner"),
    "camera.waiting": ("正在打开高拍仪……", "Opening the camera …"),
    "camera.ready": ("放平材料，按空格拍照。", "Lay the paper flat and press Space."),
    "camera.taken": ("看得清就按空格留用。", "If it can be read, press Space to keep it."),
    "camera.sending": ("正在存到本机……", "Saving on this station …"),
    "camera.done": ("必收材料齐了。按 F9 去核对。", "All required materials are here. F9 leads to the check."),
    "camera.blurred": ("有点模糊：请放平、等对好焦再拍。", "It looks blurred: lay it flat and wait for the focus."),
    "camera.glare": ("有反光：请挪一下材料或关掉一盏灯。", "There is glare: move the paper or turn a lamp off."),
    "camera.insecure": (
        "这个页面不是加密连接，浏览器不让用摄像头。请用 https:// 开头的地址打开，或先选择文件上传。",
        "This page is not an encrypted connection, so the browser gives no camera. "
        "Open the address that begins with https://, or choose files below.",
    ),
    "camera.forbidden": (
        "浏览器没有获准使用摄像头。请在地址栏旁允许后再试，或先选择文件上传。",
        "The browser may not use the camera. Allow it beside the address and try again, or choose files below.",
    ),
    "camera.none": (
        "没有找到高拍仪。请插好线再试，或先选择文件上传。",
        "No camera was found. Plug it in and try again, or choose files below.",
    ),
    "camera.busy": (
        "高拍仪打不开，可能正被别的程序使用。请关掉那个程序再试，或先选择文件上传。",
        "The camera does not open; another program may be using it. Close that and try again, or choose files below.",
    ),
    "camera.lost": (
        "高拍仪断开了。留用过的都已存本机；插好后再试，或先选择文件上传。",
        "The camera was unplugged. What you kept is on this station; plug it in and try again, or choose files below.",
    ),
    "camera.lost-taken": (
        "高拍仪断开了。这一页已经拍好，可以留用。",
        "The camera was unplugged. This page has been taken and can be kept.",
    ),
    "camera.not-kept": (
        "这一页还没有存下。照片还在这里，请再按一次留用。",
        "This page is not saved yet. The picture is still here: press Keep once more.",
    ),
    "camera.signed-out": (
        "登录过期，这一页还没有存下。请在新标签页登录，回到这里再按一次留用。",
        "You have been signed out and this page is not saved yet. Sign in in another tab, come back and press Keep.",
    ),
    "key.choose": ("选答案", "Choose"),
    "autosave.saved": ("HH:MM 已自动存到本机", "Saved on this station by itself at HH:MM"),
    "autosave.failed": (
        "刚填的还没有存下，请不要关闭这一页，过一会儿会再试。",
        "What you typed last is not saved yet. Leave this page open; it tries again.",
    ),
    "autosave.signed-out": (
        "登录过期，刚填的还没有存下。请在新标签页登录，这一页留着，会接着存。",
        "You have been signed out and what you typed last is not saved. Sign in in another tab and leave this one open.",
    ),
    "autosave.overtaken": (
        "同事刚刚也改了这一件，没有自动覆盖。按 F9 可以看清后再决定。",
        "A colleague has changed this one meanwhile, so nothing was overwritten. F9 shows it before you decide.",
    ),
    "sign.title": ("申请人签名", "The applicant signs"),
    "sign.lead": (
        "请申请人核对后，用手指、笔或鼠标在框里签名；也可以不签，在打印的受理单上签字。",
        "After reading it the applicant signs in the box with a finger, a pen or the mouse; "
        "or leaves it empty and signs the printed receipt.",
    ),
    "sign.field": ("签名框", "Box to sign in"),
    "sign.again": ("重签", "Sign again"),
    "sign.signed": ("已签名，提交时一起存下", "Signed; it is saved with the case"),
    "sign.empty": ("没有签名：在纸上签字", "Not signed here: it is signed on paper"),
    "held.title": ("以前交过的", "Handed in before"),
    "held.lead": (
        "看过还有效的，可以直接用，不必再交。",
        "What is still good can be used again; nobody has to bring it twice.",
    ),
    "held.case": (
        "{day} 办理“{item}”时提交，共 {count} 份，{age}（{number}）",
        "from {day}, for “{item}”, {count:file|files}, {age} ({number})",
    ),
    "held.licence": (
        "本区 {day} 发的证，出自“{item}”，现在有效（{number}）",
        "issued by this district on {day} for “{item}”, in force ({number})",
    ),
    "held.days-ago": ("{days} 天前", "{days:day|days} old"),
    "held.today": ("就是今天", "today"),
    "held.look": ("看一看", "Look at it"),
    "held.use": ("使用", "Use it"),
    "held.use-all": ("全部使用", "Use all"),
    "held.used": ("已用上以前交过的材料 {count} 种", "{count:material|materials} used from before"),
}
