"""What can need a person at a station: what happened, and what to do. One pair for every kind of protocol.attention."""

from protocol.console.texts import Texts

ATTENTION: Texts = {
    "attention.lead": (
        "系统自己不能决定的事列在这里。其他办件不受影响。",
        "What the system cannot decide by itself. Other cases are not affected.",
    ),
    "attention.none": ("没有需要处理的事", "Nothing needs attention"),
    "attention.note": ("处理情况", "What was done"),
    "attention.note-missing": ("请写明处理情况", "Write what was done"),
    "attention.settle-open": ("登记处理情况", "Write down what was done"),
    "attention.settle": ("已处理", "It is dealt with"),
    "attention.settled": ("已记录处理情况", "It is written down as settled"),
    "attention.case": ("查看办件", "Open the case"),
    "attention.transfer": ("查看交接单", "Open the list"),
    "attention.rescan": ("去重拍", "Scan it again"),
    "attention.settle-head": ("处理后由站长在这里销项", "Written off here by the head once it is dealt with"),
    "attention.key-move": ("上一条/下一条", "Move"),
    "attention.key-open": ("打开", "Open"),
    "attention.raw": ("导出原始数据", "Export the raw data"),
    "attention.urgency-1": ("尽快处理", "Urgent"),
    "attention.urgency-2": ("今天处理", "Today"),
    "attention.urgency-3": ("知悉即可", "For information"),
    "attention.whose-clerk": ("由窗口人员处理", "For the desk"),
    "attention.whose-head": ("由站长处理", "For the station head"),
    "attention.whose-supervisor": ("由区中心督查人员处理", "For the district's supervisor"),
    "attention.whose-leader": ("由机关负责人处理", "For the head of the agency"),
    "attention.whose-officer": ("由区中心审批人员处理", "For the district's officer"),
    "attention.whose-operator": ("由运行管理员处理", "For the operator"),
    "attention.case-forked": ("同一件在两处被修改", "A case was changed in two places"),
    "attention.case-forked.todo": (
        "打开办件可对照两个版本。区中心核定后自动消失，窗口按现行版本办理。",
        "Both versions are on its page. The district centre settles it; go on with the standing version.",
    ),
    "attention.act-refused": (
        "有一步按规则不能办理，没有生效",
        "A step was not allowed by the rules and has no effect",
    ),
    "attention.act-refused.todo": (
        "打开办件查看原因，必要时与区中心联系。",
        "See the case for the reason; call the district if needed.",
    ),
    "attention.instant-doubted": ("即时办结的一件存疑", "What was decided at once is doubted"),
    "attention.instant-doubted.todo": ("由区中心机关负责人处理。", "The head of the agency looks at it."),
    "attention.fetch-asked": (
        "有群众想在另一个服务站领取 {number} 的结果",
        "Somebody wants to fetch the result of {number} at another station",
    ),
    "attention.fetch-asked.todo": (
        "请核对后在办件页面把它转到那个服务站；转过去后自动销项。",
        "Look into it and move the case there on its page; this is settled by it.",
    ),
    "attention.transfer-differs": (
        "交接单 {number} 与收到的材料不符",
        "The papers that came with list {number} are not what it says",
    ),
    "attention.transfer-differs.todo": (
        "请与对方站点核对，在交接单页面写明处理结果。",
        "Clear it up with the other office and write the outcome on the page of the list.",
    ),
    "attention.transfer-late": (
        "交接单 {number} 发出两个工作日还没有交接完",
        "List {number} has been under way for more than two working days",
    ),
    "attention.transfer-late.todo": (
        "请问一问带件人和对方站点，找到材料后登记接收。",
        "Ask the carrier and the other office, and sign for the papers once they are found.",
    ),
    "attention.request-overtaken": (
        "撤回申请送达时，区中心已经作出决定",
        "The district centre had decided before the request to withdraw arrived",
    ),
    "attention.request-overtaken.todo": ("请把决定告知申请人。", "Tell the applicant the decision."),
    "attention.number-twice": ("两件业务用了同一个编号", "Two cases carry one number"),
    "attention.number-twice.todo": (
        "请核对两份回执；两件都已保存，由区中心核定编号。",
        "Compare the two receipts. Both cases are kept; the district centre settles the number.",
    ),
    "attention.citizen-call": ("群众呼叫：自助机旁有人需要帮助", "A citizen at a machine asks for help"),
    "attention.citizen-call.todo": (
        "请到自助终端旁帮一下。在任何页面按 F1 表示马上过去。",
        "Please go and help. F1 on any page says that you are on your way.",
    ),
    "attention.paper-lost": ("一份材料在本站和区中心都找不到了", "A paper is neither here nor at the district centre"),
    "attention.paper-lost.todo": (
        "请联系申请人带原件来，在办件页重新拍摄上传。",
        "Ask the applicant for the original and scan it again on the case's page.",
    ),
    "attention.paper-damaged": (
        "一份材料取回时内容不符，没有采用",
        "A paper came back with other contents and was not taken",
    ),
    "attention.paper-damaged.todo": (
        "系统会再次取回；办件页提示“已丢失”时请重拍。",
        "It is asked for again by itself; if the case's page says that it is lost, scan it again.",
    ),
    "attention.poison": (
        "区中心发来的一条记录本站无法处理",
        "Something that the district centre said could not be applied here",
    ),
    "attention.poison.todo": (
        "内容已完整保存，不影响其他办件。请导出原始数据交运行管理员；软件升级后会自动重试。",
        "It is kept whole and is in nobody's way. Export it for the operator; it is tried again after an upgrade.",
    ),
    "attention.fork": ("同一段记录出现两个不同版本", "One stretch of the journal came in two versions"),
    "attention.fork.todo": ("两份都已保存。请联系运行管理员核查。", "Both are kept. Call the operator."),
    "attention.two-boxes": ("有两台机器在用同一个身份", "Two machines speak with one identity"),
    "attention.two-boxes.todo": (
        "请立即联系运行管理员，停用旧机器。",
        "Call the operator at once; the old machine must be switched off.",
    ),
    "attention.lying-hello": ("对方声称收到了本站没有发过的内容", "The peer claims to hold what was never said here"),
    "attention.lying-hello.todo": ("请联系运行管理员核查。", "Call the operator."),
    "attention.lost-memory": ("数据库曾从备份恢复", "A store was restored from an older copy"),
    "attention.lost-memory.todo": (
        "缺少的记录会自动向对方取回。请核对最近的办件是否齐全。",
        "What is missing is asked back from the peer. See that the latest cases are all here.",
    ),
    "attention.chain": ("本机记录与校验值不符", "Our own records do not fit their chain"),
    "attention.chain.todo": ("请联系运行管理员；不要删除任何文件。", "Call the operator; do not delete anything."),
    "attention.pruned": ("对方需要的早期记录本站已不再保存", "The peer asks for early records that are no longer here"),
    "attention.pruned.todo": ("请联系运行管理员从备份中取回。", "Call the operator: they can come from the backup."),
    "attention.replica": ("本机备份有问题", "The backup copy is in trouble"),
    "attention.replica.todo": (
        "办理不受影响，但这时硬盘损坏会丢失数据。请联系运行管理员。{why}",
        "Work goes on, but a broken disk would now lose data. Call the operator. {why}",
    ),
    "attention.denied": ("消息服务器拒绝了本站的发送", "The broker refuses what this station sends"),
    "attention.denied.todo": (
        "请联系运行管理员。已存本机的内容不会丢失。",
        "Call the operator. What is saved here is not lost.",
    ),
    "attention.receipt-doubted": ("收件日期存疑", "The day of receipt is in doubt"),
    "attention.receipt-doubted.todo": (
        "请告诉区中心哪一天收的材料，并校准本机时钟。",
        "Tell the district centre on which day the papers came, and set this machine's clock right.",
    ),
    "attention.supply-overdue": ("容缺材料逾期未补", "Papers that were to follow are overdue"),
    "attention.supply-overdue.todo": (
        "请联系申请人。区中心会按事项依据处理，本站收到的材料仍可补交。",
        "Call the applicant. The district centre goes by the law of the item; papers can still be brought here.",
    ),
    "attention.licence-renewal": ("一件证照可以申请延续了", "A licence is to be renewed"),
    "attention.licence-renewal.todo": (
        "请提醒持证人在“证照”页写明的期限内来申请；已提醒的写明后办结。",
        "Remind the holder to come within the days that the page “Licences” names; then write that you have.",
    ),
    "attention.document-not-made": ("有一份文书没有生成", "A document could not be made"),
    "attention.document-not-made.todo": (
        "请告诉运行管理员：可能缺少字体，或印章证书已到期。",
        "Tell the operator: a font may be missing, or the seal's certificate has run out.",
    ),
    "attention.drill": ("备份恢复演练没有通过", "The restore drill failed"),
    "attention.drill.todo": ("请联系运行管理员检查备份。", "Call the operator to look at the backup."),
    "attention.owed-long": (
        "有办件超过 72 小时没有送达区中心",
        "Something has waited here for more than 72 hours and the district has not got it",
    ),
    "attention.owed-long.todo": (
        "请联系区中心；在“同步”页导出到 U 盘，带到区中心导入",
        "Call the district; on the page “Exchange” export it to a USB stick and take that to the district",
    ),
    "attention.people-unconfirmed": (
        "与区中心断开已久，请核对本站人员",
        "The district has not been heard for long: look who still works here",
    ),
    "attention.people-unconfirmed.todo": (
        "请站长在“账号”页按纸质名单逐个确认留用或停用。断开满十四天后，没有确认的账号不能再登录；已经登录的不受影响。",
        "The head confirms or stops each account on the page “Accounts”, with the paper list. After fourteen days those"
        " not confirmed cannot sign in anew; who is signed in goes on.",
    ),
    "attention.red-card-unanswered": ("一张红牌没有答复", "A red card has not been answered"),
    "attention.red-card-unanswered.todo": (
        "由区中心负责人处理。",
        "The head of the agency at the district sees to it.",
    ),
    "attention.acted-after-leaving": ("一名已离岗人员办理了一步", "Somebody acted who had left"),
    "attention.acted-after-leaving.todo": ("由区中心督查人员核对。", "The district's supervisor looks at it."),
    "attention.slip-printer": ("取号小票打不出来", "Slips do not come out"),
    "attention.slip-printer.todo": (
        "请看看小票机有没有纸、线有没有松。群众的号都在，排队不受影响；再打出一张小票后，这条自动消失。",
        "See whether the slip printer has paper and its cable sits. The queue goes on; with the next slip this line goes.",
    ),
    "attention.device-silent": ("有设备超过十分钟没有应答", "A device has not answered for ten minutes"),
    "attention.device-silent.todo": (
        "请到“设备”页看是哪一台，检查连线和电源；这期间照页面上的手工办法办理",
        "See on the page “Devices” which one, and check its cable and power; work by hand meanwhile",
    ),
    "attention.disk": ("硬盘空间不足，不能开始新的收件", "The disk is nearly full: no new intake can begin"),
    "attention.disk.todo": (
        "已有内容不受影响。请联系运行管理员清理空间。",
        "What is there is safe. Call the operator to make room.",
    ),
    "attention.clock": ("本机时间不准", "This machine's clock is wrong"),
    "attention.clock.todo": ("请校准时间；打印的日期可能不对。", "Set the clock; printed dates may be wrong."),
}
