"""The journey when nothing goes wrong but what people do: intake, correction, decisions, withdrawal, hand-over."""

from __future__ import annotations

from protocol.cases.rules import Act, Status
from stage.browser import NotThere
from stage.check import WIRED, Stage
from stage.papers import Sheet, photo, picture, scan
from stage.people import number_on


def granted(stage: Stage) -> None:
    """A residence permit from the first question to the paper in the applicant's hand, the hub away at first."""
    teller, officer, clerk = stage.teller, stage.officer, stage.clerks["hexing"]
    teller.chapter("主流程：一件从窗口到送达", "The journey: a case from the desk to the hand-over")
    item = stage.items["P08"]
    with teller.step(
        "窗口人员登录，搜“办居住证”找到事项", "a clerk signs in and finds the item by what people call it"
    ):
        clerk.sign_in()
        filed = clerk.begins(item, "办居住证")
    with teller.step(
        "证件号错一位：当场指出，已填内容已存本机",
        "a wrong digit in an ID number is told at once, what was typed is kept",
    ):
        number = filed.answers["id_number"]
        wrong = dict(filed.answers) | {"id_number": number[:-1] + ("1" if number[-1] != "1" else "2")}
        after = clerk.fills(filed, wrong)
        if after.status != 422:
            raise NotThere(f"a wrong check digit was taken: {after.status}")
    with teller.step("填完表单：已存本机", "the form is filled: saved on this station"):
        after = clerk.fills(filed)
        if not after.says("已存本机"):
            raise NotThere(after.text[:300])
    with teller.step("上传两张照片和一份 PDF", "two photos and a PDF are attached"):
        clerk.attaches_all(filed, [photo("face", stage.rng), picture("card", stage.rng), scan("lease", stage.rng)])
    with teller.step(
        "区中心断电；提交：等待上传，编号不靠区中心",
        "the hub is off; submitted: waiting to upload, with a number that needed no hub",
    ):
        stage.house.hub.kill()
        after = clerk.submitting(filed)()
        filed.number = number_on(after)
        stage.keep(filed, Status.RECEIVED)
        if clerk.sees(filed).sync != "等待上传":
            raise NotThere(f"{filed.number} is shown as {clerk.sees(filed).sync}")
    with teller.step(f"打印收件回执 {filed.number}", f"the receipt of materials is printed: {filed.number}"):
        clerk.prints(filed, "receipt")
    with teller.step(
        "区中心恢复：区中心已收，有回执号", "the hub is back: received by the district, with its receipt number"
    ):
        stage.house.hub.start()
        stage.delivered(filed)
    with teller.step(
        "审批人员从待办打开，三份材料逐一核对摘要", "an officer opens it from the worklist; each paper is its digest"
    ):
        officer.sign_in()
        officer.finds(filed)
        if officer.opens_papers(filed) != set(filed.papers):
            raise NotThere(f"{filed.number}: the hub does not show the papers that were attached")
    with teller.step(
        "一次性告知补正；服务站看到待补正，打印告知书",
        "correction is asked for once; the station sees it and prints the notice",
    ):
        officer.asks_correction(filed, "P08-3", "租赁合同缺最后一页，请补全")
        stage.home(filed, Status.RETURNED)
        clerk.prints(filed, "notice")
    with teller.step("窗口补充材料，区中心收到", "the clerk supplies it, the hub has it"):
        clerk.supplies(filed, "P08-3", scan("lease-2", stage.rng))
        stage.keep(filed, Status.RECEIVED)
        stage.delivered(filed)
        stage.whole_at_hub(filed)
    with teller.step("受理，准予；服务站看到每一步", "accepted, granted; the station sees each step"):
        officer.acts(filed, Act.ACCEPT)
        stage.home(filed, Status.ACCEPTED)
        officer.acts(filed, Act.GRANT, reason="材料齐全，符合条件")
        stage.home(filed, Status.GRANTED)
    with teller.step(
        "打印决定书和送达回证，登记送达", "decision and proof of service are printed, the hand-over is recorded"
    ):
        clerk.prints(filed, "decision", "proof")
        clerk.hands_over(filed, filed.answers["name"])
        stage.home(filed, Status.HANDED_OVER)
        stage.at_hub(filed, Status.HANDED_OVER)


def refused_and_denied(stage: Stage) -> None:
    teller, officer, clerk = stage.teller, stage.officer, stage.clerks["guihu"]
    teller.chapter("不予受理、不予许可", "Refused acceptance, denied")
    with teller.step("不予受理，说明理由和救济途径", "acceptance is refused with reason and remedies"):
        refused = stage.files("guihu", "T01")
        stage.delivered(refused)
        officer.finds(refused)
        officer.acts(refused, Act.REFUSE_ACCEPTANCE, reason="申请事项不属于本机关职权范围")
        stage.home(refused, Status.NOT_ACCEPTED)
        clerk.prints(refused, "decision")
    with teller.step("受理后不予许可，说明理由和救济途径", "accepted, then denied with reason and remedies"):
        denied = stage.files("guihu", "F01")
        stage.delivered(denied)
        officer.acts(denied, Act.ACCEPT)
        stage.home(denied, Status.ACCEPTED)
        officer.acts(denied, Act.DENY, reason="经营场所与布局图不符")
        stage.home(denied, Status.DENIED)
        clerk.prints(denied, "decision")
    with teller.step("不予许可决定送达", "the denial is handed over"):
        clerk.hands_over(denied, "本人签收")
        stage.at_hub(denied, Status.HANDED_OVER)


def withdrawn(stage: Stage) -> None:
    teller, officer, clerk = stage.teller, stage.officer, stage.clerks["hexing"]
    teller.chapter("申请人撤回", "Withdrawal")
    with teller.step("申请撤回，区中心同意", "withdrawal is asked for and allowed"):
        filed = stage.files("hexing", "L08")
        stage.delivered(filed)
        clerk.asks_withdrawal(filed, "申请人改在外地办理")
        stage.until("the request at the hub", lambda: officer.open(f"/cases/{filed.id}").says("申请人要求撤回"))
        officer.acts(filed, Act.ALLOW_WITHDRAWAL)
        stage.home(filed, Status.WITHDRAWN)
    with teller.step(
        "申请撤回，区中心不同意；照常受理、准予",
        "withdrawal is asked for and declined; the case goes on and is granted",
    ):
        filed = stage.files("hexing", "L08")
        stage.delivered(filed)
        clerk.asks_withdrawal(filed, "申请人想再考虑")
        stage.until("the request at the hub", lambda: officer.open(f"/cases/{filed.id}").says("申请人要求撤回"))
        officer.acts(filed, Act.DECLINE_WITHDRAWAL, reason="证件已经制作")
        officer.acts(filed, Act.ACCEPT)
        officer.acts(filed, Act.GRANT, reason="符合条件")
        stage.home(filed, Status.GRANTED)


def wire_cut(stage: Stage) -> None:
    """In the dark on both sides; then a thin wire that breaks once more in the middle of the papers."""
    teller, officer, clerk, wire = stage.teller, stage.officer, stage.clerks[WIRED], stage.wire
    teller.chapter("断网：提交前断开，之后恢复", "The wire: cut before submitting, mended later")
    before = [stage.files(WIRED, "P08"), stage.files(WIRED, "L08")]
    stage.delivered(*before)
    for filed in before:
        officer.acts(filed, Act.ACCEPT)
        stage.home(filed, Status.ACCEPTED)
    with teller.step(
        "断网；服务站照常收件：离线办理中，等待上传", "cut; the station goes on: working offline, waiting to upload"
    ):
        wire.cut()
        dark = [clerk.submits(stage.items["M01"]), clerk.submits(stage.items["P08"], _heavy(stage))]
        for filed in dark:
            stage.keep(filed, Status.RECEIVED)
        stage.until("the bar says offline", lambda: clerk.open("/desk").says("离线办理中"))
        if any(clerk.sees(filed).sync != "等待上传" for filed in dark) or any(officer.has(filed) for filed in dark):
            raise NotThere("a case in the dark is not shown as waiting")
    with teller.step(
        "断网期间两端各自办理：区中心准予，窗口申请撤回",
        "meanwhile the hub grants, and the clerk asks to withdraw the same case",
    ):
        officer.acts(before[0], Act.GRANT, reason="符合条件")
        officer.acts(before[1], Act.GRANT, reason="符合条件")
        clerk.asks_withdrawal(before[1], "申请人不再需要")
        if clerk.sees(before[0]).status is not Status.ACCEPTED:
            raise NotThere("a decision came through a cut wire")
    with teller.step(
        "细线路恢复：材料逐份上传，传到一半再断",
        "a thin wire is mended: papers go up one by one, and it breaks half-way",
    ):
        wire.up_bytes_s = 300_000
        wire.whole = True
        stage.until("some of the papers are there", lambda: clerk.sees(dark[1]).sync.startswith("材料"))
        wire.cut()
        if "区中心已收" in clerk.sees(dark[1]).sync:
            raise NotThere("all papers went through a wire that was cut")
    with teller.step(
        "恢复：续传，区中心已收；决定回到服务站", "mended: it goes on where it stopped; the decisions come home"
    ):
        wire.mend()
        stage.delivered(*dark)
        stage.home(before[0], Status.GRANTED)
        stage.home(before[1], Status.GRANTED)
        stage.whole_at_hub(dark[1])
    with teller.step(
        "迟到的撤回申请：需要处理；窗口处理后恢复正常",
        "the late request needs attention; once a clerk has dealt with it, it is as the others",
    ):
        stage.until("it needs attention", lambda: clerk.sees(before[1]).sync == "需要处理")
        clerk.settles(before[1], "已告知申请人：许可已经作出")
        stage.delivered(before[1])
        clerk.hands_over(before[1], before[1].answers["name"])
        stage.at_hub(before[1], Status.HANDED_OVER)
        stage.delivered(before[1])


def _heavy(stage: Stage) -> list[Sheet]:
    """So much that it takes seconds on a thin wire."""
    return [photo("face", stage.rng), *(picture(f"sheet-{number}", stage.rng, 460) for number in range(4))]


CHAPTERS = (granted, refused_and_denied, withdrawn, wire_cut)
