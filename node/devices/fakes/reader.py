"""A card reader with a tray that a test, or somebody showing the house, lays cards on.

Strict: one card at a time, and a card that was read gives nothing more until it has been lifted. Whoever lays a
second card on the first, or lifts one that is not there, is told so: a real tray has no such moves.
"""

from __future__ import annotations

from collections.abc import Mapping

from node.devices import READY, SILENT, Seen
from node.devices.cards import IdCard, SocialCard, id_card, social_card
from protocol.errors import Refused, Unreachable


class _Tray:
    def __init__(self) -> None:
        self._card: Mapping[str, str] | None = None
        self._was_read = False
        self._plugged = True

    @property
    def has_card(self) -> bool:
        return self._card is not None

    def put(self, card: Mapping[str, str]) -> None:
        """:raises Refused: tray: a card lies there already"""
        if self._card is not None:
            raise Refused("refused.tray")
        self._card, self._was_read = card, False

    def lift(self) -> None:
        """:raises Refused: tray: there is none"""
        if self._card is None:
            raise Refused("refused.tray")
        self._card = None

    def unplug(self) -> None:
        self._plugged = False

    def plug_in(self) -> None:
        """What lay on it while it was dark may be read again."""
        self._plugged, self._was_read = True, False

    def look(self) -> Seen:
        return READY if self._plugged else SILENT

    def said(self) -> Mapping[str, str]:
        if not self._plugged:
            raise Unreachable("unreachable.device", why="no-device")
        if self._card is None:
            raise Refused("refused.no-card")
        if self._was_read:
            raise Refused("refused.card-left")
        self._was_read = True
        return self._card


class FakeReader(_Tray):
    def read(self) -> IdCard:
        return id_card(self.said())


class FakeSocialReader(_Tray):
    def read(self) -> SocialCard:
        return social_card(self.said())
