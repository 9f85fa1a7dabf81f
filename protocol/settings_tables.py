"""The tables of a party.toml, one class each: what may stand in them, and what holds where nothing does.

`protocol/settings.py` reads and writes the file and knows where everything else of a party lies.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BrokerKind(StrEnum):
    EMBEDDED = "embedded"  # amqtt, started and stopped by the hub; speaks 3.1.1 alone
    MOSQUITTO = "mosquitto"  # or any other broker that somebody else runs


class ReplicaKind(StrEnum):
    NONE = "none"
    FOLDER = "folder"  # a second disk
    SFTP = "sftp"
    S3 = "s3"


@dataclass(frozen=True, slots=True)
class Name:
    """As people read it."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Http:
    """Where the party's own pages are served.

    With `tls` a station serves them by https alone, with the certificate that the office made for its names on the
    LAN; `redirect_port` then leads whoever typed http there (0: nobody listens).
    """

    host: str = "127.0.0.1"
    port: int = 8080
    tls: bool = False
    redirect_port: int = 0


@dataclass(frozen=True, slots=True)
class Broker:
    """How to reach the broker. With `tls` a station shows its certificate; `username` and `password_file` are
    for brokers without certificates and for the hub's own loopback listener."""

    kind: BrokerKind = BrokerKind.EMBEDDED
    host: str = "127.0.0.1"
    port: int = 1883
    tls: bool = False
    protocol: int = 4  # MQTT 4 = 3.1.1, 5 = 5.0
    username: str = ""
    password_file: str = ""  # relative to the party's folder
    passwords_file: str = ""  # the hub's, embedded alone: name -> password of everyone, as JSON


@dataclass(frozen=True, slots=True)
class Replica:
    """Where Litestream copies the databases to. Only the fields of the chosen kind count."""

    kind: ReplicaKind = ReplicaKind.FOLDER
    folder: str = "replica"  # folder: relative to the party's folder, or a second disk's absolute path
    path: str = ""  # sftp, s3: the prefix there
    host: str = ""  # sftp: host:port
    user: str = ""  # sftp
    key_file: str = ""  # sftp: private key
    host_key: str = ""  # sftp: the server's public key as in known_hosts, without the name
    bucket: str = ""  # s3
    endpoint: str = ""  # s3: any compatible store
    region: str = ""  # s3
    credentials_file: str = ""  # s3: access key id on the first line, secret on the second


@dataclass(frozen=True, slots=True)
class People:
    """A station's: how long the hub may be silent before the head confirms who still works here."""

    confirm_days: int = 14


class Machines(StrEnum):
    PAIRED = "paired"  # a machine of the room shows nothing until the head has introduced it
    OPEN = "open"  # whoever reaches the address may use it: one PC for everything, a demo


@dataclass(frozen=True, slots=True)
class Room:
    """A station's: the machines that stand in its room."""

    machines: Machines = Machines.PAIRED


@dataclass(frozen=True, slots=True)
class Device:
    """A station's: one device. Its name in the file is its kind, unless `kind` says otherwise."""

    driver: str
    kind: str = ""
    url: str = ""  # empty: where such a device is found unless somebody moved it
    dialect: str = ""  # how the maker's service speaks
