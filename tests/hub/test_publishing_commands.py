"""A catalogue is changed from the command line: the office names two persons, they do the rest at the hub."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.cli import main
from protocol.catalogue.bundle import open_bundle
from protocol.identity import read_authority
from protocol.settings import Replica, ReplicaKind, Settings
from provisioning.cli import main as office
from provisioning.district import make_district
from provisioning.register import Station
from tests.world import MORNING

STATIONS = [
    Station("dafeng", "大丰街道便民服务中心", "Dafeng town center", "town"),
    Station("boya", "泊雅小区便民服务站", "Boya residential station", "residential"),
]
ITEMS = Path(__file__).parents[2] / "protocol" / "catalogue" / "items"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_district(tmp_path / "office", STATIONS, MORNING, replica=Replica(kind=ReplicaKind.NONE)).hub


Run = Callable[..., int]


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    def run_(*words: str, types: str = "") -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(types + "\n"))
        return main([*words, "--folder", str(settings.folder)])

    return run_


def test_two_persons_change_an_item_and_the_office_builds_on_it(
    settings: Settings, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, role in (("bian", "editor"), ("fa", "publisher")):
        assert run("account", "add", name, "--role", role, "--password-stdin", types="correct horse battery") == 0
        capsys.readouterr()
        assert run("catalogue", "key", "--by", name, types=f"a long sentence of {name}") == 0
        public = re.search(r"[0-9a-f]{64}", capsys.readouterr().out)
        assert public
        enter = ["--office", str(tmp_path / "office"), "publisher", name, "--key", public[0]]
        assert office([*enter, "--may", "sign" if name == "bian" else "approve"]) == 0
    newer = tmp_path / "P08.v2.yaml"
    text = next(ITEMS.glob("P08.v1.yaml")).read_text("utf-8")
    newer.write_text(re.sub(r"(?m)^version: 1$", "version: 2", text).replace("居住证", "居住证件", 1), "utf-8")
    remits = tmp_path / "remits.csv"
    remits.write_text(
        "station,kind,item,mode,basis,certainty,from,to\nboya,,P08,self,新政办 3 号,L,2026-01-01,\n", "utf-8"
    )
    capsys.readouterr()

    load = ["catalogue", "load", str(newer), "--authority", str(remits)]
    assert run(*load, "--by", "fa") == 1, "who approves does not draft"
    assert run(*load, "--by", "bian") == 0
    said = capsys.readouterr().out
    assert "P08" in said
    assert "v1 → v2" in said
    assert "station:boya" in said
    assert run("catalogue", "sign", "--by", "bian", types="not the sentence") == 1
    assert "口令" in capsys.readouterr().err
    assert run("catalogue", "sign", "--by", "bian", types="a long sentence of bian") == 0
    assert run("catalogue", "approve", "--by", "fa", "--canary", "boya", types="a long sentence of fa") == 0
    assert run("catalogue", "release", "--by", "fa") == 1, "boya has not said that it goes by it"
    assert run("catalogue", "release", "--by", "fa", "--reason", "防汛") == 0
    assert run("catalogue", "status") == 0
    assert "0/2" in capsys.readouterr().out

    from hub.app import Hub

    hub = Hub(settings, durable=False)
    hub.open()
    hub.look_at_publications()
    hub.close()
    left = open_bundle(settings.catalogue_bundle.read_bytes(), read_authority(settings.authority_pub))
    assert (left.number, left.signed_by) == (2, ("bian", "fa"))
    assert office(["--office", str(tmp_path / "office"), "publisher", "fa", "--revoke"]) == 0
    assert office(["--office", str(tmp_path / "office"), "publisher"]) == 0
    assert "无效" in capsys.readouterr().out
    assert run("catalogue", "roll-back", "1", "--by", "bian") == 0
    assert run("catalogue", "sign", "--by", "bian", types="a long sentence of bian") == 0
    assert run("catalogue", "approve", "--by", "fa", "--canary", "boya", types="a long sentence of fa") == 1
    assert run("catalogue", "drop", "--by", "bian") == 0
    assert run("catalogue", "authority", "--out", str(tmp_path / "out.csv")) == 0
    assert "boya,,P08,self" in (tmp_path / "out.csv").read_text("utf-8")
