"""The district's office: authority, register and the hub's folder, held together.

    <office>/authority/     keys of the authority (0700)
    <office>/register.db    who is in
    <office>/hub/           the hub's own folder (party.toml names the broker)

The office is the only writer of the register. Every change ends with publish(), which writes from
the register what others read: the keyring, the broker's rules and passwords. Publishing twice
writes the same; a change that was cut short before it is published by the next.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding

from protocol.catalogue.bundle import open_bundle, parts_of, sign_parts
from protocol.catalogue.items import Item
from protocol.documents.sealing import Seal, load_seal
from protocol.errors import Refused
from protocol.exchange.topics import HUB, acl_lines
from protocol.identity import Keys, sign_keyring
from protocol.settings import (
    Broker,
    BrokerKind,
    Http,
    Kind,
    Name,
    Replica,
    Settings,
    read_settings,
    toml_value,
    write_settings,
    write_whole,
)
from protocol.store import Store
from provisioning import mosquitto, register
from provisioning.authority import Authority, private_pem, seal_certificate
from provisioning.enrol import BrokerHint
from provisioning.register import State, Station
from provisioning.schema import migrations
from provisioning.tokens import Invitation, Purpose, Token, pin

SEAL_LEFT = timedelta(days=60)
BROKER_HINT = "broker.json"  # how boxes reach the broker; told to each with its certificate


@dataclass(frozen=True, slots=True)
class Office:
    folder: Path
    authority: Authority
    store: Store
    hub: Settings
    broker: BrokerHint  # how stations reach the broker; the hub's own way in is in its party.toml

    # -- what an operator does

    def add_station(self, station: Station, at: datetime) -> None:
        """:raises Refused: reserved-name: the hub is no station"""
        if station.name == HUB:
            raise Refused("refused.reserved-name", name=station.name)
        with self.store.write() as tx:
            register.add_station(tx, station, at)
        self._publish_names()

    def admit(self, station: Station, at: datetime, url: str = "") -> Invitation:
        """Enter a station and make the token of its first box, both or neither.

        :raises Refused: enrolled: a box is in use; reserved-name, name
        """
        if station.name == HUB:
            raise Refused("refused.reserved-name", name=station.name)
        token = Token.make(station.name)
        with self.store.write() as tx:
            register.add_station(tx, station, at)
            register.plan(tx, token, Purpose.NEW, at)
        self._publish_names()
        return Invitation(token, self.pin, url)

    def plan(self, station: str, purpose: Purpose, at: datetime, url: str = "") -> Invitation:
        """A token for one box of this station: 72 h for the first, 24 h for a replacement.

        :raises Refused: enrolled: a box is in use; replacing it begins with fence()
        """
        token = Token.make(station)
        with self.store.write() as tx:
            register.plan(tx, token, purpose, at)
        return Invitation(token, self.pin, url)

    def fence(self, station: str, state: State, reason: str, at: datetime) -> register.Box | None:
        """Nothing new is taken from the box in use: keyring, ACL, CRL, and its live session is cut.

        :raises Damaged: broker-open: the broker did not take the new rules and was stopped
        """
        with self.store.write() as tx:
            box = register.put_out(tx, station, state, reason, at)
        self.publish(at)
        return box

    def issue_catalogue(self, items: list[Item], at: datetime) -> int:
        """Sign these items, and every older version that is out, as the district's catalogue; returns its number.

        The number rises only if something changed. A version that publishers took out of use stays out of it.

        :raises Refused: catalogue: a version that is out was edited; give it a new version
        """
        file = self.hub.catalogue_bundle
        before = open_bundle(file.read_bytes(), self.authority.public_key) if file.exists() else None
        out = {(item.code, item.version): item for item in before.versions()} if before else {}
        kept = {(item.code, item.version): item for item in before.kept()} if before else {}
        for item in items:
            if (kept | out).get((item.code, item.version), item) != item:
                problem = "is out with other content; give it a new version"
                raise Refused("refused.catalogue", file=item.code, field="version", problem=problem)
        fresh = {(item.code, item.version): item for item in items if (item.code, item.version) not in kept | out}
        if before and not fresh:
            return before.number
        number = before.number + 1 if before else 1
        parts = parts_of(
            (out | fresh).values(),
            before.calendars if before else (),
            kept=kept.values(),
            remits=before.remits.rows if before else (),
            extras=before.extras if before else {},
        )
        write_whole(file, sign_parts(parts, number, at, self.authority.records), 0o644)
        return number

    def issue_seal(self, name: str, at: datetime) -> Seal:
        """The hub's electronic seal in this name. The one that is there stays if it has 60 days left and that name.

        :raises Damaged: keys: what is there cannot be read
        """
        there = load_seal(self.hub.seal_key, self.hub.seal_crt)
        if there is not None and there.name == name and there.good_until - at > SEAL_LEFT:
            return there
        certificate, key = seal_certificate(name, self.authority.district, self.authority.records, at)
        # one after the other: between the two a start finds that they do not belong together, and says so
        write_whole(self.hub.seal_key, private_pem(key))
        write_whole(self.hub.seal_crt, certificate.public_bytes(Encoding.PEM), 0o644)
        return Seal(certificate, key)

    @property
    def pin(self) -> str:
        return pin(self.authority.public_key.public_bytes_raw())

    # -- what others read

    def publish(self, at: datetime) -> None:
        """Write the keyring and the broker's rules as the register has them now.

        :raises Damaged: broker-open
        """
        with self.store.read() as db:
            content = register.keyring(db, self.authority.district)
            in_use = sorted(box.station for box in register.boxes(db) if box.state in register.IN_USE)
            known = sorted({box.station for box in register.boxes(db)})
        self._publish_names()
        write_whole(self.hub.keyring, sign_keyring(content, self.authority.records), 0o644)
        stations = [name for name in in_use if name != HUB]
        fenced = [name for name in known if name not in in_use]
        if self.hub.broker.kind is BrokerKind.EMBEDDED:
            self._publish_passwords(in_use)
            return
        with self.store.write() as tx:
            number, revoked = register.next_crl(tx)
        mosquitto.place_canaries(self.hub, self.authority, at)
        acl = acl_lines(content.district, stations, fenced) + mosquitto.canary_acl(content.district, number)
        rules = mosquitto.Rules(acl, self.authority.crl(revoked, number, at), number)
        mosquitto.reload_broker(self.hub, rules, at, kick=fenced)

    def broker_secret(self, party: str) -> str:
        """The password by which `party` signs in at an embedded broker; empty where certificates do it."""
        if self.hub.broker.kind is not BrokerKind.EMBEDDED:
            return ""
        return self._passwords().get(party, "")

    def _publish_names(self) -> None:
        with self.store.read() as db:
            stations = [station for station in register.stations(db) if station.name != HUB]
        tables = [
            f"[{own.name}]\nzh = {toml_value(own.zh)}\nen = {toml_value(own.en)}\ntier = {toml_value(own.tier)}\n"
            for own in stations
        ]
        write_whole(self.hub.stations_list, "\n".join(tables).encode(), 0o644)

    def _passwords(self) -> dict[str, str]:
        file = self.hub.path(self.hub.broker.passwords_file)
        if not file.exists():
            return {}
        return {str(name): str(secret) for name, secret in json.loads(file.read_text("utf-8")).items()}

    def _publish_passwords(self, in_use: list[str]) -> None:
        """Everyone in use has one; who went out has none, and gets another one on coming back."""
        before = self._passwords()
        now = {name: before.get(name) or secrets.token_urlsafe(24) for name in in_use}
        write_whole(self.hub.path(self.hub.broker.passwords_file), json.dumps(now, indent=1).encode())
        write_whole(self.hub.path(self.hub.broker.password_file), now[HUB].encode())


@dataclass(frozen=True, slots=True)
class HubPlan:
    """What is decided when a district is set up."""

    district: str
    name: Name
    http: Http
    broker: BrokerHint  # as stations reach it; the hub's own way in follows from it
    replica: Replica
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost")  # names in the servers' certificate
    listen: str = ""  # where Mosquitto's listener for boxes is bound; empty: as it was, at first 127.0.0.1
    loopback_port: int = 1884  # Mosquitto's listener for the hub's own process


def make_office(folder: Path, plan: HubPlan, at: datetime) -> None:
    """Afterwards authority, register and the hub's identity are there. Again changes nothing that is there, but the
    broker's configuration is rendered anew.

    :raises Refused: stick: the folder is another district's
    """
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "authority" / "district").exists():
        there = Authority.load(folder / "authority").district
        if there != plan.district:
            why = f"已是 {there} 区的文件夹 | it is the folder of the district {there}"
            raise Refused("refused.stick", folder=str(folder), why=why)
    if not (folder / BROKER_HINT).exists():
        write_whole(folder / BROKER_HINT, msgspec.json.encode(plan.broker), 0o644)
    broker = _broker_hint(folder)
    authority = Authority.make(folder / "authority", plan.district, at)
    hub = _hub_settings(folder / "hub", plan)
    if not (hub.folder / "party.toml").exists():
        write_settings(hub)
    hub = read_settings(hub.folder)
    keys = _hub_keys(hub, folder / "authority" / "escrow-hub-letters.key")
    write_whole(hub.authority_pub, authority.public_key.public_bytes_raw().hex().encode(), 0o644)
    write_whole(hub.district_ca, authority.server_root.pem, 0o644)
    if hub.broker.kind is BrokerKind.MOSQUITTO:
        mosquitto.make_broker_folder(hub, authority, plan.listen, broker.port, list(plan.hosts), at)
    with open_office(folder) as office:
        with office.store.write() as tx:
            register.add_station(tx, Station(HUB, hub.name.zh, hub.name.en, hub.tier), at)
            if register.box_in_use(tx, HUB) is None:
                register.add_box(tx, keys.card(), None, None, State.ACTIVE, at)
        office.publish(at)


@contextmanager
def open_office(folder: Path) -> Iterator[Office]:
    """The one writer: a second command waits until the first has done.

    :raises Refused: there is no district here
    """
    if not (folder / "authority").is_dir():
        raise Refused("refused.stick", folder=str(folder), why="这里没有建立区中心 | no district was set up here")
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        store = Store(folder / "register.db", migrations)
        store.open()
        try:
            os.chmod(store.path, 0o600)
            yield Office(
                folder,
                Authority.load(folder / "authority"),
                store,
                read_settings(folder / "hub"),
                _broker_hint(folder),
            )
        finally:
            store.close()


def _broker_hint(folder: Path) -> BrokerHint:
    return msgspec.json.decode((folder / BROKER_HINT).read_bytes(), type=BrokerHint)


def _hub_settings(folder: Path, plan: HubPlan) -> Settings:
    embedded = plan.broker.kind is BrokerKind.EMBEDDED
    broker = Broker(
        kind=plan.broker.kind,
        host=plan.broker.host if embedded else "127.0.0.1",
        port=plan.broker.port if embedded else plan.loopback_port,
        tls=False,
        protocol=plan.broker.protocol,
        username=HUB,
        password_file="identity/broker.password",  # noqa: S106 - a file's name
        passwords_file="identity/broker-passwords.json" if embedded else "",
    )
    return Settings(
        folder=folder.resolve(),
        district=plan.district,
        party=HUB,
        kind=Kind.HUB,
        tier="district",
        name=plan.name,
        http=plan.http,
        broker=broker,
        replica=plan.replica,
    )


def _hub_keys(hub: Settings, escrow: Path) -> Keys:
    """The hub's letters keys. A copy stays with the authority: what stations keep sealed to the hub must be
    readable after the hub's disk is gone."""
    if not hub.letters_key.exists() and escrow.exists():
        hub.letters_key.parent.mkdir(parents=True, exist_ok=True)
        write_whole(hub.letters_key, escrow.read_bytes())
    if not hub.letters_key.exists():
        Keys.make(HUB).save(hub.letters_key)
    if not escrow.exists():
        shutil.copyfile(hub.letters_key, escrow)
        escrow.chmod(0o600)
    return Keys.load(hub.letters_key)
