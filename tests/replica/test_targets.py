"""What litestream is told, and what it must not be told."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from protocol.errors import Damaged
from protocol.replica import FolderTarget, S3Target, SftpTarget, render_config, target_of
from protocol.replica.target import ReplicaTarget, find_litestream, secrets_of
from protocol.settings import Kind, Name, Replica, ReplicaKind, Settings

DBS = [Path("/party/data/station.db"), Path("/party/data/blobs.db")]


@pytest.mark.parametrize(
    ("target", "station"),
    [
        (FolderTarget(Path("/mnt/second")), {"type": "file", "path": "/mnt/second/station"}),
        (
            SftpTarget("backup:22", "lj07", Path("/party/identity/sftp.key"), "/replicas/lj07/", "ssh-ed25519 AAAA"),
            {
                "type": "sftp",
                "host": "backup:22",
                "user": "lj07",
                "key-path": "/party/identity/sftp.key",
                "host-key": "ssh-ed25519 AAAA",
                "path": "/replicas/lj07/station",
            },
        ),
        (
            S3Target("copies", "lj07", "https://s3.example", "cn-1", Path("/party/identity/s3")),
            {
                "type": "s3",
                "bucket": "copies",
                "path": "lj07/station",
                "endpoint": "https://s3.example",
                "region": "cn-1",
            },
        ),
        (S3Target("copies"), {"type": "s3", "bucket": "copies", "path": "station"}),
    ],
)
def test_every_database_has_one_replica_in_a_folder_of_its_own(
    target: ReplicaTarget, station: dict[str, object]
) -> None:
    config = yaml.safe_load(render_config(DBS, target, Path("/party/run/litestream.sock")))
    assert [db["path"] for db in config["dbs"]] == ["/party/data/station.db", "/party/data/blobs.db"]
    assert config["dbs"][0]["replica"] == station | {"sync-interval": "1s"}
    assert config["dbs"][1]["replica"]["path"].endswith("blobs")
    assert config["socket"] == {"enabled": True, "path": "/party/run/litestream.sock", "permissions": 0o600}


def test_a_secret_goes_through_the_environment_and_not_into_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "s3"
    file.write_text("KEYID\nSECRET\n")
    target = S3Target("copies", credentials_file=file)
    assert secrets_of(target) == {"LITESTREAM_ACCESS_KEY_ID": "KEYID", "LITESTREAM_SECRET_ACCESS_KEY": "SECRET"}
    assert "SECRET" not in render_config(DBS, target, tmp_path / "sock")


@pytest.mark.parametrize("content", [None, "", "SECRET", "KEYID\nSECRET\nmore"])
def test_a_credentials_file_that_is_none_is_said_without_quoting_it(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "s3"
    if content is not None:
        file.write_text(content)
    with pytest.raises(Damaged) as said:
        secrets_of(S3Target("copies", credentials_file=file))
    assert said.value.code == "damaged.config"
    assert "SECRET" not in str(said.value)


def test_two_databases_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        render_config([Path("/a/station.db"), Path("/b/station.db")], FolderTarget(Path("/r")), Path("/s"))


def test_litestream_knows_every_key_that_it_is_given() -> None:
    """It drops the others without a word; its structures name theirs."""
    program = find_litestream().read_bytes()
    everything: list[ReplicaTarget] = [
        FolderTarget(Path("/r")),
        SftpTarget("h:22", "u", Path("/k"), "/p", "ssh-ed25519 AAAA"),
        S3Target("b", "p", "https://s3.example", "r"),
    ]
    for target in everything:
        for key in _keys(yaml.safe_load(render_config(DBS, target, Path("/s")))):
            assert f'yaml:"{key}"'.encode() in program, key


def _keys(part: object) -> set[str]:
    if isinstance(part, dict):
        return set(part) | {key for inner in part.values() for key in _keys(inner)}
    if isinstance(part, list):
        return {key for inner in part for key in _keys(inner)}
    return set()


@pytest.mark.parametrize(
    ("replica", "target"),
    [
        (Replica(ReplicaKind.NONE), None),
        (Replica(folder="copies"), FolderTarget(Path("/party/copies"))),
        (Replica(folder="/mnt/second/lj07"), FolderTarget(Path("/mnt/second/lj07"))),
        (
            Replica(ReplicaKind.SFTP, host="h:22", user="u", key_file="identity/k", path="/p", host_key="ssh-x y"),
            SftpTarget("h:22", "u", Path("/party/identity/k"), "/p", "ssh-x y"),
        ),
        (
            Replica(ReplicaKind.S3, bucket="b", path="lj07", credentials_file="identity/s3"),
            S3Target("b", "lj07", credentials_file=Path("/party/identity/s3")),
        ),
    ],
)
def test_the_settings_say_where_to(replica: Replica, target: ReplicaTarget | None) -> None:
    assert target_of(_party(replica)) == target


def test_an_sftp_server_without_a_known_host_key_is_not_trusted() -> None:
    with pytest.raises(Damaged, match="host_key"):
        target_of(_party(Replica(ReplicaKind.SFTP, host="h:22", user="u", key_file="k", path="/p")))


def _party(replica: Replica) -> Settings:
    name = Name("两江街道便民服务站", "Liangjiang station")
    return Settings(Path("/party"), "liangjiang", "lj07", Kind.STATION, "residential", name, replica=replica)
