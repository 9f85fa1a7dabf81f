"""The words of the page of questions that nobody answered."""

from protocol.console.texts import Texts

GAP_WORDS: Texts = {
    "gaps.title": ("问答缺口", "Unanswered questions"),
    "gaps.lead": (
        "群众在各站问过、没有得到答案的问题，相近的归在一起。给事项添一个叫法，下一期目录发布后各站就能答上。",
        "What people asked at the stations and got no answer to, alike ones together. Give an item another name, and"
        " the stations answer once the next catalogue is published.",
    ),
    "gaps.count": ("共 {count} 组", "{count:group|groups}"),
    "gaps.none": ("没有未答的问题", "Nothing is unanswered"),
    "gaps.times": (
        "问过 {times} 次（同站同日算一次）· {stations} 个站 · {since}至{last}",
        "Asked {times} times (once a station and day) · {stations:station|stations} · {since} to {last}",
    ),
    "gaps.unwanted": ("其中 {count} 次给了答案但不是要办的", "{count} of these had an answer that was not wanted"),
    "gaps.more": ("另有 {count} 种问法", "{count:more wording|more wordings}"),
    "gaps.shown": ("当时给出的：", "What was offered:"),
    "gaps.name": ("群众叫法", "What people call it"),
    "gaps.item": ("事项编码", "Code of the item"),
    "gaps.give": ("添加叫法", "Add the name"),
    "gaps.aside": ("不是本区事项，搁置", "Not ours: put aside"),
    "gaps.named": (
        "“{name}”已写进第 {id} 份目录草稿，记在 {code} 名下；发布后生效。",
        "“{name}” stands in draft {id} of the catalogue under {code}; it counts once that is published.",
    ),
    "gaps.put-aside": ("已搁置。以后再有人问，会重新列出。", "Put aside. Asked again, it is listed again."),
    "gaps.under-way": ("有一份目录正在办理", "A publication of the catalogue is under way"),
    "gaps.note": ("补充群众叫法", "Names that people use"),
    "gaps.note-words": ("更新问答词表", "Words for questions"),
    "gaps.words": ("问答词表", "Table of words"),
    "gaps.words-lead": (
        "词表说明群众的说法对应目录里的哪个词、哪些话可以略去、哪些事不归这里办。下载、修改后整份传回，随目录一起签署发布。",
        "The table says which words of people stand for which of the catalogue, what can be left out, and what is no"
        " business of ours. Take it, edit it and bring it back whole; it is signed and published with the catalogue.",
    ),
    "gaps.words-get": ("下载现行词表", "Download the table in force"),
    "gaps.words-load": ("修改后的词表（YAML）", "The edited table (YAML)"),
    "gaps.words-do": ("放进目录草稿", "Put it into the draft"),
    "gaps.no-file": ("请先选择文件。", "Choose a file first."),
    "gaps.loaded": (
        "词表已放进草稿，签署、批准后生效。",
        "The table is in the draft; it counts when it is signed and approved.",
    ),
}
