"""Who at the hub does an act, and what he would write: every role another person, so that nothing lacks people."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hub.decisions import Said
from protocol.cases.acts import By, Correction, Finding, LicenceTerms, Survey
from protocol.cases.case import Case
from protocol.cases.guard import role_for
from protocol.cases.rules import OFFICERS, RULES
from protocol.cases.words import Act, Need, Role
from protocol.catalogue.items import Item, Stop
from protocol.clock import CHINA, stamp

REVIEWED_BY, SUED_AT = "新都区人民政府", "新都区人民法院"  # public bodies: where a decision can be contested


def officer_for(case: Case, act: Act) -> By:
    """Somebody who may do it. A second surveyor countersigns.

    :raises AssertionError: the act is not open for the case
    """
    role = role_for(case, act, [*OFFICERS, Role.SYSTEM])
    assert role is not None, f"{act} is not open for {case.status}"
    second = "2" if act is Act.COUNTERSIGN_SURVEY else ""
    return By(f"{role}{second}", role, NAMES.get(role, "") + ("乙" if second else ""), SECTIONS.get(role, ""))


NAMES = {
    Role.ACCEPTOR: "受理人员", Role.REVIEWER: "审核人员", Role.SURVEYOR: "勘查人员", Role.APPROVER: "审批负责人",
    Role.ISSUER: "发证人员", Role.ARCHIVIST: "档案人员", Role.LEADER: "机关负责人",
}  # fmt: skip
SECTIONS = {  # as a hub is delivered with them
    Role.ACCEPTOR: "shouli", Role.REVIEWER: "shenhe", Role.SURVEYOR: "kancha", Role.APPROVER: "shenpi",
    Role.ISSUER: "fazheng", Role.ARCHIVIST: "dangan",
}  # fmt: skip

REMEDIES = f"可以在六十日内向{REVIEWED_BY}申请行政复议，或者在六个月内向{SUED_AT}提起行政诉讼"
_REFUSES = {rule.act for rule in RULES if Need.REMEDIES in rule.needs}

_REASONS: dict[Act, str] = {
    Act.ASK_CORRECTION: "",
    Act.REFUSE_ACCEPTANCE: "申请事项不属于本机关职权范围",
    Act.DECLARE_NOT_REQUIRED: "该活动依法不需要取得行政许可",
    Act.CLOSE_LATE: "告知后逾期未补齐，申请人也未说明理由",
    Act.ORDER_SURVEY: "核对场所布局与图纸是否一致",
    Act.PAUSE: "依法需要听证",
    Act.RESUME: "听证已结束，笔录附卷",
    Act.EXTEND: "案情复杂，需补充核实",
    Act.REVIEW: "材料齐全，内容真实，符合条件",
    Act.SEND_BACK: "面积与图纸不一致，请再核对",
    Act.GRANT: "符合法定条件、标准",
    Act.DENY: "经营场所与布局图不符，不符合法定条件",
    Act.DECLINE_WITHDRAWAL: "结果已经制作",
    Act.REOPEN: "证照上的地址有误，更正后重新制作",
    Act.CANCEL_LICENCE: "持证人申请注销",
    Act.REVOKE_LICENCE: "以虚假材料取得，依法撤销",
    Act.CHECK_PROMISE: "现场核查，与承诺一致",
    Act.RECUSE: "与申请人有利害关系",
    Act.MOVE: "申请人要求到该站点领取",
}


def what_is_said(case: Case, act: Act, at: datetime, item: Item | None = None, proposal: str = "grant") -> Said:
    """A believable form for any act of an officer. `proposal` is what a review proposes."""
    said = Said(
        reason=_REASONS.get(act, "已核对"),
        remedies=REMEDIES if act in _REFUSES else "",
        passed=True,
    )
    if act is Act.ASK_CORRECTION:
        about = item.required_materials[0].code if item is not None and item.required_materials else "address"
        return replace(said, corrections=[Correction(about, "缺最后一页，请补全")])
    if act is Act.ACCEPT_CONDITIONALLY and item is not None:
        lacking = [m for m in item.materials if m.secondary and all(p.material != m.code for p in case.papers)]
        return replace(said, corrections=[Correction(m.code, "请在期限内补交") for m in lacking[:1]])
    if act in (Act.DEEM_ACCEPTED, Act.DEEM_RENEWED):
        return replace(said, counts_from=case.opened_at[:10])
    if act is Act.REVIEW:
        return replace(said, proposal=proposal)
    if act is Act.PAUSE:
        named = {stop for limit in item.limits for stop in limit.stops_on} if item is not None else set()
        if Stop.HEARING in named:
            return replace(said, stop=Stop.HEARING, chair="chair", expected="约 10 个工作日")
        return replace(said, reason="整改后复查", stop=Stop.RECTIFICATION, expected="约 5 个工作日")
    if act is Act.RECUSE:
        return replace(said, person="somebody")
    if act is Act.RECORD_SURVEY:
        findings = [Finding("场所布局与图纸一致", "pass"), Finding("消防通道畅通", "pass", "宽 1.4 米")]
        came = stamp(at - timedelta(hours=1))
        return replace(
            said, survey=Survey(place="申请场所", arrived=came, left=stamp(at), findings=findings, passed=True)
        )
    if act is Act.ISSUE:
        return replace(said, licence=terms(case, item, at))
    if act is Act.ARCHIVE:
        return replace(said, package="0" * 64)
    return said


def terms(case: Case, item: Item | None, at: datetime) -> LicenceTerms | None:
    """What stands on the licence; None where nothing was granted or the item gives none."""
    if item is not None and item.licence is None:
        return None
    if case.decision is None or case.decision.act is Act.DENY:
        return None
    day = at.astimezone(CHINA).date()
    years = 5
    until = day.replace(year=day.year + years, day=min(day.day, 28))
    kind = item.licence.kind if item is not None and item.licence is not None else "test"
    return LicenceTerms(
        number=f"{case.number}·证照",
        kind=kind,
        holder=case.applicant.name,
        valid_from=day.isoformat(),
        valid_to=until.isoformat(),
    )
