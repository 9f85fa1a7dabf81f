"""Who looked at what."""

from protocol.console.texts import Texts

LOOKS: Texts = {
    "looks.title": ("查阅记录", "Who looked"),
    "looks.lead": (
        "谁在什么时候打开过哪件业务。同一人十分钟内看同一内容记一次；记录保存三年，只在本机。",
        "Who opened which case, and when. One line for ten minutes; kept for three years, on this machine alone.",
    ),
    "looks.at": ("时间", "When"),
    "looks.account": ("账号", "Account"),
    "looks.role": ("岗位", "Role"),
    "looks.what": ("内容", "What"),
    "looks.case": ("办件编号", "Case number"),
    "looks.filter": ("筛选", "Filter"),
    "looks.csv": ("下载 CSV", "Download CSV"),
    "looks.none": ("没有记录", "Nothing is on record"),
    "looks.what-case": ("办件页面", "page of the case"),
    "looks.what-paper": ("材料", "paper"),
    "looks.what-document": ("文书", "document"),
    "looks.what-export": ("导出", "export"),
    "looks.what-reveal": ("显示完整号码", "full numbers shown"),
    "looks.what-search": ("按完整号码查找", "search for a full number"),
}
