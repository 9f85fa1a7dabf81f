"""The words of the page that shows how the exchange stands."""

from protocol.console.texts import Texts

EXCHANGE: Texts = {
    "exchange.title": ("同步状态", "Exchange with the district centre"),
    "exchange.owed-cases": ("件待上传", "cases to upload"),
    "exchange.owed-papers": ("份材料待上传", "papers to upload"),
    "exchange.owed-entries": ("条记录待上传", "records to upload"),
    "exchange.attention": ("件需要处理", "need attention"),
    "exchange.link": ("与区中心的连接", "Connection"),
    "exchange.connected": ("已连接", "Connected"),
    "exchange.hub-silent": ("消息服务器在线，区中心未应答", "Broker reached, no answer from the district centre"),
    "exchange.dark": ("未连接", "Not connected"),
    "exchange.last-receipt": ("最近一次送达", "Last delivery"),
    "exchange.last-heard": ("最近一次收到区中心消息", "Last heard from the district centre"),
    "exchange.last-try": ("最近一次尝试", "Last attempt"),
    "exchange.tried-in-vain": (
        "{at}，未成功：{why}。会自动再试",
        "{at}, in vain: {why}. It goes on trying by itself",
    ),
    "exchange.link-since": ("线路最近一次变化", "Link last changed"),
    "exchange.trouble": ("原因", "Reason"),
    "exchange.at": ("{at}", "{at}"),
    "exchange.never": ("还没有过", "never"),
    "exchange.oldest": ("最早一条已等待 {wait}", "the oldest has waited {wait}"),
    "exchange.now": ("立即上传", "Upload now"),
    "exchange.sent-all": (
        "已上传 {sent} 条记录、{papers} 份材料，全部送达",
        "{sent:record|records} and {papers:paper|papers} uploaded; everything is delivered",
    ),
    "exchange.sent-some": (
        "已上传 {sent} 条记录、{papers} 份材料；还有 {left} 条记录、{papers_left} 份材料正在上传，会自动继续",
        "{sent:record|records} and {papers:paper|papers} uploaded; {left:record|records} and {papers_left:paper|papers} are on"
        " their way, and it goes on by itself",
    ),
    "exchange.sent-none": (
        "已上传 {sent} 条记录、{papers} 份材料；{left} 条记录、{papers_left} 份材料未上传：{why}。恢复后自动上传。",
        "{sent:record|records} and {papers:paper|papers} uploaded; {left:record|records} and"
        " {papers_left:paper|papers} not: {why}."
        " They go by themselves when it is back.",
    ),
    "exchange.why-wire": ("连接不上（{reason}）", "no connection ({reason})"),
    "exchange.why-hub": ("区中心没有应答", "the district centre does not answer"),
    "exchange.replica": ("本机备份", "Backup copy"),
    "exchange.replica-hint": (
        "备份把本站的数据随时复制到另一块硬盘或服务器。",
        "The backup copies this station's data to another disk or server as it is written.",
    ),
    "exchange.replica-ok": ("正常", "Up to date"),
    "exchange.replica-behind": ("落后", "Behind"),
    "exchange.replica-silent": ("没有响应", "No answer"),
    "exchange.replica-growing": ("占用空间异常", "Grows without bound"),
    "exchange.replica-missing": ("没有运行", "Not running"),
    "exchange.replica-none": ("本站没有配置备份", "This station has no backup"),
    "exchange.replica-at": ("备份截至", "Complete up to"),
    "exchange.catalogue": ("事项目录", "Catalogue"),
    "exchange.stick": ("用 U 盘传送", "By USB stick"),
    "exchange.stick-lead": (
        "长时间没有网络时使用。文件已加密，只有区中心能读；与网络同时使用也不会重复。",
        "For when there is no network for long. The file is sealed: only the district centre can read it. Wire and"
        " stick may overlap without harm.",
    ),
    "exchange.export-title": ("导出", "Export"),
    "exchange.export-hint": (
        "把待上传的内容存成一个文件，再保存到 U 盘",
        "Everything that waits, as one file to save to a stick",
    ),
    "exchange.export": ("导出待上传数据", "Export what waits"),
    "exchange.export-done": (
        "已导出 {entries} 条记录、{papers} 份材料（校验码 {code}），请下载到 U 盘",
        "{entries:record|records} and {papers:paper|papers} exported (check code {code}); save the file to a stick",
    ),
    "exchange.exported": (
        "已导出 {entries} 条记录、{papers} 份材料，未装下 {left}（校验码 {code}）。请在区中心导入，导入前请勿删除：",
        "{entries:record|records} and {papers:paper|papers} exported, {left} did not fit (check code {code})."
        " Keep it until the district centre has imported it:",
    ),
    "exchange.import-title": ("导入", "Import"),
    "exchange.import-hint": (
        "选择区中心给本站的文件（.mcs）",
        "The file (.mcs) that the district centre made for this station",
    ),
    "exchange.import": ("导入", "Import"),
    "exchange.none-chosen": ("没有选择文件", "No file was chosen"),
    "exchange.import-going": (
        "文件完好，正在读入 {frames} 段，请稍后刷新",
        "The file is whole; {frames:piece is|pieces are} being read",
    ),
    "exchange.import-done": (
        "已导入：新记录 {entries} 条，已有 {known} 条，回执 {receipts} 个，材料 {papers} 份，搁置 {aside} 段",
        "Imported: {entries:new record|new records}, {known} known, {receipts:receipt|receipts},"
        " {papers:paper|papers}, {aside} set aside",
    ),
    "exchange.marks": ("逐段编号", "Marks by number"),
    "exchange.marks-lead": (
        "“已送达”只看对方按编号签收到哪里。",
        "“Delivered” means receipted by number, and nothing else.",
    ),
    "exchange.direction": ("方向", "Direction"),
    "exchange.ours": ("本站发出", "From here"),
    "exchange.theirs": ("区中心发来", "From the district"),
    "exchange.epoch": ("段", "Epoch"),
    "exchange.life": ("第 {number} 期", "life {number}"),
    "exchange.head": ("已写到", "Written"),
    "exchange.told": ("已签收到", "Receipted"),
    "exchange.replicated": ("已备份到", "Replicated"),
    "exchange.no-marks": ("还没有任何记录", "Nothing has been written yet"),
}
