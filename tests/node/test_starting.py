"""A station starts and ends: with litestream or without, and never empty where it has lived."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from node import cli
from node.app import Station, console_of
from protocol.errors import Damaged
from protocol.exchange import stick
from protocol.replica import ReplicaState
from protocol.settings import Replica, ReplicaKind, write_settings
from tests.node.station import PASSWORD, STATION, Browser, Desk


def again(desk: Desk, replica: ReplicaKind = ReplicaKind.NONE) -> Station:
    """The same machine, started once more."""
    desk.party.kill()
    desk.station.close()
    settings = replace(desk.settings, replica=Replica(kind=replica))
    return Station(settings, link=desk.world.network.link(STATION), durable=False)


def test_without_litestream_work_goes_on_and_every_page_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    station = again(desk, ReplicaKind.FOLDER)
    monkeypatch.setenv("PATH", str(desk.settings.folder))  # neither litestream nor its launcher is found
    station.start()
    try:
        assert station.replica is not None
        assert station.replica.state is ReplicaState.MISSING
        browser = Browser(TestClient(console_of(station), base_url="http://desk.lan"))
        browser.client.post("/sign-in", data={"name": "limin", "password": PASSWORD})
        assert "本机没有备份" in browser.sees("/desk").text
        assert "没有运行" in browser.sees("/sync").text
        browser.sees("/items")
        assert browser.posts("/items", {"item": "P08"}).status == 200
    finally:
        station.stop()
        station.stop()


def test_with_litestream_what_was_saved_is_in_the_replica_after_the_stop(desk: Desk) -> None:
    desk.takes_in(desk.clerk())
    station = again(desk, ReplicaKind.FOLDER)
    station.start()
    station.stop()
    assert list((desk.settings.folder / "replica").rglob("*.ltx"))


def test_a_station_whose_store_is_gone_does_not_start_empty(desk: Desk) -> None:
    station = again(desk)
    station.settings.db.unlink()
    with pytest.raises(Damaged) as why:
        station.start()
    station.stop()
    assert why.value.code == "damaged.store-missing"


def test_the_stick_goes_both_ways_from_the_command_line_with_the_station_stopped(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_settings(desk.settings)
    folder = str(desk.settings.folder)
    stick_folder = tmp_path / "stick"
    stick_folder.mkdir()
    case = desk.takes_in(desk.clerk())
    assert cli.main(["export", str(stick_folder), "--folder", folder]) == 1
    assert "refused.running" in capsys.readouterr().err
    desk.station.close()
    desk.party.alive = False
    assert cli.main(["export", str(stick_folder), "--folder", folder]) == 0
    assert "3 papers" in capsys.readouterr().out
    stick.bring_in(desk.world.hub.office, stick.read_stick(stick_folder))
    desk.world.settle()
    assert desk.world.hub.case(case) is not None
    back = stick.export(desk.world.hub.office, STATION, stick_folder, desk.world.hub.clock.now())
    assert cli.main(["import", str(back.file), "--folder", folder]) == 0
    assert "receipts" in capsys.readouterr().out


def test_accounts_are_made_and_closed_from_the_command_line(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_settings(desk.settings)
    folder = str(desk.settings.folder)
    monkeypatch.setattr("sys.stdin", io.StringIO("a long enough sentence\n"))
    assert cli.main(["account", "add", "zhoujie", "--role", "head", "--display", "周杰", "--folder", folder]) == 0
    answer = desk.browser().client.post("/sign-in", data={"name": "zhoujie", "password": "a long enough sentence"})
    assert "工作台" in answer.text
    assert cli.main(["account", "close", "zhoujie", "--folder", folder]) == 0
    assert cli.main(["account", "list", "--folder", folder]) == 0
    assert "zhoujie\thead\tclosed\t周杰" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert cli.main(["account", "password", "limin", "--folder", folder]) == 1
    assert cli.main(["account", "list", "--folder", str(Path(folder) / "nowhere")]) == 1


def test_a_name_that_waits_after_wrong_passwords_is_let_in_again_at_once(desk: Desk) -> None:
    write_settings(desk.settings)
    browser = desk.browser().client
    for _ in range(5):
        browser.post("/sign-in", data={"name": "limin", "password": "not the password"})
    assert browser.post("/sign-in", data={"name": "limin", "password": PASSWORD}).status_code == 429
    assert cli.main(["account", "unlock", "limin", "--folder", str(desk.settings.folder)]) == 0
    assert "工作台" in browser.post("/sign-in", data={"name": "limin", "password": PASSWORD}).text
