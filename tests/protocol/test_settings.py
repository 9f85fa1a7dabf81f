"""party.toml: what was written is what is read, and a slip of the pen stops the start with its name."""

from pathlib import Path

import pytest

from protocol.errors import Damaged
from protocol.settings import (
    Broker,
    BrokerKind,
    Device,
    Http,
    Kind,
    Name,
    Replica,
    ReplicaKind,
    Settings,
    read_settings,
    write_settings,
)


def station(folder: Path) -> Settings:
    return Settings(
        folder=folder,
        district="xindu",
        party="dafeng-boya",
        kind=Kind.STATION,
        tier="residential",
        name=Name('大丰 "博雅" 站\n\x7f𬱖', "Boya\\Station"),
        http=Http(port=8123),
        broker=Broker(BrokerKind.MOSQUITTO, "hub.example", 8883, tls=True, protocol=5),
        replica=Replica(ReplicaKind.S3, bucket="b", endpoint="https://s3.example"),
        devices={"card-reader": Device("fake"), "kiosk": Device("keyboard", kind="card-reader")},
    )


def test_what_was_written_is_what_is_read(tmp_path):
    settings = station(tmp_path)
    write_settings(settings)
    assert read_settings(tmp_path) == settings
    assert read_settings(tmp_path / "party.toml") == settings


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("tier =", "teir =", "unknown key teir"),
        ("bucket =", "bukket =", "unknown key replica.bukket"),
        ('party = "dafeng-boya"', 'party = "../etc"', "not a party name"),
        ('party = "dafeng-boya"', 'party = "hub"', "the hub's party"),
        ("port = 8883", 'port = "8883"', "Expected `int`"),
        ("port = 8883", "port = 0", "between 1 and 65535"),
        ('kind = "s3"', 'kind = "sftp"', "replica.host is needed"),
        ("protocol = 5", "protocol = 6", "broker.protocol"),
        ('driver = "fake"', 'diver = "fake"', "unknown key devices.card-reader.diver"),
        ("[devices.card-reader]", "[devices]\ncard-reader = 3\n[devices.other]", "Expected `object`"),
        ("[devices.kiosk]", '[devices."../x"]', "not a party name"),
        ("[http]", "[http", "TOML|Expected|expected"),
        ("district =", "folder = '/etc'\ndistrict =", "unknown key folder"),
    ],
)
def test_a_slip_in_the_file_stops_the_start_and_names_itself(tmp_path, old, new, told):
    write_settings(station(tmp_path))
    file = tmp_path / "party.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(Damaged, match=told):
        read_settings(tmp_path)


def test_a_missing_file_is_said_by_name(tmp_path):
    with pytest.raises(Damaged, match="FileNotFoundError"):
        read_settings(tmp_path / "party.toml")


def test_a_socket_keeps_a_short_name_in_a_deep_folder(tmp_path):
    deep = station(tmp_path / ("d" * 120))
    assert len(str(deep.litestream_socket)) < 100
    assert deep.litestream_socket != station(tmp_path / ("e" * 120)).litestream_socket
