"""What a card said of the person who stands at the kiosk, for as long as he stands there.

In memory only: nothing of it reaches a disk or a replica unless he puts it into an application himself. A process that
ends forgets everybody, and whoever stood there puts his card on the reader again.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Person:
    """`reader`: name of the device on which the card lies, until it has been lifted."""

    name: str
    number: str
    birth: date | None
    address: str
    by_card: bool  # False: typed by hand, so it is what somebody says of himself
    read_at: str = ""  # stamp()
    serial: str = ""  # of the reader's security module
    valid_to: str = ""  # ISO day; empty for 长期


class Visitors:
    """By the id of the session. Used by any thread."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}
        self._lying: dict[str, str] = {}  # session -> reader with his card still on it
        self._lock = threading.Lock()

    def came(self, session: str, person: Person, reader: str = "") -> None:
        with self._lock:
            self._people[session] = person
            if reader:
                self._lying[session] = reader

    def who(self, session: str) -> Person | None:
        with self._lock:
            return self._people.get(session)

    def lies_on(self, session: str) -> str:
        """The reader on which this visitor's card still lies; empty if it was lifted or never read."""
        with self._lock:
            return self._lying.get(session, "")

    def lifted(self, session: str) -> None:
        with self._lock:
            self._lying.pop(session, None)

    def went(self, session: str) -> None:
        with self._lock:
            self._people.pop(session, None)
            self._lying.pop(session, None)
