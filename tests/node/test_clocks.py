"""What is due, and what happens when nobody comes: the station computes it alone."""

from __future__ import annotations

import time
from datetime import timedelta

from node import after, jobs
from protocol.casebook import tell
from protocol.cases.acts import By, CaseAct, Made
from protocol.cases.rules import Act, Flag, Role, Status
from protocol.clock import stamp
from protocol.exchange.messages import Kind
from tests.node.station import STATION, Browser, Desk, png
from tests.node.test_intake import item_of, submits, types

DAY_S = 86_400
PDF = b"%PDF-1.7 the very bytes that the district made %%EOF"


def takes_in(desk: Desk, clerk: Browser, code: str) -> str:
    """The whole intake of an item, in the first of its situations."""
    item = item_of(code)
    desk.begins(clerk, item)
    draft = clerk.page.url.split("/drafts/")[1].split("/")[0]
    if item.situations:
        desk.answers(clerk, draft, **{one.key: one.choices[0].value for one in item.situations})
    types(desk, clerk, draft, item)
    desk.brings(clerk, draft)
    assert submits(clerk, draft).url.endswith("/receipt"), clerk.page.text
    desk.world.settle()
    return draft


def is_returned(desk: Desk, clerk: Browser, code: str) -> str:
    case = takes_in(desk, clerk, code)
    desk.world.hub.decides(case, Act.ASK_CORRECTION)
    desk.world.settle()
    return case


def status(desk: Desk, case: str) -> tuple[Status | None, set[Flag]]:
    found = desk.party.case(case)
    assert found is not None
    return found.status, found.flags


def test_the_page_of_a_case_counts_and_explains_its_clocks_without_a_wire(desk: Desk) -> None:
    clerk = desk.clerk()
    case = takes_in(desk, clerk, "H01")
    desk.world.hub.decides(case, Act.ACCEPT)
    desk.world.settle()
    desk.world.network.cut(STATION)
    desk.world.advance(3 * DAY_S)  # from a Monday to a Thursday
    clerk = desk.clerk()
    page = clerk.sees(f"/cases/{case}")
    assert "已经受理，正在审核。" in page.text
    clocks = page.text.split('id="h-clocks"')[1].split("</section>")[0]
    assert "第 3 个工作日" in clocks
    assert "还剩 17 个工作日" in clocks
    assert "2026年3月30日 届满" in clocks
    assert "由本区承诺" in clocks
    assert "以区中心记录的经过为准" in clocks
    soon = clerk.sees("/desk").text.split('id="h-soon"')[1].split("</section>")[0]
    assert "还剩 2 个工作日" in soon  # of the promise of five


def test_a_correction_that_never_comes_is_given_back_by_one_press_and_not_before_its_day(desk: Desk) -> None:
    clerk = desk.clerk()
    case = is_returned(desk, clerk, "I01")  # fifteen working days, 政府信息公开条例 §30
    page = clerk.sees(f"/cases/{case}")
    assert "还剩 15 个工作日" in page.text
    assert "逾期未补正，退回区中心" not in page.text
    assert clerk.posts(f"/cases/{case}/lapse").status == 409
    assert status(desk, case)[0] is Status.RETURNED
    desk.world.advance(30 * DAY_S)
    clerk = desk.clerk()
    returned = clerk.sees("/desk").text.split('id="h-returned"')[1].split("</section>")[0]
    assert "已过 " in returned
    page = clerk.sees(f"/cases/{case}")
    assert "补正期限 2026年3月23日 已过" in page.text
    page = clerk.posts(f"/cases/{case}/lapse")
    assert "已退回区中心处理" in page.text
    assert status(desk, case) == (Status.RECEIVED, {Flag.CORRECTED, Flag.LAPSED})
    desk.world.settle()
    assert desk.world.differences() == []


def test_the_clock_itself_gives_it_back_but_not_from_under_a_clerks_hands(desk: Desk) -> None:
    clerk = desk.clerk()
    nobody, begun, no_law = (is_returned(desk, clerk, code) for code in ("I01", "S11", "P08"))
    clerk.sees(f"/cases/{begun}")
    clerk.posts(f"/cases/{begun}/supplement")
    assert jobs.lapse_overdue(desk.station) == 0
    desk.world.advance(40 * DAY_S)
    assert jobs.lapse_overdue(desk.station) == 1
    assert jobs.lapse_overdue(desk.station) == 0
    assert Flag.LAPSED in status(desk, nobody)[1]
    assert status(desk, begun)[0] is Status.RETURNED
    assert status(desk, no_law)[0] is Status.RETURNED  # no law sets a time: a person decides
    case = desk.party.case(nobody)
    assert case is not None
    assert case.line[-1].by == after.CLOCK
    desk.world.settle()
    assert desk.world.differences() == []


def test_where_no_law_sets_a_time_a_person_gives_the_case_back_with_a_reason(desk: Desk) -> None:
    clerk = desk.clerk()
    case = is_returned(desk, clerk, "P08")
    assert "没有规定补正期限" in clerk.sees(f"/cases/{case}/lapse").text
    assert clerk.posts(f"/cases/{case}/lapse", {"reason": " "}).status == 422
    page = clerk.posts(f"/cases/{case}/lapse", {"reason": "电话联系三次，表示不办了"})
    assert "已退回区中心处理" in page.text
    assert status(desk, case)[0] is Status.RECEIVED


def test_a_correction_after_its_day_says_so_by_this_stations_clock_and_the_district_decides(desk: Desk) -> None:
    clerk = desk.clerk()
    in_time, late = is_returned(desk, clerk, "S11"), is_returned(desk, clerk, "S11")
    desk.world.network.cut(STATION)
    for days, case, said in ((1, in_time, "没有超过"), (20, late, "已超过")):
        desk.world.advance(days * DAY_S)
        clerk = desk.clerk()
        clerk.sees(f"/cases/{case}")
        draft = clerk.posts(f"/cases/{case}/supplement").url.split("/drafts/")[1].split("/")[0]
        material = item_of("S11").required_materials[0].code
        clerk.sees(f"/drafts/{draft}/papers")
        desk.uploads(clerk, draft, material, [("a.png", png(days))])
        assert submits(clerk, draft).url.endswith(f"/cases/{case}")
        assert said in clerk.sees(f"/cases/{case}").text
    told = desk.party.case(late)
    assert told is not None
    assert told.line[-1].at == stamp(desk.party.clock.now())
    desk.world.network.mend(STATION)
    desk.world.settle()
    assert desk.world.differences() == []


def test_what_was_being_put_together_when_the_time_ran_out_is_kept_with_the_case(desk: Desk) -> None:
    clerk, colleague = desk.clerk(), desk.clerk("wanghui")
    case = is_returned(desk, clerk, "S11")
    desk.world.advance(30 * DAY_S)
    clerk, colleague = desk.clerk(), desk.clerk("wanghui")
    clerk.sees(f"/cases/{case}")
    draft = clerk.posts(f"/cases/{case}/supplement").url.split("/drafts/")[1].split("/")[0]
    colleague.sees(f"/cases/{case}")
    colleague.posts(f"/cases/{case}/lapse")
    clerk.sees(f"/drafts/{draft}/papers")
    desk.uploads(clerk, draft, item_of("S11").required_materials[0].code, [("a.png", png(9))])
    assert "材料将作为补交随案保存" in clerk.sees(f"/drafts/{draft}/check").text
    page = clerk.posts(f"/drafts/{draft}/check")
    assert page.url.endswith(f"/cases/{case}"), page.text
    found = desk.party.case(case)
    assert found is not None
    assert found.line[-1].act is Act.SUPPLY
    assert "材料退回区中心处理" in page.text


def attach(desk: Desk, case: str, kind: str, number: str, data: bytes = PDF) -> str:
    """As the hub's press would."""
    hub = desk.world.hub
    at, by = hub.clock.now(), By("press", Role.SYSTEM)
    digest = hub.office.blobs.keep(data, at)
    now = hub.case(case)
    assert now is not None
    act = CaseAct(
        case=case, id=desk.world.rng.randbytes(16).hex(), act=Act.ATTACH, follows=now.tip, by=by, at=stamp(at),
        made=Made(kind=kind, number=number, digest=digest, size=len(data)),
    )  # fmt: skip
    with hub.office.store.write() as tx:
        hub.office.pen.write(tx, STATION, Kind.CASE_ACT, tell(act), by=by.account, at=at, case=case)
    return digest


def is_issued(desk: Desk, case: str) -> None:
    for act in (Act.ACCEPT, Act.GRANT, Act.ISSUE):
        desk.world.hub.decides(case, act)


def test_a_result_is_handed_over_once_its_file_is_here_and_printed_byte_by_byte(desk: Desk) -> None:
    clerk = desk.clerk()
    case = takes_in(desk, clerk, "P08")
    is_issued(desk, case)
    at_hub = desk.world.hub.case(case)
    assert at_hub is not None
    assert at_hub.decision is not None
    digest = attach(desk, case, "grant", at_hub.decision.number)
    with desk.world.hub.office.blobs.store.write() as tx:
        kept = tx.execute("select data from pieces where digest = ?", (digest,)).fetchone()[0]
        tx.execute("delete from pieces where digest = ?", (digest,))
        tx.execute("update blobs set whole = 0 where digest = ?", (digest,))
    desk.world.settle()
    page = clerk.sees(f"/cases/{case}")
    assert "正在传来" in page.text
    assert "还在路上" in page.text
    clerk.sees(f"/cases/{case}/handover")
    typed = {"recipient": "测试甲", "who": "other", "stands_for": "配偶", "checked": "yes", "signed": "yes"}
    assert clerk.posts(f"/cases/{case}/handover", typed).status == 409
    desk.station.blobs.keep(bytes(kept), desk.party.clock.now())
    with desk.station.store.write() as tx:
        tx.execute("update papers set here = 1 where digest = ?", (digest,))
    page = clerk.sees(f"/cases/{case}")
    assert f"/cases/{case}/documents/{digest}" in page.text
    assert clerk.client.get(f"/cases/{case}/documents/{digest}").content == PDF
    assert clerk.sees(f"/cases/{case}/documents/{'0' * 64}").status == 404
    clerk.sees(f"/cases/{case}/handover")
    page = clerk.posts(f"/cases/{case}/handover", typed)
    assert "代收：配偶；已核对身份" in page.text
    assert status(desk, case)[0] is Status.HANDED_OVER


def test_a_result_with_an_error_goes_back_and_comes_again(desk: Desk) -> None:
    clerk = desk.clerk()
    case = takes_in(desk, clerk, "P08")
    is_issued(desk, case)
    desk.world.settle()
    first = clerk.client.get(f"/cases/{case}/print/proof").content
    clerk.sees(f"/cases/{case}/return")
    assert clerk.posts(f"/cases/{case}/return", {"reason": ""}).status == 422
    page = clerk.posts(f"/cases/{case}/return", {"reason": "姓名写错一字"})
    assert "已退回，等待区中心更正" in page.text
    assert "姓名写错一字" in page.text
    desk.world.settle()
    assert status(desk, case) == (Status.GRANTED, {Flag.RESULT_RETURNED})
    desk.world.advance(3600)
    desk.world.hub.decides(case, Act.ISSUE)
    desk.world.settle()
    again = clerk.client.get(f"/cases/{case}/print/proof").content
    assert again != first  # another result, another proof of service
    desk.world.settle()
    assert desk.world.differences() == []


def test_a_receipt_is_made_once_and_every_reprint_is_these_bytes(desk: Desk) -> None:
    clerk, colleague = desk.clerk(), desk.clerk("wanghui")
    case = takes_in(desk, clerk, "P08")
    first = clerk.client.get(f"/cases/{case}/print/receipt").content
    desk.world.advance(5 * DAY_S)
    assert colleague.client.get(f"/cases/{case}/print/receipt").status_code in (200, 303)
    colleague = desk.clerk("wanghui")
    assert colleague.client.get(f"/cases/{case}/print/receipt").content == first
    desk.world.settle()
    at_hub = desk.world.hub.case(case)
    assert at_hub is not None
    (told,) = at_hub.documents
    assert told.made is not None
    assert desk.world.hub.office.blobs.read(told.made.digest) == first
    assert desk.world.differences() == []


def test_what_is_due_is_found_quickly_among_fifty_thousand_cases(desk: Desk) -> None:
    clerk = desk.clerk()
    case = is_returned(desk, clerk, "I01")
    with desk.station.store.write() as tx:
        row = dict(tx.execute("select * from cases where id = ?", (case,)).fetchone())
        columns = ", ".join(row)
        tx.conn.executemany(
            f"insert into cases ({columns}) values ({','.join('?' * len(row))})",
            (
                tuple((row | {"id": f"{n:032x}", "number": f"N-{n}", "status": "archived", "owner": "hub"}).values())
                for n in range(50_000)
            ),
        )
    at = desk.party.clock.now()
    with desk.station.store.read() as db:
        assert [due.case for due in desk.station.dues.of(db, at)] == [case]
        began = time.perf_counter()
        for minutes in range(20):
            desk.station.dues.of(db, at + timedelta(minutes=minutes))
        assert time.perf_counter() - began < 1.0
