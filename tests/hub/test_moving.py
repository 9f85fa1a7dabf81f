"""An officer passes a case on to another station, and signs for papers that come from one."""

from __future__ import annotations

from protocol import transfer_book
from protocol.cases.rules import Status
from protocol.transfers import State, TransferLine
from tests.hub.desk import Desk
from tests.world import World


def test_an_officer_passes_a_case_on_and_sees_where_it_lies(desk: Desk, world: World) -> None:
    case = desk.submits("P08", fetch_at="boya")
    world.settle()
    han = desk.browser("han")
    han.get(f"/cases/{case}/do/move")
    assert "群众希望领取的地点" in han.text
    assert 'value="boya" selected' in han.page
    assert 'value="dafeng"' not in han.page
    han.acts(case, "move", to="boya", reason="大丰站停电检修")
    assert "转到其他服务站" in han.text
    world.settle()
    here = world.station("boya").case(case)
    assert here is not None
    assert (here.status, here.station) == (Status.RECEIVED, "boya")
    wu = desk.browser("wu", english=True)
    wu.get(f"/cases/{case}")
    assert "Move to another station" in wu.text
    assert "Now at Boya" in wu.text


def test_a_bag_from_a_station_is_signed_for_at_the_hub(desk: Desk, world: World) -> None:
    dafeng = world.station("dafeng")
    at, office = dafeng.clock.now(), dafeng.office
    with office.store.write() as tx:
        number = transfer_book.begin(tx, "dafeng", "hub", b"\x12\x34", by=dafeng.clerk, at=at)
        transfer_book.set_lines(tx, number, [TransferLine(case="DAFENG-26-00001-ABC", what="身份证原件")])
        transfer_book.send(tx, office.pen, number, b"s" * 16, seal="F-1", carrier="赵师傅", by=dafeng.clerk, at=at)
    world.settle()
    li = desk.browser("li")
    li.get("/transfers")
    assert number in li.text
    assert "已发出" in li.text
    path = f"/transfers/{number}"
    li.get(path)
    li.post(f"{path}/receive")
    assert li.status == 422
    assert "在、缺还是破损" in li.text
    li.post(f"{path}/receive", seen0="present", seal="F-2")
    assert "已接收，有不符" in li.text  # another seal than the one with which it was closed
    world.settle()
    with office.store.read() as db:
        assert transfer_book.transfer(db, number).state is State.DIFFERS
    desk.browser("zhao").get("/transfers")  # who runs the machines handles no papers
    assert desk.browser("zhao").get("/transfers").count(number) == 0


def test_a_list_to_a_station_is_written_at_the_hub_and_known_there(desk: Desk, world: World) -> None:
    li = desk.browser("li")
    li.get("/transfers")
    li.post("/transfers", receiver="nowhere")
    assert li.status == 422
    li.post("/transfers", receiver="boya")
    path = li.url
    number = path.rpartition("/")[2]
    li.post(path, what0="食品经营许可证", copies0="x", go="save")
    assert "份数请填 1 到 999" in li.text
    li.post(path, what0="食品经营许可证", copies0="2", go="send", carrier="EMS 1234")
    assert "已登记发出" in li.text
    world.settle()
    with world.station("boya").office.store.read() as db:
        assert transfer_book.coming(db, "boya") == 1
        assert transfer_book.transfer(db, number).copies == 2
