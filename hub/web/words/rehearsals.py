"""Instant rules tried on past cases."""

from protocol.console.texts import Texts

REHEARSAL_WORDS: Texts = {
    "rehearsal.title": ("即时办理规则试算", "Instant rules tried on past cases"),
    "rehearsal.lead": (
        "新的和改过的规则，签署前要用以往办件试算一遍：看它会当场准予哪些、转人工哪些，和工作人员当时的决定有什么不同。"
        "试算 30 天内有效，规则一改就要重新试算。",
        "A new or changed rule is tried on past cases before it is signed: what it would have granted, what it would have"
        " given to a person, and where officers decided otherwise. It counts for 30 days, and for exactly this rule.",
    ),
    "rehearsal.do": ("试算", "Try it"),
    "rehearsal.again": ("重新试算", "Try it again"),
    "rehearsal.done": (
        "已用 {count} 件以往办件试算，{differences} 件与人工决定不同",
        "Tried on {count:past case|past cases}; {differences} where officers decided otherwise",
    ),
    "rehearsal.none": ("还没有试算", "Not tried yet"),
    "rehearsal.old": ("试算已超过 30 天", "Tried more than 30 days ago"),
    "rehearsal.good": ("已试算", "Tried"),
    "rehearsal.when": ("{who}，{at}", "{who}, {at}"),
    "rehearsal.cases": (
        "以往办件 {count} 件，其中 {open} 件未办结",
        "{count:past case|past cases}, {open} of them open",
    ),
    "rehearsal.granted": ("会当场准予 {count} 件", "{count} would have been granted"),
    "rehearsal.handed": (
        "会转人工 {count} 件，其中 {granted} 件当时由工作人员直接准予",
        "{count} would have gone to a person, {granted} of which officers granted as they came",
    ),
    "rehearsal.differ": ("与人工决定不同 {count} 件", "{count} differ from what officers decided"),
    "rehearsal.case": ("办件", "Case"),
    "rehearsal.officers": ("工作人员当时", "Officers then"),
    "rehearsal.rules": ("规则现在的理由", "What the rule says now"),
    "rehearsal.more": ("还有 {count} 件没有列出", "{count} more are not listed"),
    "rehearsal.denied": ("不予", "Denied"),
    "rehearsal.refused": ("不予受理", "Acceptance refused"),
    "rehearsal.closed": ("撤回或终止", "Withdrawn or closed"),
    "rehearsal.corrected": ("先要求补正", "Asked for a correction first"),
    "rehearsal.reversed": ("即时办结后又撤回", "Decided at once, and reversed"),
}
