"""One station of the demo as a whole room: its machines open to whoever has the address, its devices fakes that behave
like real ones, and people who wait when the doors open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import msgspec

from node.hall.desk import HallDesk
from node.hall.ledger import Halls, day_of
from node.hall.rules import Klass
from protocol.clock import WallClock
from protocol.errors import Damaged
from protocol.opening import DAY, Opening, Times
from protocol.replica import refuse_empty_start
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


def keep_open(settings: Settings) -> None:
    """Its doors are open at every hour: who tries the room at night is not sent home. Its head may set hours at any time."""
    always = Opening(week=[[Times(0, DAY)] for _ in range(7)], on_holidays=True)
    with suppress(Damaged):  # its store is gone: whoever starts it is told so
        refuse_empty_start(settings)
        with opened(settings) as store, store.write() as tx:
            tx.execute(
                "insert or ignore into opening (only, revision, body) values (1, 0, ?)",
                (msgspec.msgpack.encode(always),),
            )


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
