"""The hub as it is installed: its folder, its commands, its keyring and catalogue as the district's office writes them."""

from __future__ import annotations

import dataclasses
import io
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hub.app import Hub, console_of, create_app
from hub.cli import main
from protocol.catalogue.reading import standard_items
from protocol.errors import Damaged, Refused
from protocol.exchange.loopback import LoopbackNetwork
from protocol.settings import Replica, ReplicaKind, Settings, write_settings
from provisioning.district import make_district
from provisioning.office import open_office
from provisioning.register import Station
from tests.world import MORNING, SimClock

STATIONS = [
    Station("dafeng", "大丰街道便民服务中心", "Dafeng town center", "town"),
    Station("boya", "泊雅小区便民服务站", "Boya residential station", "residential"),
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_district(tmp_path, STATIONS, MORNING, replica=Replica(kind=ReplicaKind.NONE)).hub


@pytest.fixture
def hub(settings: Settings) -> Iterator[Hub]:
    made = Hub(settings, link=LoopbackNetwork(random.Random(1)).link("hub"), clock=SimClock(), durable=False)
    made.open()
    yield made
    made.close()


def test_a_hub_that_was_never_started_shows_its_pages(hub: Hub) -> None:
    client = TestClient(console_of(hub), base_url="http://hub.test")
    answer = client.get("/worklist", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?to=%2Fworklist")
    assert client.get("/sign-in").status_code == 200


def test_stations_bear_the_registers_names_and_get_the_catalogue_once(hub: Hub, settings: Settings) -> None:
    assert hub.parties() == ["dafeng", "boya"] or set(hub.parties()) == {"dafeng", "boya"}
    assert hub.shelf.number == 1
    for _ in range(3):
        hub.look_at_register()
        hub.look_at_bundle()
    with hub.store.read() as db:
        told = db.execute("select count(*) from entries where kind = 'catalogue.published'").fetchone()[0]
        titles = {r[0] for r in db.execute("select title from stations").fetchall()}
    assert told == 2
    assert titles == {"大丰街道便民服务中心", "泊雅小区便民服务站"}


def test_a_station_that_joins_while_the_hub_is_at_work_is_there_within_a_round_of_the_jobs(
    hub: Hub, settings: Settings, tmp_path: Path
) -> None:
    from hub.jobs import watch_keyring, watch_register

    make_district(
        tmp_path, [*STATIONS, Station("hexin", "和信商圈服务驿站", "Hexin", "business")], MORNING,
        replica=Replica(kind=ReplicaKind.NONE),
    )  # fmt: skip
    watch_keyring(hub)
    watch_register(hub)
    assert "hexin" in hub.parties()
    with hub.store.read() as db:
        assert db.execute("select title from stations where name = 'hexin'").fetchone()[0] == "和信商圈服务驿站"
        assert db.execute("select count(*) from entries where kind = 'catalogue.published'").fetchone()[0] == 3


def test_a_catalogue_that_lies_in_the_folder_is_not_written_again_with_every_look(hub: Hub, settings: Settings) -> None:
    def written() -> list[int]:
        writers = (hub.office.blobs.store._writer, hub.store._writer)
        return [writer.conn.total_changes for writer in writers if writer is not None]

    before = written()
    settings.catalogue_bundle.touch()
    hub.look_at_bundle()
    hub.look_at_bundle()
    assert written() == before


def test_a_hub_whose_disk_is_full_starts_with_the_catalogue_that_it_has(
    hub: Hub, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.close()
    again = Hub(settings, link=LoopbackNetwork(random.Random(1)).link("hub"), clock=SimClock(), durable=False)
    for store in (again.store, again.office.blobs.store):
        monkeypatch.setattr(store, "_free_bytes", lambda folder: 0)
    again.open()
    try:
        assert again.shelf.current() is not None
    finally:
        again.close()


def test_a_bundle_that_somebody_else_signed_is_left_where_it_is(hub: Hub, settings: Settings) -> None:
    data = bytearray(settings.catalogue_bundle.read_bytes())
    data[-20] ^= 1
    settings.catalogue_bundle.write_bytes(bytes(data))
    hub.look_at_bundle()
    assert hub.shelf.number == 1
    assert hub.shelf.current() is not None


def test_a_hub_whose_store_is_gone_does_not_start_empty(hub: Hub, settings: Settings) -> None:
    hub.close()
    shutil.rmtree(settings.data)
    with pytest.raises(Damaged, match="store-missing"):
        Hub(settings, link=LoopbackNetwork(random.Random(1)).link("hub"), clock=SimClock(), durable=False).open()


def test_a_hub_whose_store_and_mark_are_gone_does_not_begin_anew_over_its_own_copy(
    hub: Hub, settings: Settings
) -> None:
    """The new disk is empty, the second one is not: litestream would copy the emptiness over what can be restored."""
    hub.close()
    shutil.rmtree(settings.data)
    shutil.rmtree(settings.mark)
    settings = dataclasses.replace(settings, replica=Replica(kind=ReplicaKind.FOLDER))
    write_settings(settings)
    snapshots = settings.replica_dir / "hub/ltx/9"
    snapshots.mkdir(parents=True)
    (snapshots / "0000000000000001-0000000000000001.ltx").touch()
    with pytest.raises(Damaged, match="store-missing"):
        Hub(settings, link=LoopbackNetwork(random.Random(1)).link("hub"), clock=SimClock(), durable=False).open()
    assert main(["account", "list", "--folder", str(settings.folder)]) == 1, "nor does a command"
    assert not settings.db.exists()


def test_the_commands_make_accounts_check_items_and_carry_sticks(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = ["--folder", str(settings.folder)]
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
    assert main(["account", "add", "li", "--role", "reviewer", "--display", "李审批", "--password-stdin", *folder]) == 0
    assert main(["account", "list", *folder]) == 0
    assert "李审批" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert main(["account", "add", "wang", "--role", "reviewer", "--password-stdin", *folder]) == 1
    assert "password" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO("another long sentence\n"))
    assert main(["account", "password", "li", "--password-stdin", *folder]) == 0
    for what in ("unlock", "close"):
        assert main(["account", what, "li", *folder]) == 0
    assert main(["account", "close", "nobody", *folder]) == 1
    assert main(["account", "list", *folder]) == 0
    assert "closed" in capsys.readouterr().out
    assert main(["account", "open", "li", *folder]) == 0

    items = tmp_path / "items"
    items.mkdir()
    (items / "P08.v1.yaml").write_text("code: P08\nversion: one\n")
    assert main(["catalogue", "check", str(items)]) == 1
    assert "P08.v1.yaml: version" in capsys.readouterr().out

    stick = tmp_path / "stick"
    stick.mkdir()
    assert main(["catalogue", "publish", str(settings.catalogue_bundle), *folder]) == 0
    assert main(["export", "dafeng", str(stick), *folder]) == 0
    assert list(stick.glob("microcenter-hub-dafeng-*.mcs"))
    assert main(["import", str(tmp_path / "nothing"), *folder]) == 1


def test_a_second_hub_on_the_same_folder_does_not_start(settings: Settings) -> None:
    network = LoopbackNetwork(random.Random(1))
    first = Hub(settings, link=network.link("hub"), durable=False)
    first.start()
    try:
        second = Hub(settings, link=network.link("hub"), durable=False)
        with pytest.raises(Refused, match="running"):
            second.start()
        second.stop()
    finally:
        first.stop()
    third = Hub(settings, link=network.link("hub"), durable=False)
    third.start()
    third.stop()


@pytest.mark.broker
def test_the_hub_starts_with_its_own_broker_and_ends_without_a_trace(tmp_path: Path) -> None:
    settings = make_district(tmp_path, STATIONS, MORNING, replica=Replica(kind=ReplicaKind.FOLDER)).hub
    app = create_app(settings)
    with TestClient(app, base_url="http://hub.test") as client:
        assert client.get("/sign-in").status_code == 200
        health = app.state.room.health()
        assert health.replica is not None
        assert health.broker == "embedded"
    with open_office(tmp_path) as office:
        assert office.issue_catalogue(standard_items(), MORNING) == 1
