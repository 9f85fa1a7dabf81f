"""How the station stands with the district: the line under the header, and the state of a case on its way."""

from protocol.console.texts import Texts

BAR: Texts = {
    "node.name": ("窗口工作台", "Station desk"),
    "bar.connected": ("与区中心已连接", "Connected to the district centre"),
    "bar.all-delivered": ("全部送达", "everything delivered"),
    "bar.last": ("最近送达 {at:time}", "last delivery {at:time}"),
    "bar.uploading": ("还有 {cases} 件正在上传", "{cases:case is|cases are} being uploaded"),
    "bar.uploading-papers": (
        "还有 {cases} 件、材料 {papers} 份正在上传",
        "{cases:case|cases} and {papers:paper|papers} being uploaded",
    ),
    "bar.uploading-papers-only": ("还有材料 {papers} 份正在上传", "{papers:paper is|papers are} being uploaded"),
    "bar.uploading-entries": ("还有 {entries} 条记录正在上传", "{entries:record is|records are} being uploaded"),
    "bar.dark": ("离线办理中", "Working offline"),
    "bar.never-heard": ("尚未与区中心连接过", "the district centre has not been reached yet"),
    "bar.dark-for": ("已离线 {length}", "offline for {length}"),
    "bar.dark-long": (
        "已离线 {length}，请联系区中心；可用 U 盘导出待上传数据",
        "offline for {length}: call the district centre; what waits can be exported to a USB stick",
    ),
    "bar.waiting": ("本机待上传 {cases} 件", "{cases:case waits|cases wait} here"),
    "bar.waiting-papers": (
        "本机待上传 {cases} 件、材料 {papers} 份",
        "{cases:case|cases} and {papers:paper|papers} wait here",
    ),
    "bar.waiting-papers-only": ("本机待上传材料 {papers} 份", "{papers:paper waits|papers wait} here"),
    "bar.waiting-entries": ("本机待上传 {entries} 条记录", "{entries:record waits|records wait} here"),
    "bar.nothing-waiting": ("没有待上传的办件", "nothing waits to be uploaded"),
    "bar.can": ("可正常收件、叫号、打印", "intake, calling and printing work as usual"),
    "bar.call": (
        "群众呼叫：{at:time} 起自助机旁有人需要帮助",
        "A citizen at a machine has been asking for help since {at:time}",
    ),
    "bar.attention": ("有 {count} 件需要处理", "{count:matter needs|matters need} attention"),
    "bar.replica-behind": ("本机备份落后", "the backup copy is behind"),
    "bar.replica-silent": ("本机备份没有响应", "the backup copy does not answer"),
    "bar.replica-growing": ("本机备份占用空间异常", "the backup copy grows without bound"),
    "bar.replica-missing": ("本机没有备份，请联系运维", "there is no backup copy: call the operator"),
    "bar.farewell": (
        "您已退出。本机还有 {cases} 件、材料 {papers} 份未上传，请不要关机，也不要重装。",
        "You are signed out. {cases:case|cases} and {papers:paper|papers} have not been uploaded:"
        " leave the machine on, and do not reinstall it.",
    ),
    "sync.local": ("已存本机", "Saved on this station"),
    "sync.queued": ("等待上传", "Waiting to upload"),
    "sync.partial": ("材料 {done}/{all} 已上传", "{done} of {all} files uploaded"),
    "sync.acked": ("区中心已收（{at:time}，回执 {receipt}）", "Received by district centre ({at:time}, {receipt})"),
    "sync.acked-plain": ("区中心已收（回执 {receipt}）", "Received by district centre ({receipt})"),
    "sync.acked-short": ("区中心已收", "Received by district centre"),
    "sync.receipt": ("{at:time} · {receipt}", "{at:time} · {receipt}"),
    "sync.moved-here": ("区中心转来", "Passed on by the district centre"),
    "sync.attention": ("需要处理", "Needs attention"),
}
