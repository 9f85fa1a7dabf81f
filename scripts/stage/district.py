"""The demo's district: one hub and three stations in one folder, with ports that are free and accounts that open.

Making it again finds yesterday's: keys, cases, accounts. Passwords are made once for each folder and lie
in it, readable by its owner alone; nothing of the kind belongs into a real district.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlite_utils import Migrations

from hub import schema as hub_schema
from hub import sections
from node import schema as node_schema
from protocol.cases.rules import Role
from protocol.clock import WallClock
from protocol.console import accounts
from protocol.errors import Damaged
from protocol.exchange.topics import HUB
from protocol.replica import refuse_empty_start
from protocol.settings import Kind, Name, Settings, read_settings, write_whole
from protocol.store import Store
from provisioning.district import District, make_district, station_folder
from provisioning.mosquitto import free_port
from provisioning.register import Station

HUB_NAME = Name("新都区政务服务中心", "Xindu District Government Service Center")
STATIONS = (
    Station("hexing", "石板滩合兴便民服务分中心", "Hexing sub-center, Shibantan", "town"),
    Station("boya", "大丰博雅新城服务站", "Boya New Town station, Dafeng", "residential"),
    Station("guihu", "桂湖商圈服务站", "Guihu business street station", "business"),
)
HTTP_PORTS = {HUB: 8600, "hexing": 8601, "boya": 8602, "guihu": 8603}
BROKER_PORT = 8618
FOUNDED = timedelta(days=70)  # before the first start: from then its keys and its seal are good, see past.py


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in. Roles, never a person's name."""

    account: str
    role: Role
    zh: str


PEOPLE = {
    Kind.STATION: (
        Person("clerk", Role.CLERK, "窗口人员"),
        Person("clerk2", Role.CLERK, "窗口人员乙"),
        Person("head", Role.HEAD, "站长"),
    ),
    Kind.HUB: (
        # each link another person: the rules keep them apart, and nothing relaxes for a demo
        Person("acceptor", Role.ACCEPTOR, "受理人员"),
        Person("reviewer", Role.REVIEWER, "审核人员"),
        Person("surveyor", Role.SURVEYOR, "勘查人员"),
        Person("surveyor2", Role.SURVEYOR, "勘查人员乙"),
        Person("approver", Role.APPROVER, "审批负责人"),
        Person("issuer", Role.ISSUER, "发证人员"),
        Person("archivist", Role.ARCHIVIST, "档案人员"),
        Person("leader", Role.LEADER, "机关负责人"),
        Person("supervisor", Role.SUPERVISOR, "督查人员"),
        Person("auditor", Role.AUDITOR, "稽核人员"),
        Person("editor", Role.EDITOR, "事项编辑"),
        Person("publisher", Role.PUBLISHER, "发布审核"),
        Person("operator", Role.OPERATOR, "运行值守"),
        Person("admin", Role.ADMIN, "账号管理"),
    ),
}

# Who does a link of a case works in its section, and has the role there; the others have it for the whole agency.
SECTION_OF = {
    Role.ACCEPTOR: "shouli", Role.REVIEWER: "shenhe", Role.SURVEYOR: "kancha", Role.APPROVER: "shenpi",
    Role.ISSUER: "fazheng", Role.ARCHIVIST: "dangan", Role.SUPERVISOR: "ducha",
}  # fmt: skip

Passwords = Mapping[str, Mapping[str, str]]  # party -> account -> password
Tell = Callable[[str, str], None]


class Occupied(Exception):
    """Another demo works on this folder; what it wrote of itself."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Nobody else works on this folder. The lock goes with this process, however it ends.

    :raises Occupied: a demo is at work on it
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "demo.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Occupied(file.read().strip()) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


@contextmanager
def choosing_ports() -> Iterator[None]:
    """One demo at a time picks ports and takes them: a port that is free for two would be shown by both, and be one's."""
    with (Path(tempfile.gettempdir()) / f"microcenter-demo-{os.getuid()}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def prepare(folder: Path, *, any_ports: bool, tell: Tell) -> District:
    """The district is there, on ports that are free now.

    Ports are those of the last start, or the usual ones; one that somebody else listens on is left to him
    and the next free one is taken. `any_ports`: others at every start.
    """
    at = WallClock().now() - (timedelta() if (folder / "register.db").exists() else FOUNDED)
    if any_ports:
        http, broker = {party: free_port() for party in HTTP_PORTS}, free_port()
    else:
        http, broker = _usual_ports(folder, tell)
    return make_district(folder, STATIONS, at, name=HUB_NAME, http_ports=http, broker_port=broker)


def _usual_ports(folder: Path, tell: Tell) -> tuple[dict[str, int], int]:
    wanted, broker = dict(HTTP_PORTS), BROKER_PORT
    for party in wanted:
        with suppress(Damaged):  # the first start: there is no party.toml yet
            settings = read_settings(folder / "hub" if party == HUB else station_folder(folder, party))
            wanted[party], broker = settings.http.port, settings.broker.port
    taken = set(wanted.values()) | {broker}
    return {party: _free_from(port, taken, tell) for party, port in wanted.items()}, _free_from(broker, taken, tell)


def _free_from(port: int, taken: set[int], tell: Tell) -> int:
    if is_free(port):
        return port
    other = next(number for number in range(port + 1, 65536) if number not in taken and is_free(number))
    taken.add(other)
    tell(f"端口 {port} 已被占用，改用 {other}", f"port {port} is taken; {other} is used instead")
    return other


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as servers do: yesterday's connections do not count
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def passwords(folder: Path) -> Passwords:
    """Of every account, made the first time and kept in accounts.json."""
    file = folder / "accounts.json"
    known: dict[str, dict[str, str]] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    parties = {HUB: Kind.HUB} | {station.name: Kind.STATION for station in STATIONS}
    every = {
        party: {p.account: known.get(party, {}).get(p.account) or _password() for p in PEOPLE[kind]}
        for party, kind in parties.items()
    }
    if every != known:
        write_whole(file, json.dumps(every, indent=1).encode())
    return every


def open_accounts(settings: Settings, secrets_: Mapping[str, str]) -> None:
    """Every account of PEOPLE opens with its password. Not while the party is at work."""
    with suppress(Damaged):  # its store is gone: whoever starts it is told so
        refuse_empty_start(settings)
        _open_accounts(settings, secrets_)


def _open_accounts(settings: Settings, secrets_: Mapping[str, str]) -> None:
    with opened(settings) as store:
        with store.read() as db:
            known = {account.name for account in accounts.accounts(db)}
        for person in PEOPLE[settings.kind]:
            if person.account in known:
                continue
            secret = accounts.secret(secrets_[person.account])
            section = SECTION_OF.get(person.role) if settings.kind is Kind.HUB else None
            with store.write() as tx:
                roles = [] if section else [person.role]
                accounts.create_account(tx, person.account, person.zh, roles, secret, at=WallClock().now())
                if section:
                    sections.join(tx, person.account, section, person.role, ("", ""), by="demo")


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """The party's own database, beside nobody: it is not at work."""
    migrations: Migrations = hub_schema.migrations if settings.kind is Kind.HUB else node_schema.migrations
    store = Store(settings.db, migrations, replicated=True)
    store.open()
    try:
        yield store
    finally:
        store.close()


_SYLLABLES = [first + vowel for first in "bdfgkmnprstw" for vowel in "aeiou"]


def _password() -> str:
    """Readable aloud, and 42 bits that nobody guesses through a form that locks after five tries."""
    words = ["".join(secrets.choice(_SYLLABLES) for _ in range(2)) for _ in range(2)]
    return "-".join([*words, f"{secrets.randbelow(10**6):06d}"])
