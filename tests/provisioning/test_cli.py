"""The commands, as an operator and an installer type them."""

from __future__ import annotations

import io
import json

import pytest

from protocol.identity import Keys
from protocol.settings import read_settings
from provisioning.cli import main
from provisioning.serve import Door


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    """Runs a command of the office in tmp_path/office; returns (exit code, what was printed)."""

    def command(*words: object, typed: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = main(["--office", str(tmp_path / "office"), *map(str, words)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return command


@pytest.fixture
def office(run):
    assert run("init", "xindu", "--broker", "embedded")[0] == 0
    return run


PLAN = ("plan", "boya", "--zh", "博雅新城小区站", "--en", "Boya", "--tier", "residential")


def test_setting_up_twice_is_setting_up_once(run, tmp_path):
    first = run("init", "xindu", "--broker", "embedded")
    keyring = (tmp_path / "office/hub/identity/keyring.json").read_bytes()
    assert run("init", "xindu", "--broker", "embedded") == first
    assert (tmp_path / "office/hub/identity/keyring.json").read_bytes() == keyring


def test_a_box_without_a_network_is_enrolled_by_a_stick(office, tmp_path):
    stick, box = tmp_path / "stick", tmp_path / "box"
    stick.mkdir()
    assert office(*PLAN, "--out", stick / "invitation")[0] == 0
    invitation = (stick / "invitation").read_text()
    assert office("request", stick / "req", "--folder", box, "--token-file", stick / "invitation")[0] == 0
    assert office("answer", stick / "req", stick / "rsp")[0] == 0
    code, said = office("install", stick / "rsp", "--folder", box, "--out", stick / "done", typed=invitation)
    assert code == 0, said
    assert office("installed", stick / "done")[0] == 0
    code, said = office("keyring", "--json")
    assert (code, [row["state"] for row in json.loads(said)["boxes"]]) == (0, ["active", "active"])
    assert read_settings(box).name.zh == "博雅新城小区站"
    secret = invitation.split()[0].split("-")[2]
    assert secret not in said
    assert all(secret.encode() not in file.read_bytes() for file in (stick / "req", stick / "rsp", stick / "done"))


def test_a_dead_box_is_replaced_by_a_stick_and_not_from_nothing(office, tmp_path):
    stick, invitation = tmp_path / "stick", tmp_path / "invitation"
    stick.mkdir()

    def by_stick(box, *options: str, request: tuple[str, ...] = ()) -> tuple[int, str]:
        assert office("request", stick / "req", "--folder", box, "--token-file", invitation, *request)[0] == 0
        assert office("answer", stick / "req", stick / "rsp")[0] == 0
        return office("install", stick / "rsp", "--folder", box, "--token-file", invitation, *options)

    assert office(*PLAN, "--out", invitation)[0] == 0
    assert by_stick(tmp_path / "box")[0] == 0
    assert office("revive", "boya", "--out", invitation)[0] == 0
    new = tmp_path / "new"
    assert by_stick(new, request=("--replace",))[0] == 20
    assert not (new / "identity/letters.key").exists()
    code, said = by_stick(new, "--without-replica", "the second disk burnt")
    assert code == 0, said
    assert Keys.load(new / "identity/letters.key").box == 2
    assert (new / "mark/restored").exists()


@pytest.mark.broker
def test_a_box_enrols_over_the_network_dies_and_is_replaced(office, tmp_path):
    door = Door(tmp_path / "office", "127.0.0.1", 0, ["127.0.0.1"])
    door.start()
    url = f"https://127.0.0.1:{door.port}"
    try:
        invitation, box, new = tmp_path / "invitation", tmp_path / "box", tmp_path / "new"
        assert office(*PLAN, "--url", url, "--out", invitation)[0] == 0
        code, said = office("enrol", "--folder", box, "--token-file", invitation, "--http-port", 8123)
        assert code == 0, said
        assert not invitation.exists(), "the token has left the box"
        assert read_settings(box).http.port == 8123

        assert office(*PLAN, "--url", url)[0] == 20, "there is a box in use"
        assert office("revive", "boya", "--reason", "disk died", "--url", url, "--out", invitation)[0] == 0
        code, said = office("revive", "--folder", new, "--token-file", invitation)
        assert (code, new.joinpath("identity/letters.key").exists()) == (20, False)
        assert "no-replica" in said
        code, said = office("revive", "--folder", new, "--token-file", invitation, "--without-replica", "none was made")
        assert code == 0, said
        assert Keys.load(new / "identity/letters.key").box == 2
        rows = json.loads(office("keyring", "--json")[1])["boxes"]
        assert [(r["box"], r["state"]) for r in rows if r["station"] == "boya"] == [(1, "superseded"), (2, "active")]
    finally:
        door.stop()


def test_a_stolen_station_is_revoked_and_its_open_token_too(office, tmp_path):
    assert office(*PLAN, "--out", tmp_path / "invitation")[0] == 0
    assert office("revoke", "boya", "--reason", "stolen")[0] == 0
    assert (
        office("request", tmp_path / "req", "--folder", tmp_path / "box", "--token-file", tmp_path / "invitation")[0]
        == 0
    )
    code, said = office("answer", tmp_path / "req", tmp_path / "rsp")
    assert code == 20
    assert "no token is out" in said
    assert not (tmp_path / "rsp").exists()


@pytest.mark.parametrize(
    "words", [("revoke", "nobody", "--reason", "x"), ("revive", "nobody"), ("answer", "/dev/null", "/nowhere/x")]
)
def test_what_cannot_be_done_says_why_and_exits_20(office, words):
    code, said = office(*words)
    assert code == 20
    assert "未完成" in said


def test_without_a_district_it_says_so(run):
    code, said = run("keyring")
    assert code == 20
    assert "no district" in said


@pytest.mark.broker
def test_the_doctor_speaks_lines_and_json(office, tmp_path):
    code, said = office("doctor", "--folder", tmp_path / "office/hub")
    assert code == 10
    assert "下一步 next" in said
    code, said = office("doctor", "--json", "--folder", tmp_path / "office/hub")
    assert {line["level"] for line in json.loads(said)} == {"ok", "warn"}
    assert office("doctor", "--folder", tmp_path / "nowhere")[0] == 20


def test_units_are_rendered_for_the_hub_and_a_station(office, tmp_path):
    assert office("render", tmp_path / "units", "--folder", tmp_path / "office/hub")[0] == 0
    assert sorted(file.name for file in (tmp_path / "units").iterdir()) == [
        "microcenter-enrol.service",
        "microcenter-hub.service",
    ]


def test_every_command_has_help_in_both_languages(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    for name in (
        "init",
        "plan",
        "serve",
        "enrol",
        "request",
        "answer",
        "install",
        "revive",
        "revoke",
        "keyring",
        "doctor",
    ):
        assert f"  {name} " in text
