"""The law as a case meets it: the version of its item, and the calendar of working days.

What a use case needs of the catalogue and nothing more; the shelves of station and hub are such a law.
"""

from __future__ import annotations

from typing import Protocol

from protocol.catalogue.calendars import Calendar
from protocol.catalogue.items import Item


class Law(Protocol):
    @property
    def calendar(self) -> Calendar: ...

    def item(self, code: str, version: int) -> Item | None:
        """The version that a case pins; None where its bundle has not come yet."""
        ...
