"""What one party's `party.toml` says, and where its files are.

One folder holds a party: identity, data, the mark outside the database, the replica, what runs.
Reading is strict: a misspelt or missing key stops the start with its name, because a setting that
is silently ignored is found out only on the day that it was needed. Secrets are never in this
file; it names the files that hold them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import tempfile
import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from protocol.errors import Damaged, Refused
from protocol.exchange.topics import HUB, party_name
from protocol.settings_tables import (
    Broker,
    BrokerKind,
    Device,
    Http,
    Machines,
    Name,
    People,
    Replica,
    ReplicaKind,
    Room,
)

__all__ = [
    "FILE",
    "Broker",
    "BrokerKind",
    "Device",
    "Http",
    "Kind",
    "Machines",
    "Name",
    "People",
    "Replica",
    "ReplicaKind",
    "Room",
    "Settings",
    "read_settings",
    "toml_value",
    "write_settings",
    "write_whole",
]

FILE = "party.toml"
_SOCKET_PATH_BYTES = 100  # Linux: sun_path holds 108 bytes, the closing zero and a suffix included


class Kind(StrEnum):
    STATION = "station"
    HUB = "hub"


@dataclass(frozen=True, slots=True)
class Settings:
    """One party. `folder` is where its party.toml lies; the other paths follow from it."""

    folder: Path
    district: str
    party: str
    kind: Kind
    tier: str  # district, town, village, residential, business
    name: Name
    http: Http = field(default_factory=Http)
    broker: Broker = field(default_factory=Broker)
    replica: Replica = field(default_factory=Replica)
    people: People = field(default_factory=People)
    room: Room = field(default_factory=Room)
    devices: dict[str, Device] = field(default_factory=dict)

    def path(self, text: str) -> Path:
        """A path of the file: relative ones start at the party's folder."""
        return self.folder / text

    # -- identity

    @property
    def identity(self) -> Path:
        return self.folder / "identity"

    @property
    def letters_key(self) -> Path:
        return self.identity / "letters.key"

    @property
    def keyring(self) -> Path:
        return self.identity / "keyring.json"

    @property
    def authority_pub(self) -> Path:
        """The authority's Ed25519 public key: 32 bytes as hex text."""
        return self.identity / "authority.pub"

    @property
    def tls_key(self) -> Path:
        return self.identity / "tls.key"

    @property
    def tls_crt(self) -> Path:
        """Own certificate first, then the issuing CA."""
        return self.identity / "tls.crt"

    @property
    def pages_crt(self) -> Path:
        """A station's: for the key in tls.key too, good for its names on the LAN; then the root that issued it."""
        return self.identity / "pages.crt"

    @property
    def district_ca(self) -> Path:
        """The server root: who may be the district's broker, its enrolment server, or a station's pages."""
        return self.identity / "district-ca.crt"

    @property
    def seal_key(self) -> Path:
        """The hub's: the key of the authority's electronic seal (0600); not there: documents are not sealed."""
        return self.identity / "seal.key"

    @property
    def seal_crt(self) -> Path:
        return self.identity / "seal.crt"

    # -- data

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def db(self) -> Path:
        return self.data / ("hub.db" if self.kind is Kind.HUB else "station.db")

    @property
    def blobs(self) -> Path:
        return self.data / "blobs.db"

    @property
    def databases(self) -> tuple[Path, Path]:
        """What Litestream copies and a restore brings back."""
        return self.db, self.blobs

    @property
    def mark(self) -> Path:
        """Outside the databases, on another disk in production: what a copied-back file cannot take back with it."""
        return self.folder / "mark"

    @property
    def waterline(self) -> Path:
        return self.mark / "waterline.json"

    @property
    def restored_note(self) -> Path:
        """Present after a restore by our own tools, until the store has begun its new epoch."""
        return self.mark / "restored"

    # -- replica and what runs

    @property
    def replica_dir(self) -> Path:
        return self.path(self.replica.folder)

    @property
    def run(self) -> Path:
        return self.folder / "run"

    @property
    def litestream_yml(self) -> Path:
        return self.run / "litestream.yml"

    @property
    def litestream_socket(self) -> Path:
        path = self.run / "litestream.sock"
        if len(os.fsencode(path)) <= _SOCKET_PATH_BYTES:
            return path
        # A socket's path must be short; a district that lives deep in a tree gets one beside the other temporary files.
        deep = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"mc-{os.getuid()}-{deep}.sock"

    @property
    def broker_dir(self) -> Path:
        """The hub's: Mosquitto's rendered configuration, ACL, CRL and certificates."""
        return self.folder / "broker"

    @property
    def stations_list(self) -> Path:
        """The hub's: how the register calls its stations (TOML), written by the office."""
        return self.folder / "stations.toml"

    @property
    def catalogue_bundle(self) -> Path:
        """The hub's: the newest signed catalogue, written by the office and put on the shelf by the hub."""
        return self.folder / "catalogue.bundle"

    @property
    def publishers(self) -> Path:
        """The hub's: who may sign and approve a catalogue, signed by the district's authority."""
        return self.identity / "publishers.json"

    @property
    def broker_password(self) -> str:
        """The secret that goes with `broker.username`; empty if the broker asks for none.

        :raises Damaged: the file that party.toml names cannot be read
        """
        if not self.broker.password_file:
            return ""
        try:
            return self.path(self.broker.password_file).read_text("utf-8").strip()
        except OSError as why:
            raise Damaged("damaged.config", file=self.broker.password_file, why=type(why).__name__) from why


def read_settings(path: Path) -> Settings:
    """Read a party.toml, or the one in the folder `path`.

    :raises Damaged: damaged.config: not there, not TOML, an unknown, missing or ill-typed key
    """
    file = path / FILE if path.is_dir() else path
    try:
        content = tomllib.loads(file.read_text("utf-8"))
        _only_known(content, Settings, "")
        if "folder" in content:
            raise ValueError("unknown key folder")
        settings = msgspec.convert(content | {"folder": file.resolve().parent}, type=Settings, dec_hook=_as_it_is)
        _check(settings)
    except OSError as why:
        raise Damaged("damaged.config", file=str(file), why=type(why).__name__) from why
    except (ValueError, Refused) as why:  # tomllib's and msgspec's errors are ValueErrors
        raise Damaged("damaged.config", file=str(file), why=str(why)) from why
    return settings


def write_settings(settings: Settings, path: Path | None = None) -> None:
    """Write the file that read_settings() reads as the same settings, whole or not at all."""
    file = path or settings.folder / FILE
    tables = [
        f"[{part.name}]\n" + _lines(getattr(settings, part.name))
        for part in dataclasses.fields(settings)
        if dataclasses.is_dataclass(getattr(settings, part.name))
    ]
    tables += [f"[devices.{name}]\n" + _lines(device) for name, device in settings.devices.items()]
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, ("\n".join([_lines(settings), *tables])).encode(), mode=0o644)


def write_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Afterwards the file holds exactly `data`, on the disk; a reader saw the old content until then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fd, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the new name too must survive a power cut
    finally:
        os.close(folder)


def _as_it_is(shape: type, value: object) -> object:
    """msgspec knows no Path; `folder` is one already."""
    if isinstance(value, shape):
        return value
    raise ValueError(f"expected {shape.__name__}")


def _lines(table: Any) -> str:
    """The plain keys of one table."""
    return "".join(
        f"{part.name} = {toml_value(value)}\n"
        for part in dataclasses.fields(table)
        if isinstance(value := getattr(table, part.name), str | int)
    )


def toml_value(value: str | int) -> str:
    """JSON's strings, numbers and booleans are TOML's too."""
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("\x7f", "\\u007f")  # the one character that JSON writes bare and TOML forbids


def _only_known(content: dict[str, Any], shape: Any, where: str) -> None:
    known = {part.name: part for part in dataclasses.fields(shape)}
    for key, value in content.items():
        if key not in known:
            raise ValueError(f"unknown key {where}{key}")
        if shape is Settings and key == "devices" and isinstance(value, dict):
            for name, device in value.items():
                party_name(name)  # written in the file as it is, and into addresses
                if isinstance(device, dict):  # msgspec says what else is wrong
                    _only_known(device, Device, f"devices.{name}.")
        elif isinstance(value, dict):
            table = _TABLES.get(key) if shape is Settings else None
            if table is None:
                raise ValueError(f"{where}{key} is not a table")
            _only_known(value, table, f"{key}.")


_TABLES: dict[str, Any] = {
    "name": Name,
    "http": Http,
    "broker": Broker,
    "replica": Replica,
    "people": People,
    "room": Room,
}


def _check(settings: Settings) -> None:
    party_name(settings.party)
    party_name(settings.district)
    if (settings.kind is Kind.HUB) != (settings.party == HUB):
        raise ValueError(f"the hub's party is {HUB!r}, and nobody else's")
    if not (0 < settings.broker.port < 65536 and 0 <= settings.http.port < 65536):
        raise ValueError("a port is between 1 and 65535")
    if settings.http.redirect_port and (not settings.http.tls or settings.http.redirect_port == settings.http.port):
        raise ValueError("http.redirect_port leads to http.tls on another port")
    if not 0 <= settings.http.redirect_port < 65536:
        raise ValueError("a port is between 1 and 65535")
    if settings.broker.protocol not in (4, 5):
        raise ValueError("broker.protocol is 4 (MQTT 3.1.1) or 5")
    if not 1 <= settings.people.confirm_days <= 14:
        raise ValueError("people.confirm_days is between 1 and 14")  # no session lasts longer than 14
    needed = {
        ReplicaKind.NONE: (),
        ReplicaKind.FOLDER: ("folder",),
        ReplicaKind.SFTP: ("host", "user", "key_file", "path"),
        ReplicaKind.S3: ("bucket",),
    }[settings.replica.kind]
    for key in needed:
        if not getattr(settings.replica, key):
            raise ValueError(f"replica.{key} is needed for {settings.replica.kind}")
