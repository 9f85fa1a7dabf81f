"""One station of the demo as a whole room: its machines open to whoever has the address, its devices fakes that behave
like real ones, and people who wait when the doors open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from node.hall.desk import HallDesk
from node.hall.ledger import Halls, day_of
from node.hall.rules import Klass
from protocol.clock import WallClock
from protocol.settings import Device, Machines, Room, Settings, write_settings
from stage.district import opened

ROOM = "hexing"
ADDRESSES = (
    ("/desk", "窗口", "the desk"),
    ("/ticket", "取号机", "ticket machine"),
    ("/screen", "叫号屏", "calling screen"),
    ("/rate/1", "评价器", "rating pad of counter 1"),
    ("/kiosk", "自助终端", "kiosk"),
    ("/form", "填单机", "form machine"),
    ("/query", "查询机", "query machine"),
)
OPEN_MIN = 120
COUNTERS = {1: "clerk", 2: "clerk2"}
SKILLS = {1: ("insurance", "medical", "welfare", "residence"), 2: ("business", "permits", "tax", "building")}
DEVICES = {"card-reader": Device("fake"), "social-card-reader": Device("fake"), "slip-printer": Device("fake")}
# group, who, minutes ago; the first two are being served
WAITING = (
    ("insurance", Klass.ORDINARY, 24), ("business", Klass.ORDINARY, 22), ("medical", Klass.ELDERLY, 15),
    ("residence", Klass.ORDINARY, 14), ("permits", Klass.ORDINARY, 12), ("insurance", Klass.ORDINARY, 9),
    ("welfare", Klass.DISABLED, 7), ("tax", Klass.ORDINARY, 6), ("insurance", Klass.ELDERLY, 4), ("residence", Klass.PREGNANT, 2),
)  # fmt: skip


def furnish(settings: Settings) -> Settings:
    """Its party.toml names open machines and fake devices; the file is written only if that is new."""
    wanted = replace(settings, room=Room(Machines.OPEN), devices={**DEVICES, **settings.devices})
    if wanted != settings:
        write_settings(wanted)
    return wanted


def let_people_in(settings: Settings) -> None:
    """Twelve people were served this morning, eight wait, two are being served. Not while the station is at work."""
    now = WallClock().now()
    with opened(settings) as store:
        hall = HallDesk(Halls())
        with store.read() as db:
            if hall.halls.of(db, day_of(now)).upto:
                return
        begun = now - timedelta(minutes=OPEN_MIN)
        if day_of(begun) != day_of(now):
            return  # just after midnight nobody stands there
        for step, (when, do) in enumerate(sorted(_moves(hall, now), key=lambda move: move[0])):
            with store.write() as tx:
                do(tx, at=when + timedelta(milliseconds=step))


def _moves(hall: HallDesk, now: datetime) -> Iterator[tuple[datetime, Callable[..., object]]]:
    def ago(minutes: int) -> datetime:
        return now - timedelta(minutes=minutes)

    for turn in range(6):  # the first of the morning are served and gone
        for number, account in COUNTERS.items():
            begun = 90 - 10 * turn
            yield ago(begun + 3 + 2 * turn), partial(hall.draw, groups=[SKILLS[number][turn % 4]], machine="ticket")
            yield ago(begun), partial(hall.call_next, number=number, by=account)
            yield ago(begun - 1), partial(hall.arrive, number=number, by=account)
            yield ago(begun - 7), partial(hall.finish, number=number, by=account)
    for number, account in COUNTERS.items():
        yield ago(OPEN_MIN), partial(hall.open_counter, number=number, skills=SKILLS[number], name="", by=account)
        yield ago(3), partial(hall.call_next, number=number, by=account)
        yield ago(2), partial(hall.arrive, number=number, by=account)
    for group, klass, minutes in WAITING:
        yield ago(minutes), partial(hall.draw, groups=[group], klass=klass, machine="ticket")
