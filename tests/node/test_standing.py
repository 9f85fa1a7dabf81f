"""How the station stands with the district, and what only a person can settle."""

from __future__ import annotations

import re

from node.app import Station
from protocol import attention, chores
from protocol.cases.rules import Act
from protocol.clock import CHINA, stamp
from protocol.identity import KeyringContent, Standing, sign_keyring
from tests.node.station import STATION, Desk
from tests.world import DISTRICT


def bar(page_text: str) -> list[str]:
    return re.findall(r'<span class="bar-part">([^<]*)</span>', page_text)


def row(page_text: str, label: str) -> str:
    """What stands beside a label of a summary list."""
    found = re.search(rf"<dt>{label}</dt>\s*<dd>(.*?)</dd>", page_text, re.S)
    assert found, label
    return found[1]


def test_the_bar_says_only_what_the_district_has_receipted(desk: Desk) -> None:
    clerk = desk.clerk()
    assert bar(clerk.sees("/desk").text)[:2] == ["离线办理中", "尚未与区中心连接过"]
    desk.world.settle()
    assert bar(clerk.sees("/desk").text)[:2] == ["与区中心已连接", "全部送达"]
    desk.takes_in(clerk)
    assert bar(clerk.page.text) == ["与区中心已连接", "还有 1 件、材料 3 份正在上传"]
    desk.world.network.cut(STATION)
    desk.world.turn()
    desk.world.advance(2 * 3600 + 14 * 60)
    parts = bar(clerk.sees("/desk").text)
    assert parts[0] == "离线办理中"
    assert parts[1].startswith("已离线 2 小时 1")
    assert parts[2] == "本机待上传 1 件、材料 3 份"
    assert parts[3] == "可正常收件、叫号、打印"
    assert "bar-plain" in clerk.page.text
    desk.world.advance(23 * 3600)
    clerk = desk.clerk()
    assert "可用 U 盘导出" in clerk.sees("/desk").text
    assert "bar-warn" in clerk.page.text
    desk.world.advance(50 * 3600)
    clerk = desk.clerk()
    assert "bar-bad" in clerk.sees("/desk").text
    desk.world.network.mend(STATION)
    desk.world.settle()
    assert bar(clerk.sees("/desk").text)[:2] == ["与区中心已连接", "全部送达"]


def test_who_signs_out_while_something_is_owed_is_told(desk: Desk) -> None:
    clerk = desk.clerk()
    desk.takes_in(clerk)
    page = clerk.posts("/sign-out")
    assert "本机还有 1 件、材料 3 份未上传" in page.text
    assert clerk.sees("/desk").url.endswith("/sign-in?to=%2Fdesk")


def test_five_wrong_passwords_lock_the_account(desk: Desk) -> None:
    browser = desk.browser()
    for _ in range(5):
        answer = browser.client.post("/sign-in", data={"name": "limin", "password": "not the password"})
    assert answer.status_code == 429


def test_upload_now_ends_in_words_with_and_without_a_wire(desk: Desk) -> None:
    clerk = desk.clerk()
    desk.takes_in(clerk)
    clerk.sees("/sync")
    assert "未上传：连接不上" in clerk.posts("/sync/now").text
    desk.world.settle()
    clerk.sees("/sync")
    assert "全部送达" in clerk.posts("/sync/now").text
    assert re.search(r'data-label="已签收到">2<', clerk.page.text), clerk.page.text


def test_the_last_attempt_is_no_delivery_and_says_what_became_of_it(desk: Desk) -> None:
    clerk = desk.clerk()
    desk.world.settle()
    delivered = row(clerk.sees("/sync").text, "最近一次送达")
    desk.world.network.cut(STATION)
    desk.world.turn()
    desk.world.advance(600)
    at = desk.party.clock.now()
    desk.station._link.tried_s = desk.party.clock.monotonic()
    page = clerk.sees("/sync").text
    assert row(page, "最近一次送达") == delivered
    tried = row(page, "最近一次尝试")
    assert at.astimezone(CHINA).strftime("%H:%M") in tried
    assert "未成功：连接不上（" in tried
    desk.world.network.mend(STATION)
    desk.world.settle()
    assert "未成功" not in row(clerk.sees("/sync").text, "最近一次尝试")


def test_a_stick_carries_a_case_to_a_hub_without_a_wire(desk: Desk) -> None:
    from protocol.exchange import stick

    clerk = desk.clerk()
    desk.world.network.cut(STATION)
    case = desk.takes_in(clerk)
    clerk.sees("/sync")
    page = clerk.posts("/sync/export")
    assert "校验码" in page.text
    href = re.search(r'href="(/sync/stick/[^"]+)"', page.text)
    assert href
    data = clerk.client.get(href[1]).content
    file = desk.settings.folder / "stick.mcs"
    file.write_bytes(data)
    stick.bring_in(desk.world.hub.office, stick.read_stick(file))
    desk.world.settle()
    assert desk.world.hub.case(case) is not None
    # and back: receipts on a stick make it "received" here
    back = stick.export(desk.world.hub.office, STATION, desk.settings.folder, desk.world.hub.clock.now())
    page = clerk.posts("/sync/import", files={"stick": ("x.mcs", back.file.read_bytes())})
    assert "文件完好" in page.text
    desk.world.settle()
    assert "区中心已收（" in clerk.sees(f"/cases/{case}").text
    page = clerk.posts("/sync/import", files={"stick": ("x.mcs", back.file.read_bytes()[:-9])})
    assert page.status == 409
    assert not list((desk.settings.run / "stick-in").iterdir())


def test_an_entry_in_the_attention_list_is_settled_with_a_reason_only(desk: Desk) -> None:
    head = desk.clerk("zhaoqiang")
    with desk.station.store.write() as tx:
        attention.put(tx, "disk", STATION, at=stamp(desk.party.clock.now()))
        for kind in attention.KINDS:
            attention.put(tx, kind, "x", at=stamp(desk.party.clock.now()))
    page = head.sees("/attention")
    assert page.text.count('<form class="settle"') == len(attention.KINDS) + 1
    number = re.findall(r'id="n-(\d+)"', page.text)[0]
    assert head.posts(f"/attention/{number}", {"note": ""}).status == 422
    form = head.page.form_id()
    assert "已记录处理情况" in head.posts(f"/attention/{number}", {"note": "已清理"}, form_id=form).text
    assert (
        "已记录处理情况" in head.posts(f"/attention/{number}", {"note": "已清理"}, form_id=form).text
    )  # a second click
    assert head.posts(f"/attention/{number}", {"note": "again"}).status == 409


def test_a_clerk_settles_what_is_the_desks_and_the_head_what_others_answer_for(desk: Desk) -> None:
    with desk.station.store.write() as tx:
        for kind in ("replica", "case-forked", "request-overtaken"):
            attention.put(tx, kind, "x", at=stamp(desk.party.clock.now()))
    clerk, head = desk.clerk(), desk.clerk("zhaoqiang")
    cards = clerk.sees("/attention").text.split('<li class="card"')[1:]
    mine = [card for card in cards if '<form class="settle"' in card]
    assert len(mine) == 1
    assert "由窗口人员处理" in mine[0]
    assert sum("由站长在这里销项" in card for card in cards) == 2
    for card in cards:
        number = re.findall(r'id="n-(\d+)"', card)[0]
        allowed = "由窗口人员处理" in card
        clerk.sees("/attention")
        assert clerk.posts(f"/attention/{number}", {"note": "已告知"}).status == (200 if allowed else 403)
        head.sees("/attention")
        assert head.posts(f"/attention/{number}", {"note": "已联系"}).status == (409 if allowed else 200)
    assert "没有需要处理的事" in clerk.sees("/attention").text


def test_a_thousand_cases_are_listed_fifty_at_a_time(desk: Desk) -> None:
    clerk = desk.clerk()
    desk.takes_in(clerk)
    with desk.station.store.write() as tx:
        for number in range(1000):
            tx.execute(
                "insert into cases select ?, ?, station, item, item_version, status, owner, flags, applicant, opened_at,"
                " moved_at, tip, acts, papers, heard_at from cases where number like 'DAFENG-26-00001-%'",
                (f"{number:032x}", f"DAFENG-25-{number:05d}-AAA"),
            )
    page = clerk.sees("/cases?page=2")
    assert "共 1001 件" in page.text
    assert "第 2 页，共 21 页" in page.text
    assert page.text.count('<a class="case-number"') == 50
    assert clerk.sees("/cases?page=999").text.count('<a class="case-number"') == 1
    page = clerk.posts("/cases", {"q": "00042"})
    assert page.text.count('<a class="case-number"') == 1
    assert "00042" not in page.url


def test_disk_and_keyring_are_watched_by_the_chores(desk: Desk) -> None:
    station: Station = desk.station
    desk.free_bytes = 1024
    chores.watch_machine(station)
    chores.watch_machine(station)
    clerk = desk.clerk()
    assert "硬盘空间不足" in clerk.sees("/attention").text
    desk.free_bytes = 1 << 40
    chores.watch_machine(station)
    assert "没有需要处理的事" in clerk.sees("/attention").text

    cards = [one.keys.card() for one in desk.world.parties() if one.name != "boya"]
    cards.append(desk.world.station("boya").keys.card(Standing.REVOKED))
    content = KeyringContent(district=DISTRICT, number=2, issued_at="", cards=cards)
    station.settings.keyring.write_bytes(sign_keyring(content, desk.world.authority))
    chores.watch_keyring(station)
    assert "boya" not in station.office.courier.keyring.parties()
    station.settings.keyring.write_bytes(b"{}")
    chores.watch_keyring(station)
    assert station.office.courier.keyring.content.number == 2


def test_what_could_not_be_applied_can_be_exported_as_it_came(desk: Desk) -> None:
    clerk = desk.clerk()
    case = desk.takes_in(clerk)
    desk.world.settle()
    desk.world.hub.decides(case, Act.ACCEPT)
    desk.world.settle()
    with desk.station.store.write() as tx:
        entry = tx.execute(
            "select p.epoch, e.place & ((1 << 40) - 1) as seq, e.body from entries e"
            " join epochs p on p.id = e.place >> 40 where e.kind = 'case.act' and p.author = 'hub' limit 1"
        ).fetchone()
        attention.put(tx, "poison", f"{entry['epoch']}/{entry['seq']}", at=stamp(desk.party.clock.now()))
    link = re.search(r'href="(/attention/\d+/raw)"', clerk.sees("/attention").text)
    assert link
    assert clerk.client.get(link[1]).content == entry["body"]
