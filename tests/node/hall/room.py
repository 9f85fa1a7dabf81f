"""A hall without pages: the real use cases on a real store, people who come, and clerks who call them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from node.hall.desk import HallDesk
from node.hall.estimates import learn
from node.hall.ledger import Halls, day_of
from node.hall.rules import Klass
from node.hall.state import Hall, Ticket
from node.schema import migrations
from protocol.errors import Refused
from protocol.store import Store
from tests.world import MORNING

CLERKS = ("limin", "wanghui", "zhaoqiang")


class Hallway:
    """`at` is what the clock on the wall shows; nothing moves it but `later` and `jumps`."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "station.db", migrations, durable=False)
        self.store.open()
        self.desk = HallDesk(Halls(), (learn,))
        self.at = MORNING

    def close(self) -> None:
        self.store.close()

    def power_cut(self) -> None:
        """What was in memory only is gone."""
        self.desk = HallDesk(Halls(), (learn,))

    def later(self, minutes: float) -> datetime:
        self.at += timedelta(minutes=minutes)
        return self.at

    @property
    def hall(self) -> Hall:
        with self.store.read() as db:
            return self.desk.halls.of(db, day_of(self.at))

    def does(self, what: str, *args: object, **named: object) -> object:
        """One use case in one unit of work, now."""
        with self.store.write() as tx:
            return getattr(self.desk, what)(tx, *args, **named, at=self.at)

    def tries(self, what: str, *args: object, **named: object) -> object:
        """As somebody would who does not know what the hall allows just now."""
        with suppress(Refused):
            return self.does(what, *args, **named)
        return None

    def draws(self, *groups: str, klass: Klass = Klass.ORDINARY, **named: object) -> str:
        ticket = self.does("draw", groups or ("general",), klass=klass, **named)
        assert isinstance(ticket, Ticket)
        return ticket.number

    def opens(self, counter: int, *skills: str, by: str = "") -> str:
        who = by or CLERKS[counter - 1]
        self.does("open_counter", counter, skills or ("general",), name=who, by=who)
        return who

    def calls(self, counter: int, by: str = "") -> str:
        """The number that is called; empty if nobody is left for this counter."""
        found = self.does("call_next", counter, by=by or CLERKS[counter - 1])
        return found.ticket if found else ""  # type: ignore[attr-defined]

    def serves(self, counter: int, minutes: float = 5, by: str = "") -> str:
        """Called, come, served; the number."""
        who = by or CLERKS[counter - 1]
        number = self.calls(counter, who)
        if number:
            self.does("arrive", counter, by=who)
            self.later(minutes)
            self.does("finish", counter, by=who)
        return number

    def order(self, counter: int, by: str = "") -> list[str]:
        """Everybody whom this counter can call, one after the other."""
        called: list[str] = []
        while number := self.serves(counter, 0, by):
            called.append(number)
        return called

    def standings(self, numbers: Sequence[str]) -> list[str]:
        return [self.hall.tickets[number].standing.value for number in numbers]
