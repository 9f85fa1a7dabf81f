"""Lists, the case page and the forms of an officer's acts."""

from protocol.console.texts import Texts

CASE_WORDS: Texts = {
    "hub.name": ("区中心审批台", "District desk"),
    "hub.worklist": ("待办", "Worklist"),
    "hub.cases": ("全部办件", "All cases"),
    "list.all": ("全部", "All"),
    "list.search": ("编号、姓名或事项", "Number, name or item"),
    "list.search-do": ("查找", "Find"),
    "list.clear": ("清除条件", "Clear"),
    "list.station": ("服务站", "Station"),
    "list.every-station": ("所有服务站", "Every station"),
    "list.number": ("编号", "Number"),
    "list.item": ("事项", "Item"),
    "list.applicant": ("申请人", "Applicant"),
    "list.status": ("状态", "Status"),
    "list.waited": ("已等", "Waiting"),
    "list.waits-long": ("等候较久", "Long wait"),
    "list.count": ("共 {count} 件，等候最久的在前", "{count:case|cases}, longest waiting first"),
    "list.count-all": ("共 {count} 件，最新的在前", "{count:case|cases}, newest first"),
    "list.empty-open": (
        "没有等您办理的件。新件到达后会自动出现在这里。",
        "Nothing waits for you. New cases appear here by themselves.",
    ),
    "list.empty-all": ("区中心还没有收到任何办件。", "The district has not received any case yet."),
    "list.nothing-found": (
        "没有符合条件的办件。请换个词，或清除条件。",
        "No case matches. Try another word, or clear the filters.",
    ),
    "list.tabs": ("按状态", "By status"),
    "list.caption": ("办件列表", "Cases"),
    "list.key-move": ("上下移动", "Move"),
    "list.key-open": ("打开", "Open"),
    "list.key-find": ("查找", "Find"),
    "case.papers-here": ("材料 {here}/{all}", "Papers {here} of {all}"),
}
