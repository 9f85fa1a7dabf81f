"""The commands, as an operator and an installer type them."""

from __future__ import annotations

import io
import json
import os

import pytest

from protocol.documents.sealing import load_seal
from protocol.errors import Damaged
from protocol.identity import Keys
from protocol.settings import read_settings
from provisioning import serve
from provisioning.cli import main
from provisioning.mosquitto import free_port
from provisioning.office import open_office
from provisioning.register import stations
from provisioning.serve import Door

PLAN = ("plan", "boya", "--zh", "博雅新城小区站", "--en", "Boya", "--tier", "residential")


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


def test_setting_up_twice_is_setting_up_once(run, tmp_path):
    assert run("init", "xindu", "--broker", "embedded")[0] == 0
    keyring = (tmp_path / "office/hub/identity/keyring.json").read_bytes()
    code, said = run("init", "xindu", "--broker", "embedded")
    assert (code, "原有设置保留" in said) == (0, True)
    assert (tmp_path / "office/hub/identity/keyring.json").read_bytes() == keyring


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can leave files that the others cannot read")
def test_root_writes_nothing_into_a_folder_of_the_services_account(office, tmp_path):
    os.chown(tmp_path / "office", 65534, 65534)
    code, said = office(*PLAN)
    assert (code, "runuser -u nobody" in said) == (20, True)
    assert "boya" not in (tmp_path / "office/hub/stations.toml").read_text("utf-8")


def test_a_folder_that_is_another_districts_is_left_alone(office, tmp_path):
    code, said = office("init", "pidu")
    assert code == 20
    assert "已是 xindu 区的文件夹" in said
    assert not (tmp_path / "office/hub/broker").exists()


@pytest.mark.broker
def test_setting_up_again_does_not_open_the_broker_to_more_than_before(run, tmp_path):
    assert run("init", "xindu", "--listen", "127.0.0.1", "--loopback-port", free_port())[0] == 0
    assert run("init", "xindu")[0] == 0
    assert (tmp_path / "office/hub/broker/listener").read_text() == "127.0.0.1 8883"
    assert "listener 8883 127.0.0.1" in (tmp_path / "office/hub/broker/mosquitto.conf").read_text()


@pytest.mark.parametrize("name", ["hub", "canary-good"])
def test_a_station_does_not_take_a_name_of_the_system(office, tmp_path, name):
    code, said = office("plan", name, "--zh", "站", "--en", "S", "--tier", "town")
    assert (code, "由系统保留" in said) == (20, True)
    with open_office(tmp_path / "office") as opened, opened.store.read() as db:
        assert [(s.name, s.zh) for s in stations(db)] == [("hub", "区政务服务中心")]


def test_a_plan_that_is_refused_renames_nobody(office, tmp_path):
    office(*PLAN, "--out", tmp_path / "invitation")
    enrolled_by_stick(office, tmp_path, tmp_path / "box")
    assert office("plan", "boya", "--zh", "别的名字", "--en", "Other", "--tier", "town")[0] == 20
    assert "别的名字" not in (tmp_path / "office/hub/stations.toml").read_text("utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "boya", "--zh", " ", "--en", "B", "--tier", "town"),
        (*PLAN, "--url", "http://127.0.0.1:8443"),
        ("init", "xindu", "--broker-port", "70000"),
        ("serve", "--listen", "8443"),
    ],
)
def test_a_slip_of_the_keyboard_is_told_before_anything_is_done(run, tmp_path, words):
    with pytest.raises(SystemExit) as ended:
        run(*words)
    assert ended.value.code == 2
    assert not (tmp_path / "office").exists()


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


def enrolled_by_stick(office, tmp_path, box) -> None:
    """`tmp_path/invitation` is used for the box."""
    words = ("--folder", box, "--token-file", tmp_path / "invitation")
    assert office("request", tmp_path / "req", *words)[0] == 0
    assert office("answer", tmp_path / "req", tmp_path / "rsp")[0] == 0
    assert office("install", tmp_path / "rsp", *words, "--out", tmp_path / "done")[0] == 0
    assert office("installed", tmp_path / "done")[0] == 0


def test_an_answer_on_the_wrong_box_is_told_so_and_changes_nothing(office, tmp_path):
    office(*PLAN, "--out", tmp_path / "invitation")
    kept = (tmp_path / "invitation").read_text()
    enrolled_by_stick(office, tmp_path, tmp_path / "box")
    code, said = office("install", tmp_path / "rsp", "--folder", tmp_path / "other", typed=kept)
    assert (code, "另一台机器" in said, "wrote the request" in said) == (20, True, True)
    assert not (tmp_path / "other/identity/letters.key").exists()


@pytest.mark.broker
@pytest.mark.parametrize("replaced", [False, True])
def test_a_box_whose_last_word_got_lost_says_it_when_the_command_is_run_again(office, tmp_path, replaced):
    door = Door(tmp_path / "office", "127.0.0.1", 0, ["127.0.0.1"])
    door.start()
    try:
        url, box, invitation = f"https://127.0.0.1:{door.port}", tmp_path / "box", tmp_path / "invitation"
        assert office(*PLAN, "--url", url, "--out", invitation)[0] == 0
        command: tuple[str, ...] = ("enrol",)
        if replaced:
            assert office("enrol", "--folder", box, "--token-file", invitation)[0] == 0
            assert office("revive", "boya", "--url", url, "--out", invitation)[0] == 0
            command = ("revive", "--without-replica", "burnt")
        broken = pytest.MonkeyPatch()
        broken.setattr(serve._Handler, "ACTS", {"/enrol": serve._Handler.ACTS["/enrol"]})
        code, said = office(*command, "--folder", box, "--token-file", invitation)
        assert (code, invitation.exists()) == (20, True)
        key = (box / "identity/letters.key").read_bytes()
        broken.undo()
        code, said = office(*command, "--folder", box, "--token-file", invitation)
        assert (code, invitation.exists()) == (0, False), said
        assert (box / "identity/letters.key").read_bytes() == key
        rows = json.loads(office("keyring", "--json")[1])
        assert [row["state"] for row in rows["boxes"] if row["station"] == "boya"][-1] == "active"
        assert rows["alarms"] == []
    finally:
        door.stop()


@pytest.mark.broker
def test_a_box_that_was_fenced_before_its_last_word_does_not_come_in(office, tmp_path):
    office(*PLAN, "--out", tmp_path / "invitation")
    words = ("--folder", tmp_path / "box", "--token-file", tmp_path / "invitation")
    office("request", tmp_path / "req", *words)
    office("answer", tmp_path / "req", tmp_path / "rsp")
    office("install", tmp_path / "rsp", *words, "--out", tmp_path / "done")
    office("revoke", "boya", "--reason", "stolen")
    code, said = office("installed", tmp_path / "done")
    assert (code, "断电并送回" in said) == (20, True)


def test_an_alarm_is_shown_until_somebody_has_dealt_with_it(office, tmp_path):
    office(*PLAN, "--out", tmp_path / "invitation")
    (tmp_path / "copy").write_text((tmp_path / "invitation").read_text())
    enrolled_by_stick(office, tmp_path, tmp_path / "box")
    office("request", tmp_path / "req2", "--folder", tmp_path / "thief", "--token-file", tmp_path / "copy")
    assert office("answer", tmp_path / "req2", tmp_path / "rsp2")[0] == 20
    code, said = office("keyring")
    assert (code, "token-twice" in said) == (10, True)
    assert office("keyring", "--seen")[0] == 0
    assert "token-twice" not in office("keyring")[1]


@pytest.mark.broker
def test_rules_that_no_broker_has_read_are_not_called_in_force(run):
    assert run("init", "xindu", "--loopback-port", free_port())[0] == 0
    code, said = run("broker-reload")
    assert (code, "启动时生效" in said, "proved" in said) == (10, True, False)


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


def test_the_hub_gets_its_seal_once_and_another_name_is_another_seal(office, tmp_path):
    hub = tmp_path / "office" / "hub" / "identity"
    code, said = office("seal")
    assert code == 0
    assert "测试证书" in said
    assert (hub / "seal.key").stat().st_mode & 0o777 == 0o600
    first = (hub / "seal.crt").read_bytes()
    assert office("seal")[0] == 0
    assert (hub / "seal.crt").read_bytes() == first
    code, said = office("seal", "--name", "某区行政审批局")
    assert "某区行政审批局" in said
    assert (hub / "seal.crt").read_bytes() != first
    seal = load_seal(hub / "seal.key", hub / "seal.crt")
    assert seal is not None
    assert (seal.name, seal.is_test) == ("某区行政审批局", True)


def test_a_seal_whose_key_is_another_ones_is_not_used(office, tmp_path):
    hub = tmp_path / "office" / "hub" / "identity"
    assert load_seal(hub / "seal.key", hub / "seal.crt") is None
    office("seal")
    key = (hub / "seal.key").read_bytes()
    office("seal", "--name", "某区行政审批局")
    (hub / "seal.key").write_bytes(key)
    with pytest.raises(Damaged, match="belong together"):
        load_seal(hub / "seal.key", hub / "seal.crt")
