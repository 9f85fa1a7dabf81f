"""The journey when nothing goes wrong but what people do: from the desk to the hand-over, and a wire that is cut."""

from __future__ import annotations

from protocol.cases.rules import Act, Status
from protocol.documents.kinds import Kind
from stage.browser import NotThere
from stage.check import WIRED, Stage
from stage.papers import Sheet, photo, picture, scan
from stage.people import number_on


def granted(stage: Stage) -> None:
    """A residence permit from the first question to the paper in the applicant's hand, the hub away at first."""
    teller, officers, clerk = stage.teller, stage.officers, stage.clerks["hexing"]
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
        clerk.prints(filed, Kind.RECEIPT)
    with teller.step(
        "区中心恢复：区中心已收，有回执号", "the hub is back: received by the district, with its receipt number"
    ):
        stage.house.hub.start()
        stage.delivered(filed)
    with teller.step(
        "受理人员从待办打开，三份材料逐一核对摘要",
        "the acceptor opens it from the worklist; each paper is its digest",
    ):
        officers.everybody_signs_in()
        # a case that came in a letter has its line in the worklist within a second
        stage.until("it is on the acceptor's list", lambda: bool(officers.finds(filed, "acceptor")))
        if officers.opens_papers(filed) != set(filed.papers):
            raise NotThere(f"{filed.number}: the hub does not show the papers that were attached")
    with teller.step(
        "一次性告知补正；服务站看到待补正，打印告知书",
        "correction is asked for once; the station sees it and prints the notice",
    ):
        officers.asks_correction(filed, "P08-3", "租赁合同缺最后一页，请补全")
        stage.home(filed, Status.RETURNED)
        stage.paper(filed, Kind.CORRECTION)
    with teller.step("窗口补充材料，区中心收到", "the clerk supplies it, the hub has it"):
        clerk.supplies(filed, "P08-3", scan("lease-2", stage.rng))
        stage.keep(filed, Status.RECEIVED)
        stage.delivered(filed)
        stage.whole_at_hub(filed)
    with teller.step(
        "受理、审核、审批、发证，四个人各办一环；服务站看到每一步",
        "accepted, reviewed, decided, issued, each link by another person; the station sees each step",
    ):
        officers.acts(filed, Act.ACCEPT)
        stage.home(filed, Status.ACCEPTED)
        officers.acts(filed, Act.REVIEW)
        stage.home(filed, Status.REVIEWED)
        officers.acts(filed, Act.GRANT)
        stage.home(filed, Status.GRANTED)
        officers.acts(filed, Act.ISSUE)
        stage.home(filed, Status.ISSUED)
    with teller.step(
        "受理通知书、决定书、居住证到站：与区中心逐字节相同，验真有效",
        "acceptance, decision and licence are at the station: the hub's bytes, and genuine",
    ):
        stage.paper(filed, Kind.ACCEPTANCE, Kind.GRANT, Kind.LICENCE)
    with teller.step("打印送达回证，登记送达", "the proof of service is printed, the hand-over is recorded"):
        clerk.prints(filed, Kind.PROOF)
        stage.hands_over(filed, filed.answers["name"])
        clerk.prints(filed, Kind.RECEIPT, Kind.PROOF)


def wire_cut(stage: Stage) -> None:
    """In the dark on both sides; then a thin wire that breaks once more in the middle of the papers."""
    teller, officers, clerk, wire = stage.teller, stage.officers, stage.clerks[WIRED], stage.wire
    teller.chapter("断网：提交前断开，之后恢复", "The wire: cut before submitting, mended later")
    before = [stage.files(WIRED, "P08"), stage.files(WIRED, "L08")]
    stage.delivered(*before)
    for filed in before:
        officers.acts(filed, Act.ACCEPT)
        stage.home(filed, Status.ACCEPTED)
    with teller.step(
        "断网；服务站照常收件：离线办理中，等待上传", "cut; the station goes on: working offline, waiting to upload"
    ):
        wire.cut()
        dark = [clerk.submits(stage.items["M01"]), clerk.submits(stage.items["P08"], _heavy(stage))]
        for filed in dark:
            stage.keep(filed, Status.RECEIVED)
        stage.until("the bar says offline", lambda: clerk.open("/desk").says("离线办理中"))
        if any(clerk.sees(filed).sync != "等待上传" for filed in dark) or any(officers.has(filed) for filed in dark):
            raise NotThere("a case in the dark is not shown as waiting")
    with teller.step(
        "断网期间两端各自办理：区中心准予，窗口申请撤回",
        "meanwhile the hub grants, and the clerk asks to withdraw the same case",
    ):
        officers.decides(before[0], Act.GRANT)
        officers.decides(before[1], Act.GRANT)
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
        stage.home(before[0], Status.ISSUED)
        stage.home(before[1], Status.ISSUED)
        stage.whole_at_hub(dark[1])
    with teller.step(
        "迟到的撤回申请：需要处理；窗口处理后恢复正常",
        "the late request needs attention; once a clerk has dealt with it, it is as the others",
    ):
        stage.until("it needs attention", lambda: clerk.sees(before[1]).sync == "需要处理")
        clerk.settles(before[1], "已告知申请人：许可已经作出")
        stage.delivered(before[1])
        stage.paper(before[1], Kind.GRANT)
        stage.hands_over(before[1], before[1].answers["name"])
        stage.delivered(before[1])


def _heavy(stage: Stage) -> list[Sheet]:
    """So much that it takes seconds on a thin wire."""
    return [photo("face", stage.rng), *(picture(f"sheet-{number}", stage.rng, 460) for number in range(4))]


CHAPTERS = (granted, wire_cut)
