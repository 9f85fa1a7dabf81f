"""What a card said of the person who stands at the kiosk, for as long as he stands there.

In memory only: nothing of it reaches a disk or a replica unless he puts it into an application himself. A process that
ends forgets everybody, and whoever stood there puts his card on the reader again.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from node.devices.cards import IdCard


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    number: str
    card: IdCard | None = None  # None: name and number were typed, so they are what somebody says of himself
    read_at: datetime | None = None  # the card


class Visitors:
    """People by the id of their visit, cards that lie on a reader by the kiosk. Used by any thread."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}
        self._lying: dict[str, str] = {}
        self._lock = threading.Lock()

    def came(self, session: str, person: Person) -> None:
        with self._lock:
            self._people[session] = person

    def who(self, session: str) -> Person | None:
        with self._lock:
            return self._people.get(session)

    def went(self, session: str) -> None:
        with self._lock:
            self._people.pop(session, None)

    def lies(self, machine: str, reader: str) -> None:
        """A card was read and has to be taken along."""
        with self._lock:
            self._lying[machine] = reader

    def lies_on(self, machine: str) -> str:
        """The reader on which a card still lies, also of somebody who has gone; empty if it was lifted."""
        with self._lock:
            return self._lying.get(machine, "")

    def lifted(self, machine: str) -> None:
        with self._lock:
            self._lying.pop(machine, None)
