"""The words of the desk: home, lists, navigation."""

from protocol.console.texts import Texts

DESK: Texts = {
    "nav.desk": ("工作台", "Desk"),
    "nav.items": ("收件", "Take in"),
    "nav.cases": ("办件", "Cases"),
    "nav.attention": ("待处理", "Attention"),
    "nav.sync": ("同步", "Exchange"),
    "desk.title": ("工作台", "Desk"),
    "desk.begin": ("收件", "Take in a case"),
    "desk.drafts": ("未提交的草稿", "Drafts"),
    "desk.no-drafts": ("没有未提交的草稿", "No drafts"),
    "desk.draft-open": ("继续办理", "Continue"),
    "desk.draft-supplement": ("补正", "Correction"),
    "desk.drafts-more": ("另有 {count} 份较早的草稿", "{count:older draft|older drafts} not shown"),
    "desk.no-name": ("申请人未填", "no applicant yet"),
    "desk.returned": ("等待补正", "Corrections to supply"),
    "desk.no-returned": ("没有等待补正的办件", "No corrections to supply"),
    "desk.decided": ("等待送达", "Results to hand over"),
    "desk.no-decided": ("没有等待送达的办件", "No results to hand over"),
    "desk.recent": ("最近的办件", "Latest cases"),
    "desk.no-recent": (
        "本站还没有办件。按 F3 选择事项，开始第一件收件。",
        "There are no cases yet. Press F3 to choose an item and take the first one in.",
    ),
    "desk.all": ("全部办件", "All cases"),
    "case.number": ("编号", "Number"),
    "case.item": ("事项", "Item"),
    "case.applicant": ("申请人", "Applicant"),
    "case.status": ("状态", "Status"),
    "case.sync": ("送达区中心", "At the district centre"),
    "case.opened": ("收件时间", "Taken in"),
}
