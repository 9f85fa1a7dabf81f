"""A whole district in one folder, without systemd: for the demo, the tests and the journeys.

    <folder>/authority/ register.db broker.json     the office
    <folder>/hub/                                   the hub's folder
    <folder>/stations/<name>/                       each station's folder

Each station is enrolled by the same token, request and answer as a real box; only the installer
who carries them is missing. Making it again finds what is there and adds what is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec

from protocol.catalogue.reading import standard_items
from protocol.exchange.topics import HUB
from protocol.settings import BrokerKind, Http, Name, Replica, Settings, read_settings, write_settings, write_whole
from provisioning.answer import answer, confirm
from provisioning.enrol import BrokerHint, confirmation, install, make_request
from provisioning.mosquitto import free_port
from provisioning.office import BROKER_HINT, HubPlan, Office, make_office, open_office
from provisioning.register import State, Station, box_in_use
from provisioning.tokens import Purpose


@dataclass(frozen=True, slots=True)
class District:
    folder: Path  # the office's
    hub: Settings
    stations: dict[str, Settings]


def make_district(
    folder: Path,
    stations: Iterable[Station],
    at: datetime,
    *,
    district: str = "xindu",
    name: Name = Name("区政务服务中心", "District service center"),  # noqa: B008 - frozen
    broker: BrokerKind = BrokerKind.EMBEDDED,
    broker_port: int = 0,
    http_ports: Mapping[str, int] | None = None,
    replica: Replica = Replica(),  # noqa: B008 - frozen
) -> District:
    """Afterwards the folder holds a district whose hub and stations can be started, all on 127.0.0.1.

    `http_ports` are by party; ports that are not given are free ones, chosen once and kept in party.toml. A
    port that is given counts in a district that was made before too: `broker_port` if the broker is embedded.
    """
    folder = folder.resolve()
    ports = dict(http_ports or {})
    with_certificates = broker is BrokerKind.MOSQUITTO
    hint = BrokerHint(
        kind=broker,
        host="127.0.0.1",
        port=broker_port or free_port(),
        tls=with_certificates,
        protocol=5 if with_certificates else 4,
    )
    plan = HubPlan(
        district=district,
        name=name,
        http=Http(port=ports.get("hub") or free_port()),
        broker=hint,
        replica=replica,
        loopback_port=free_port(),
    )
    moved_to = 0 if with_certificates else broker_port
    if moved_to:
        write_whole(folder / BROKER_HINT, msgspec.json.encode(hint), 0o644)
    make_office(folder, plan, at)
    made = {}
    with open_office(folder) as office:
        office.issue_catalogue(standard_items(), at)
        for station in stations:
            office.add_station(station, at)
            place = station_folder(folder, station.name)
            if not (place / "identity" / "letters.key").exists():
                http = Http(port=ports.get(station.name) or free_port())
                enrol_here(office, station.name, place, Purpose.NEW, at, http, replica)
            made[station.name] = read_settings(place)
        for settings in made.values():
            write_whole(settings.keyring, office.hub.keyring.read_bytes(), 0o644)
        hub = office.hub
    on_ports = {own.party: _on_ports(own, ports, moved_to) for own in (hub, *made.values())}
    return District(folder, on_ports.pop(HUB), on_ports)


def station_folder(district: Path, name: str) -> Path:
    return district / "stations" / name


def enrol_here(
    office: Office, name: str, place: Path, purpose: Purpose, at: datetime, http: Http | None, replica: Replica | None
) -> Settings:
    """Token, request, answer, install, confirmation: in one process, each by its own function."""
    with office.store.read() as db:
        interrupted = box_in_use(db, name) is not None
    if interrupted:
        # The box got its certificate and this folder never did: only a new box can come of it.
        office.fence(name, State.SUPERSEDED, "enrolment was cut short", at)
        write_whole(place / "mark" / "restored", b"{}")
    invitation = office.plan(name, purpose, at)
    answered = answer(office, make_request(place, invitation.token), at)
    settings = install(place, answered, invitation, http, replica)
    confirm(office, confirmation(settings))
    return settings


def _on_ports(settings: Settings, ports: Mapping[str, int], broker_port: int) -> Settings:
    http = replace(settings.http, port=ports.get(settings.party, settings.http.port))
    broker = replace(settings.broker, port=broker_port or settings.broker.port)
    if (http, broker) != (settings.http, settings.broker):
        settings = replace(settings, http=http, broker=broker)
        write_settings(settings)
    return settings
