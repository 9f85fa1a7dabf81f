"""The enrolment door over real TLS: a box goes through it, and noise does not."""

from __future__ import annotations

import dataclasses
import http.client
import socket
import ssl

import pytest

from protocol.errors import Distrusted, Refused, Unreachable
from provisioning.authority import Authority
from provisioning.enrol import confirmation, install, make_request
from provisioning.mosquitto import free_port
from provisioning.office import open_office
from provisioning.register import State, boxes
from provisioning.serve import Door, post
from provisioning.tokens import Purpose, Token
from tests.provisioning.conftest import BOYA

pytestmark = pytest.mark.broker


@pytest.fixture
def door(district):
    door = Door(district.folder, "127.0.0.1", 0, ["127.0.0.1"])
    door.start()
    yield door
    door.stop()


@pytest.fixture
def url(door):
    return f"https://127.0.0.1:{door.port}"


@pytest.fixture
def invitation(district, now):
    with open_office(district.folder) as office:
        office.add_station(BOYA, now)
        return office.plan("boya", Purpose.NEW, now)


def test_a_box_enrols_over_the_wire(district, url, invitation, tmp_path):
    settings = install(tmp_path, post(url, "/enrol", make_request(tmp_path, invitation.token), None), invitation)
    assert post(url, "/installed", confirmation(settings), settings.district_ca) == b""
    with open_office(district.folder) as office, office.store.read() as db:
        assert [box.state for box in boxes(db) if box.station == "boya"] == [State.ACTIVE]


def test_a_wrong_token_is_refused_in_words(url, invitation, tmp_path):
    with pytest.raises(Refused, match="not the one that was given out"):
        post(url, "/enrol", make_request(tmp_path, Token.make("boya")), None)


def test_a_server_that_is_not_the_districts_is_noticed_once_the_root_is_known(url, tmp_path, invitation, now):
    stranger = Authority.make(tmp_path / "stranger", "xindu", now)
    (tmp_path / "ca.pem").write_bytes(stranger.server_root.pem)
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        post(url, "/enrol", b"{}", tmp_path / "ca.pem")


@pytest.mark.parametrize("data", [b"{}", b"\x00" * 1000])
def test_noise_is_refused(url, data):
    with pytest.raises(Refused):
        post(url, "/enrol", data, None)


def ask(door, method: str, path: str, headers: dict[str, str]) -> int:
    context = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection("127.0.0.1", door.port, timeout=5, context=context)
    try:
        connection.putrequest(method, path)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        return connection.getresponse().status
    finally:
        connection.close()


def test_other_doors_are_closed(door):
    assert ask(door, "GET", "/", {}) == 501
    assert ask(door, "POST", "/register.db", {"Content-Length": "0"}) == 404
    assert ask(door, "POST", "/enrol", {"Content-Length": "99999999999"}) == 403
    assert ask(door, "POST", "/enrol", {}) == 403


def test_a_client_that_says_nothing_keeps_nobody_waiting(district, door, url, invitation, tmp_path):
    with socket.create_connection(("127.0.0.1", door.port)):
        post(url, "/enrol", make_request(tmp_path, invitation.token), None)


def test_no_office_there_is_told_as_a_wire_that_is_down(tmp_path):
    with pytest.raises(Unreachable):
        post(f"https://127.0.0.1:{free_port()}", "/enrol", b"{}", None)


def test_the_answer_of_another_districts_office_is_not_installed(url, invitation, tmp_path):
    data = post(url, "/enrol", make_request(tmp_path, invitation.token), None)
    with pytest.raises(Distrusted):
        install(tmp_path, data, dataclasses.replace(invitation, pin="0" * 26))
