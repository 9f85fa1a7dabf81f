"""The stations, each one's journals by number, and how the hub itself is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from hub import stations
from hub.stations import SKEW_NOTED_S, Station, Trouble
from hub.web.room import room
from hub.web.shown import title_of
from hub.web.verify import seal_told
from protocol.clock import moment
from protocol.console.pages import render, url
from protocol.console.parts import Chip, Icon, Row, Text, Tone
from protocol.console.texts import Phrase, say
from protocol.exchange.journal import Epoch


@dataclass(frozen=True, slots=True)
class StationLine:
    href: str
    title: str
    name: str
    tier: Phrase | None
    state: Chip
    alarms: Sequence[Chip]
    heard: Text
    to_it: int
    from_it: int
    oldest: timedelta | None
    replica: Chip
    catalogue: Text
    catalogue_late: bool
    skew: Text
    skew_noted: bool
    cases: int


@dataclass(frozen=True, slots=True)
class StationsPage:
    template = "stations.html"
    lines: Sequence[StationLine]
    catalogue: int
    as_of: datetime
    here: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One epoch of a journal, by its numbers."""

    epoch: str
    life: int
    head: int
    told: int
    replicated: int
    wants: int
    chain: str
    is_even: bool


@dataclass(frozen=True, slots=True)
class ShownAside:
    at: datetime
    why: Phrase
    code: str
    size: int
    href: str


@dataclass(frozen=True, slots=True)
class StationPage:
    template = "station.html"
    section = "stations"
    title: str
    name: str
    state: Chip
    alarms: Sequence[Chip]
    rows: Sequence[Row]
    to_it: Sequence[Mark]
    from_it: Sequence[Mark]
    asides: Sequence[ShownAside]
    back_href: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class HealthPage:
    template = "health.html"
    link: Chip
    replica: Chip
    disk: Chip
    rows: Sequence[Row]
    databases: Sequence[Row]
    catalogue: Sequence[Row]
    as_of: datetime


def show_stations(request: Request) -> Response:
    """What is most wrong comes first; among the well the one unheard for longest."""
    desk, at = room(request), room(request).clock.now()
    with desk.store.read() as db:
        everyone = stations.stations(db)
    number = desk.shelf.number
    everyone.sort(key=lambda s: (s.trouble(at, number), s.heard_at, s.name))
    here = url(request, "stations")
    page = StationsPage([_line(request, s, at, number) for s in everyone], number, at, here)
    return render(request, page, block="rows")


def show_station(request: Request) -> Response:
    desk, at, name = room(request), room(request).clock.now(), request.path_params["name"]
    with desk.store.read() as db:
        station = stations.station(db, name)
        from_it, to_it = stations.journals(db, name)
        asides = stations.set_aside(db, name)
    line = _line(request, station, at, desk.shelf.number)
    report = station.report
    page = StationPage(
        title=line.title,
        name=name,
        state=line.state,
        alarms=line.alarms,
        rows=[
            Row(say("net.heard"), _since(station.heard_at, at)),
            Row(say("net.to-it"), _owed(station.owed_to_it, station.oldest_to_it, at)),
            Row(say("net.from-it"), _owed(max(station.owes_us, report.owed), report.oldest_owed_at, at)),
            Row(say("net.papers-from-it"), say("net.papers", count=report.owed_papers)),
            Row(say("net.replica"), line.replica.text),
            Row(
                say("net.disk"),
                say("net.bytes", size=report.disk_free) if report.disk_free >= 0 else say("net.unknown"),
            ),
            Row(say("net.skew"), line.skew),
            Row(say("net.catalogue"), line.catalogue),
            Row(say("net.attention"), say("net.notices", count=report.attention)),
            Row(say("net.software"), report.software or say("net.unknown")),
            Row(say("net.cases"), say("net.case-count", count=station.cases)),
        ],
        to_it=[_mark(epoch, epoch.told) for epoch in to_it],
        from_it=[_mark(epoch, epoch.head) for epoch in from_it],
        asides=[
            ShownAside(
                moment(one.at), say(one.code), one.code, one.size, url(request, "station.raw", name=name, number=one.id)
            )
            for one in asides
        ],
        back_href=url(request, "stations"),
        as_of=at,
    )
    return render(request, page)


def raw(request: Request) -> Response:
    """A message that was set aside, exactly as it came: for whoever has to find out where it comes from."""
    name, number = request.path_params["name"], request.path_params["number"]
    with room(request).store.read() as db:
        stations.station(db, name)
        data = stations.raw(db, name, number)
    headers = {"Content-Disposition": f'attachment; filename="set-aside-{name}-{number}.bin"'}
    return Response(data, media_type="application/octet-stream", headers=headers)


def show_health(request: Request) -> Response:
    desk, at = room(request), room(request).clock.now()
    health = desk.health()
    replica = health.replica
    with desk.store.read() as db:
        shelf = db.execute("select number, size, published_at from shelf order by number desc limit 5").fetchall()
        told = {int(r[0]): int(r[1]) for r in db.execute(
            "select s.number, sum(p.there) from shelf s join papers p on p.digest = s.digest group by s.number"
        ).fetchall()}  # fmt: skip
    link = (
        Chip(say("health.link-up"), Tone.GOOD, Icon.LINK)
        if health.link_up
        else Chip(say("health.link-down"), Tone.BAD, Icon.DARK)
    )
    page = HealthPage(
        link=link,
        replica=_replica_chip(replica.state if replica else "", replica.age_s if replica else None),
        disk=Chip(
            say("health.disk-low" if health.disk_is_low else "health.disk-ok"),
            Tone.BAD if health.disk_is_low else Tone.GOOD,
            Icon.ALERT if health.disk_is_low else Icon.CHECK,
        ),
        rows=[
            Row(say("health.broker"), say(f"broker.{health.broker}", address=health.address)),
            Row(say("health.since"), say("health.at", at=health.link_since) if health.link_since else say("net.unknown")),
            Row(say("health.why"), health.link_reason or "—"),
            Row(say("health.distrusted"), say("health.messages", count=health.distrusted)),
            Row(say("net.disk"), say("net.bytes", size=health.disk_free)),
            Row(say("verify.seal"), seal_told(request)),
            Row(say("net.software"), health.software or say("net.unknown")),
        ],
        databases=[
            Row(
                db.name,
                say(
                    "health.database",
                    size=db.db_bytes, wal=db.wal_bytes, here=db.local_txid, there=db.replica_txid,
                    ago=at - db.last_sync_at if db.last_sync_at else say("net.never"),
                ),
            )
            for db in (replica.databases if replica else ())
        ],
        catalogue=[
            Row(
                say("health.catalogue-number", number=row[0]),
                say("health.catalogue-line", size=row[1], at=moment(row[2]), told=told.get(int(row[0]), 0)),
            )
            for row in shelf
        ],
        as_of=at,
    )  # fmt: skip
    return render(request, page)


# -- how a station is shown


def _line(request: Request, station: Station, at: datetime, catalogue: int) -> StationLine:
    report = station.report
    oldest = min(filter(None, (station.oldest_to_it, report.oldest_owed_at)), default="")
    return StationLine(
        href=url(request, "station", name=station.name),
        title=title_of(request, {station.name: (station.title, station.title_en)}, station.name),
        name=station.name,
        tier=say(f"tier.{station.tier}") if station.tier in TIERS else None,
        state=_state(station, at, catalogue, connected=room(request).connected(station.name)),
        alarms=[Chip(say(f"attention.{kind}.short"), Tone.BAD, Icon.ALERT) for kind in station.alarms],
        heard=_since(station.heard_at, at),
        to_it=station.owed_to_it,
        from_it=max(station.owes_us, report.owed),
        oldest=max(timedelta(), at - moment(oldest)) if oldest else None,
        replica=_replica_chip(report.replica, report.replica_age_s if report.replica_age_s >= 0 else None),
        catalogue=say("net.version", number=report.catalogue) if report.catalogue else say("net.unknown"),
        catalogue_late=station.is_behind(catalogue),
        skew=_skew(station.skew_s) if station.heard_at else say("net.unknown"),
        skew_noted=station.clock_is_off,
        cases=station.cases,
    )


TIERS = ("town", "village", "residential", "business", "district")


def _state(station: Station, at: datetime, catalogue: int, *, connected: bool) -> Chip:
    trouble = station.trouble(at, catalogue)
    if trouble is Trouble.ALARM:
        return Chip(say("net.state-alarm"), Tone.BAD, Icon.ALERT)
    if trouble is Trouble.NEVER:
        return Chip(say("net.state-never"), Tone.WARN, Icon.CLOCK)
    if trouble is Trouble.SILENT:
        return Chip(say("net.state-silent"), Tone.WARN, Icon.DARK)
    if not station.is_here(at, connected):
        return Chip(say("net.state-dark"), Tone.PLAIN, Icon.DARK)
    return Chip(say("net.state-here"), Tone.GOOD, Icon.LINK)


def _since(heard_at: str, at: datetime) -> Phrase:
    if not heard_at:
        return say("net.never")
    ago = at - moment(heard_at)
    return say("net.now") if ago < timedelta(minutes=1) else say("net.ago", ago=ago)


def _owed(count: int, oldest: str, at: datetime) -> Phrase:
    if not count:
        return say("net.nothing-owed")
    ago = max(timedelta(), at - moment(oldest)) if oldest else timedelta()
    return say("net.owed-since", count=count, ago=ago)


def _skew(seconds: float) -> Phrase:
    if abs(seconds) <= SKEW_NOTED_S:
        return say("net.skew-ok")
    return say("net.skew-ahead" if seconds > 0 else "net.skew-behind", by=timedelta(seconds=abs(seconds)))


def _replica_chip(state: str, age_s: float | None) -> Chip:
    if not state:
        return Chip(say("replica.unknown"), Tone.PLAIN, Icon.INFO)
    tone, icon = (Tone.GOOD, Icon.CHECK) if state == "ok" else (Tone.BAD, Icon.ALERT)
    if age_s is None:
        return Chip(say(f"replica.{state}"), tone, icon)
    return Chip(say("replica.aged", state=say(f"replica.{state}"), age=timedelta(seconds=age_s)), tone, icon)


def _mark(epoch: Epoch, told: int) -> Mark:
    return Mark(
        epoch.epoch, epoch.life, epoch.head, told, epoch.replicated, epoch.wants, epoch.head_chain.hex()[:12],
        epoch.head == told and epoch.wants <= epoch.head,
    )  # fmt: skip
