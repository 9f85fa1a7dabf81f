"""The words of the clocks, Chinese and English side by side. A list, no logic; explained.py says when each is used.

`{n:day|days}` is a number with the English noun that fits it. What is not read in a statute is never called law.
"""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    # what is counted
    "what.notice": ("一次性告知", "one-time notice"),
    "what.decision": ("作出决定", "decision"),
    "what.opinion": ("有关部门意见", "another agency's opinion"),
    "what.survey": ("现场踏勘", "survey"),
    "what.issue": ("颁发、送达", "issue and handing over"),
    "what.waiting": ("等待期", "waiting period"),
    "what.supply": ("申请人补交材料", "the applicant's papers"),
    "what.check": ("事后核查", "later check"),
    "what.applicant": ("申请人的申报期限", "the applicant's own time limit"),
    # who set it
    "set.law": ("法定期限，{basis}", "set by law: {basis}"),
    "set.public": ("期限，据公开资料：{basis}", "time limit as published: {basis}"),
    "set.known": ("期限，条文未核对：{basis}", "time limit, provision not checked: {basis}"),
    "set.local": ("期限，本地规定，由本区确认：{basis}", "time limit set locally, the district confirms it: {basis}"),
    "set.promise": ("承诺期限，由本区承诺", "promised by the district"),
    "title": ("{what}：{set}", "{what}: {set}"),
    "title.history": ("{what}：{set}（重新办理以前）", "{what}: {set} (before the case was reopened)"),
    # how far it is
    "day.wd": ("第 {n} 个工作日", "working day {n}"),
    "day.cd": ("第 {n} 日", "day {n}"),
    "day.hour": ("已过 {n} 小时", "{n:hour|hours} gone"),
    "day.instant": ("当场办理", "on the spot"),
    "day.none": ("{day} 起算第 1 日", "day 1 is {day}"),
    "taken": ("扣除{stop} {n} 日", "{n:day|days} of {stop} not counted"),
    "taken.hour": ("扣除{stop} {n} 小时", "{n:hour|hours} of {stop} not counted"),
    "taken.closed": ("扣除案件办结期间 {n} 日", "{n:day|days} not counted while the case was closed"),
    "left.wd": ("还剩 {n} 个工作日", "{n:working day|working days} left"),
    "left.cd": ("还剩 {n} 日", "{n:day|days} left"),
    "left.hour": ("还剩 {n} 小时", "{n:hour|hours} left"),
    "due": ("{day} 届满", "due on {day}"),
    "late.wd": ("超期 {n} 个工作日", "{n:working day|working days} late"),
    "late.cd": ("超期 {n} 日", "{n:day|days} late"),
    "late.hour": ("超期 {n} 小时", "{n:hour|hours} late"),
    "done": ("{day} 完成", "done on {day}"),
    "void": ("无需再办", "nothing left to do"),
    "over": ("{day} 期满", "over on {day}"),
    "waits": ("{day} 期满前不得作出决定", "no decision before {day} is over"),
    "waits.begin": ("等待期尚未开始，不得作出决定", "the waiting period has not begun: no decision yet"),
    "waits.paused": ("等待期中止，不得作出决定", "the waiting period stands still: no decision yet"),
    "not-begun": ("尚未起算，自{source}之日起算", "not begun; counts from {source}"),
    "paused": ("自 {day} 起因{stop}中止计时（{document}）", "stands still since {day}: {stop} ({document})"),
    "paused.bare": ("自 {day} 起因{stop}中止计时", "stands still since {day}: {stop}"),
    "counted": ("{stop}时间计入办理时限", "{stop} counts towards the time limit"),
    "extended.wd": ("经批准延长 {n} 个工作日，{document}", "extended by {n:working day|working days}, {document}"),
    "extended.cd": ("经批准延长 {n} 日，{document}", "extended by {n:day|days}, {document}"),
    "extended.month": ("经批准延长 {n} 个月，{document}", "extended by {n:month|months}, {document}"),
    "extended.hour": ("经批准延长 {n} 小时，{document}", "extended by {n:hour|hours}, {document}"),
    "extended.too-late": ("延期晚于届满日，期限不变", "the extension came after the last day and changes nothing"),
    "provisional": ("{years} 年放假安排尚未公布，届满日为暂定", "provisional: the calendar of {years} is not out yet"),
    "calendar": ("按工作日历 {versions} 计算", "counted by calendar {versions}"),
    # what follows
    "effect.deemed_accepted": (
        "逾期未告知，自 {day} 收到材料之日起即为受理",
        "not told in time: accepted as of {day}, the day of receipt",
    ),
    "effect.deemed_renewed": (
        "有效期届满未作决定，视为准予延续",
        "not decided before the licence ran out: renewal granted",
    ),
    "effect.deemed_withdrawn": ("逾期未补交，{day} 起视为撤回申请", "not supplied in time: withdrawn as of {day}"),
    "effect.abandoned": ("逾期未补正，{day} 起视为放弃申请", "not corrected in time: given up as of {day}"),
    "effect.escalate": ("已超期，报上一级督办", "overdue: goes to the next higher level"),
    # from when
    "from.receipt": ("收到申请材料", "the receipt of the papers"),
    "from.supplement": ("收到补正材料", "the receipt of the corrected papers"),
    "from.acceptance": ("受理", "the acceptance"),
    "from.correction_notice": ("补正告知", "the correction notice"),
    "from.survey_order": ("安排踏勘", "the order of the survey"),
    "from.decision": ("作出决定", "the decision"),
    "from.window_end": ("集中受理期截止", "the end of the application period"),
    "from.publicity": ("公示开始", "the beginning of the publicity"),
    "from.event": ("事实发生", "the event"),
    # why it stands still
    "stop.correction": ("补正", "correction"),
    "stop.hearing": ("听证", "hearing"),
    "stop.tender": ("招标", "tender"),
    "stop.auction": ("拍卖", "auction"),
    "stop.inspection": ("检验", "inspection"),
    "stop.testing": ("检测", "testing"),
    "stop.quarantine": ("检疫", "quarantine"),
    "stop.appraisal": ("鉴定", "appraisal"),
    "stop.expert_review": ("专家评审", "expert review"),
    "stop.publicity": ("公示", "publicity"),
    "stop.rectification": ("整改", "rectification"),
    "stop.third_party": ("征求第三方意见", "consultation of third parties"),
    "stop.conclusion": ("等待有关结论", "another body's conclusion"),
    "stop.none": ("其他事由", "another reason"),
}
