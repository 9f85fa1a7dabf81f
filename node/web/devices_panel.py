"""What the form of a case shows of cards: the button that reads one, what was read, and how a locked answer is changed.

Shown beside the form, with buttons of the form itself: whatever was typed is saved before a card is read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from starlette.requests import Request

from node.devices import Kind
from node.devices.cards import age_on
from node.devices.filling import Whose, can_fill
from node.devices.readers import KeyboardReader, PageReader
from node.devices.registry import DeviceState
from node.drafts import CardRead, Draft
from node.web.devices_strip import manual_path, short_chip
from node.web.devices_tray import Tray, tray_of
from node.web.tools import house, today
from protocol.catalogue.items import Field, FieldType
from protocol.clock import moment
from protocol.console.parts import Chip
from protocol.console.texts import Phrase, say

SENIOR = 60  # 老年人权益保障法 §2


@dataclass(frozen=True, slots=True)
class CardButton:
    """`value` says whose card; `conversation` is for devices.js where the reader hangs on the counter's PC."""

    value: str
    text: Phrase
    key: str
    conversation: str


@dataclass(frozen=True, slots=True)
class CardShown:
    what: Phrase
    hints: Sequence[Phrase]


@dataclass(frozen=True, slots=True)
class CardPanel:
    buttons: Sequence[CardButton]
    types_into: str  # key of the field that a reader types into; empty if it is not of that kind
    chip: Chip | None
    manual: Phrase | None
    cards: Sequence[CardShown]
    locked: Sequence[tuple[str, str]]  # key and label of what may not be changed yet
    trays: Sequence[Tray]  # of readers that are not there


def panel_of(request: Request, draft: Draft, asked: Sequence[tuple[Field, str]]) -> CardPanel | None:
    """`asked` are the fields of the form with their labels. None where no card could fill anything here."""
    fields = [field for field, _ in asked]
    locked = draft.details.locked
    labels = [(field.key, label) for field, label in asked if field.key in locked]
    cards = [_shown(whose, card, today(house(request).clock.now())) for whose, card in draft.details.cards.items()]
    devices = house(request).devices
    reader = devices.at_desk(Kind.CARD_READER)
    if not can_fill(fields, Whose.APPLICANT) or not (reader or cards):
        return None
    device = devices.get(reader) if reader else None
    numbers = [field.key for field in fields if field.type is FieldType.ID_NUMBER]
    state = next((one for one in devices.states() if one.name == reader), None)
    return CardPanel(
        _buttons(request, fields) if not isinstance(device, KeyboardReader) else [],
        numbers[0] if isinstance(device, KeyboardReader) and numbers[0] not in locked else "",
        short_chip(state) if state else None,
        _manual(state),
        cards,
        labels,
        _trays(request),
    )


def reader_addresses(request: Request) -> Collection[str]:
    """What the form's page may ask besides this station: the card reader's service on the counter's own PC."""
    devices = house(request).devices
    name = devices.at_desk(Kind.CARD_READER)
    device = devices.get(name) if name else None
    if not isinstance(device, PageReader):
        return ()
    parts = urlsplit(device.url)
    return (f"{parts.scheme}://{parts.netloc}",)


def _buttons(request: Request, fields: Sequence[Field]) -> list[CardButton]:
    devices = house(request).devices
    name = devices.at_desk(Kind.CARD_READER)
    if not name:
        return []
    device = devices.get(name)
    conversation = device.conversation() if isinstance(device, PageReader) else ""
    buttons = [CardButton(Whose.APPLICANT, say("card.read"), "F2", conversation)]
    if can_fill(fields, Whose.AGENT):
        buttons.append(CardButton(Whose.AGENT, say("card.read-agent"), "", conversation))
    if devices.at_desk(Kind.SOCIAL_CARD_READER):
        buttons.append(CardButton("social", say("card.read-social"), "", ""))
    return buttons


def _trays(request: Request) -> list[Tray]:
    devices = house(request).devices
    names = [devices.at_desk(kind) for kind in (Kind.CARD_READER, Kind.SOCIAL_CARD_READER)]
    found = [tray_of(state, devices.get(state.name)) for state in devices.states() if state.name in names]
    return [tray for tray in found if tray is not None]


def _manual(state: DeviceState | None) -> Phrase | None:
    return manual_path(state) if state else None


def _shown(whose: str, card: CardRead, on: date) -> CardShown:
    kind = say(f"card.kind.{card.kind}")
    hints = []
    if card.born and (years := age_on(date.fromisoformat(card.born), on)) >= SENIOR:
        hints.append(say("card.senior", years=years))
    if card.until and date.fromisoformat(card.until) < on:
        hints.append(say("card.expired", day=date.fromisoformat(card.until)))
    if card.rare:
        hints.append(say("card.rare"))
    return CardShown(say(f"card.read-{whose}-at", kind=kind, at=moment(card.at)), hints)
