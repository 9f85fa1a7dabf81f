"""Where a party's databases are copied to, and litestream's configuration for it.

Each database has exactly one replica (litestream 0.5 knows no more), in a folder of its own that is
called after the file: `station.db` goes to `<target>/station`. Secrets never come into this
configuration, onto a command line or into a log: a key is named by its file, and S3's pair goes
through litestream's environment.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from protocol.errors import Damaged, Unreachable

SYNC_EVERY = "1s"  # what a disk may take with it when nobody asked for sync()
SNAPSHOT_EVERY = "24h"  # a restore replays at most a day
SNAPSHOTS_KEPT = "72h"  # three whole copies: a weekend to notice a mistake, on the disk of a small PC
LOCAL_KEPT = "1m"  # how long uploaded pieces stay beside the database; more is for litestream's own readers alone
TRUNCATE_PAGES = 32768  # a WAL of 128 MB is cut, at the price of a moment in which nobody writes
BUSY_FOR = "5s"  # as patient as the app's own connections
LAST_SYNC = "5s"  # at the end: what could not be uploaded in this time is uploaded after the next start


@dataclass(frozen=True, slots=True)
class FolderTarget:
    """A second disk, mounted or not: the folder is made once, and never again."""

    folder: Path


@dataclass(frozen=True, slots=True)
class SftpTarget:
    host: str  # host:port
    user: str
    key_file: Path  # OpenSSH private key
    path: str
    host_key: str  # the server's public key as in known_hosts: without it anybody could take the replica


@dataclass(frozen=True, slots=True)
class S3Target:
    bucket: str
    path: str = ""
    endpoint: str = ""  # empty: AWS
    region: str = ""
    credentials_file: Path | None = None  # key id on line one, secret on line two; None: litestream's environment


ReplicaTarget = FolderTarget | SftpTarget | S3Target


def render_config(databases: Sequence[Path], target: ReplicaTarget, socket: Path) -> str:
    """litestream.yml for these databases. Holds no secret.

    litestream drops keys that it does not know without a word (litestream#1403), so a change here
    needs a look at what it then does.
    """
    if len({db.stem for db in databases}) != len(databases):
        raise ValueError("two databases of one party have the same name")
    return yaml.safe_dump(
        {
            "socket": {"enabled": True, "path": str(socket), "permissions": 0o600},
            "snapshot": {"interval": SNAPSHOT_EVERY, "retention": SNAPSHOTS_KEPT},
            "l0-retention": LOCAL_KEPT,
            "shutdown-sync-timeout": LAST_SYNC,
            "dbs": [
                {
                    "path": str(db.absolute()),
                    "busy-timeout": BUSY_FOR,
                    "truncate-page-n": TRUNCATE_PAGES,
                    "replica": _replica(target, db.stem),
                }
                for db in databases
            ],
        },
        sort_keys=False,
        allow_unicode=True,
    )


def _replica(target: ReplicaTarget, name: str) -> dict[str, object]:
    match target:
        case FolderTarget():
            where: dict[str, object] = {"type": "file", "path": str(target.folder.absolute() / name)}
        case SftpTarget():
            where = {
                "type": "sftp",
                "host": target.host,
                "user": target.user,
                "key-path": str(target.key_file.absolute()),
                "host-key": target.host_key,
                "path": f"{target.path.rstrip('/')}/{name}",
            }
        case S3Target():
            where = {"type": "s3", "bucket": target.bucket, "path": f"{target.path.strip('/')}/{name}".lstrip("/")}
            where |= {"endpoint": target.endpoint} if target.endpoint else {}
            where |= {"region": target.region} if target.region else {}
    return where | {"sync-interval": SYNC_EVERY}


def secrets_of(target: ReplicaTarget) -> dict[str, str]:
    """What litestream's environment needs beside ours.

    :raises Damaged: damaged.config: the credentials' file cannot be read or is not two lines
    """
    if not isinstance(target, S3Target) or target.credentials_file is None:
        return {}
    try:
        key, secret = target.credentials_file.read_text("utf-8").split()
    except (OSError, ValueError) as why:
        # the reason is not passed on: it could quote the file
        raise Damaged("damaged.config", file=target.credentials_file.name, why="not a key id and a secret") from why
    return {"LITESTREAM_ACCESS_KEY_ID": key, "LITESTREAM_SECRET_ACCESS_KEY": secret}


def find_litestream() -> Path:
    """The binary that the wheel put beside this Python, or one on the PATH.

    :raises Unreachable: there is none
    """
    beside = Path(sys.executable).with_name("litestream")
    if beside.is_file():
        return beside
    if on_path := shutil.which("litestream"):
        return Path(on_path)
    raise Unreachable("unreachable.litestream", why="the program is not installed")


def lies_in(target: ReplicaTarget, name: str) -> bool:
    """False if a replica folder certainly holds nothing that a restore could start from.

    litestream remembers what it uploaded and does not look again: after a disk was swapped or emptied it
    goes on adding pieces to nothing and calls that synced, until the next snapshot is due. A remote
    store is not asked (its answer costs money and time): True.
    """
    if not isinstance(target, FolderTarget):
        return True
    levels = target.folder / name / "ltx"
    if any(levels.glob("9/*.ltx")):  # a snapshot
        return True
    return any(levels.glob(f"*/{1:016x}-*.ltx"))  # or everything since the first transaction
