"""One case of each kind of end, and what stands between: each section does its link, and none does another's."""

from __future__ import annotations

from protocol.cases.rules import Act, Status
from protocol.clock import CHINA, WallClock
from protocol.documents.kinds import Kind
from stage.browser import NotThere
from stage.check import Stage
from stage.papers import scan
from stage.people import Filed

# no survey, no licence, may be extended and heard; a survey; decided at once; secondary materials and a licence
PLAIN, SURVEYED, AT_ONCE, SECONDARY = "U03", "F01", "M01", "V06"


def accepted(stage: Stage, station: str, code: str) -> Filed:
    filed = stage.files(station, code)
    stage.delivered(filed)
    stage.officers.acts(filed, Act.ACCEPT)
    stage.home(filed, Status.ACCEPTED)
    return filed


def decided(stage: Stage) -> None:
    teller, officers = stage.teller, stage.officers
    teller.chapter("各种办结：准予、当场、不予", "Ends: granted, at once, denied")
    with teller.step(
        "两名勘查人员到场并分别签字，记录成文；之后准予",
        "two surveyors go there and both sign, the record becomes a document; then granted",
    ):
        filed = accepted(stage, "hexing", SURVEYED)
        officers.surveys(filed)
        officers.decides(filed, Act.GRANT)
        stage.home(filed, Status.ISSUED)
        stage.paper(filed, Kind.GRANT, Kind.LICENCE)
        stage.hands_over(filed)
    with teller.step("当场受理、当场决定：没有审核环节", "accepted and decided at once: no review in between"):
        filed = stage.files("guihu", AT_ONCE)
        stage.delivered(filed)
        officers.acts(filed, Act.ACCEPT, way="simple")
        officers.acts(filed, Act.GRANT)
        officers.acts(filed, Act.ISSUE)
        stage.home(filed, Status.ISSUED)
        stage.paper(filed, Kind.LICENCE)
        stage.hands_over(filed)
    with teller.step("不予许可：理由和救济途径都在决定书上", "denied: reasons and remedies stand in the decision"):
        filed = accepted(stage, "guihu", SURVEYED)
        officers.decides(filed, Act.DENY)
        stage.home(filed, Status.ISSUED)
        stage.paper(filed, Kind.DENIAL)
        stage.hands_over(filed)


def not_taken(stage: Stage) -> None:
    teller, officers = stage.teller, stage.officers
    teller.chapter("不进入办理：不予受理、不受理、撤回", "Not taken: refused, not required, withdrawn")
    for act, kind, zh, en in (
        (Act.REFUSE_ACCEPTANCE, Kind.NON_ACCEPTANCE, "不予受理，告知向谁申请", "refused, and told where to go"),
        (Act.DECLARE_NOT_REQUIRED, Kind.NOT_REQUIRED, "不受理：不需要许可", "no licence is required"),
    ):
        with teller.step(zh, en):
            filed = stage.files("guihu", PLAIN)
            stage.delivered(filed)
            officers.acts(filed, act)
            stage.home(filed, Status.NOT_ACCEPTED)
            stage.paper(filed, kind)
            stage.hands_over(filed)
    with teller.step("申请撤回，区中心同意", "withdrawal is asked for and allowed"):
        filed = _wants_back(stage)
        officers.acts(filed, Act.ALLOW_WITHDRAWAL)
        stage.home(filed, Status.WITHDRAWN)
        stage.paper(filed, Kind.WITHDRAWAL)
    with teller.step("申请撤回，区中心不同意；照常办到发证", "asked for and declined; the case goes on and is issued"):
        filed = _wants_back(stage)
        officers.acts(filed, Act.DECLINE_WITHDRAWAL)
        officers.acts(filed, Act.ACCEPT)
        officers.decides(filed, Act.GRANT)
        stage.home(filed, Status.ISSUED)


def _wants_back(stage: Stage) -> Filed:
    filed = stage.files("hexing", "L08")
    stage.delivered(filed)
    stage.clerks["hexing"].asks_withdrawal(filed, "申请人改在外地办理")
    stage.until("the request at the hub", lambda: stage.officers.open(f"/cases/{filed.id}").says("申请人要求撤回"))
    return filed


def papers_later(stage: Stage) -> None:
    teller, officers, clerk = stage.teller, stage.officers, stage.clerks["hexing"]
    teller.chapter("材料在后：逾期未补正、容缺", "Papers that come later, or never")
    with teller.step(
        "一次告知后没有补来：窗口转回，负责人写明理由后终止",
        "the correction never comes: the desk lets it lapse, the head of the agency closes it with a reason",
    ):
        filed = stage.files("hexing", PLAIN)
        stage.delivered(filed)
        officers.asks_correction(filed, f"{PLAIN}-1", "没有签名")
        stage.home(filed, Status.RETURNED)
        clerk.lets_lapse(filed, "申请人来电：不再补充")
        stage.at_hub(filed, Status.RECEIVED)
        officers.acts(filed, Act.CLOSE_LATE)
        stage.home(filed, Status.WITHDRAWN)
        stage.paper(filed, Kind.TERMINATION)
    with teller.step(
        "容缺受理：次要材料后补，补来以前不能准予",
        "accepted although a secondary paper lacks; nothing is granted before it is there",
    ):
        item = stage.items[SECONDARY]
        secondary = next(material.code for material in item.materials if material.secondary)
        filed = clerk.submits(item, follows=secondary)
        stage.keep(filed, Status.RECEIVED)
        stage.delivered(filed)
        officers.acts(filed, Act.ACCEPT_CONDITIONALLY, **{f"tick:{secondary}": "yes"})
        stage.home(filed, Status.ACCEPTED)
        stage.paper(filed, Kind.CONDITIONAL)
        clerk.supplies(filed, secondary, scan("later", stage.rng))
        stage.whole_at_hub(filed)
        officers.decides(filed, Act.GRANT)
        stage.home(filed, Status.ISSUED)
        stage.paper(filed, Kind.LICENCE)
        stage.hands_over(filed)


def clocks(stage: Stage) -> None:
    teller, officers = stage.teller, stage.officers
    teller.chapter("时钟：听证中止、延长；发证有误重做", "The clock stands still, is extended; a result is made again")
    with teller.step(
        "听证期间中止计时，听证结束恢复；负责人批准延长",
        "a hearing stops the clock and its end starts it; the head of the agency extends",
    ):
        filed = accepted(stage, "boya", PLAIN)
        officers.acts(filed, Act.PAUSE)
        stage.paper(filed, Kind.SPECIAL)
        officers.acts(filed, Act.RESUME)
        officers.acts(filed, Act.EXTEND)
        stage.paper(filed, Kind.EXTENSION)
    with teller.step(
        "窗口发现证件有误退回，重新制作后送达", "the desk finds an error, it is made again and handed over"
    ):
        officers.decides(filed, Act.GRANT)
        stage.home(filed, Status.ISSUED)
        stage.paper(filed, Kind.GRANT)
        stage.clerks["boya"].returns_result(filed, "姓名中一个字有误")
        stage.at_hub(filed, Status.GRANTED)
        officers.acts(filed, Act.ISSUE)
        stage.home(filed, Status.ISSUED)
        stage.hands_over(filed)


def nobody_decides_his_own_review(stage: Stage) -> None:
    """The approver is away and lends his role to the reviewer; for the case that he has reviewed it does not help."""
    teller, officers = stage.teller, stage.officers
    teller.chapter("相互制约", "Sections that restrain each other")
    with teller.step(
        "审批人员委托审核人员代理；对自己审核过的件仍不能审批，试过也有记录",
        "the approver lends his role to the reviewer, who still cannot decide what he reviewed; the attempt is on record",
    ):
        filed = accepted(stage, "guihu", PLAIN)
        officers.acts(filed, Act.REVIEW)
        today = WallClock().now().astimezone(CHINA).date().isoformat()
        approver, reviewer = officers.as_("approver"), officers.as_("reviewer")
        page = approver.open("/delegations")
        form = page.form("what", "borrower")
        lent = {
            "what": form.options("what")[0],
            "borrower": "reviewer",
            "from": today,
            "to": today,
            "reason": "外出学习",
        }
        approver.browser.send(page, form, lent)
        tried = reviewer.browser.get(f"/cases/{filed.id}/do/grant")
        if tried.status == 200 or not tried.says("审核和审批不能是同一人"):
            raise NotThere(f"the reviewer may decide: {tried.status} {tried.text[:400]}")
        officers.as_("supervisor").open("/breaches").row(filed.number)
    with teller.step("审批负责人本人准予，归入发证", "the approver himself decides it, and it is issued"):
        officers.decides(filed, Act.GRANT)
        stage.home(filed, Status.ISSUED)


CHAPTERS = (decided, not_taken, papers_later, clocks, nobody_decides_his_own_review)
