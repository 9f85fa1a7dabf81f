"""What can be asked for at the kiosk, and the questions of an application cut into screens: one thing on each.

Pure, but for reading the shelf. What the card said is not asked; what a person has to show on paper is the next step's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from node.devices.filling import filled
from node.drafts import Draft, open_window, renews
from node.kiosk.visitors import Person
from node.matters import asks_licence
from node.shelf import Shelf
from protocol.catalogue.groups import DOORS, Door, group_of
from protocol.catalogue.items import Field, FieldRole, FieldType, HandlingForm, Item, Mode, ServiceObject, Situation

FIELDS_A_SCREEN = 3
ELDER_FIELDS_A_SCREEN = 2
_LEADS_ON = frozenset({Mode.DECIDE, Mode.ACCEPT, Mode.RECEIVE, Mode.ASSIST})


@dataclass(frozen=True, slots=True)
class Screen:
    """One of: a question about the situation, one choice with its buttons, a few lines to fill in, or details."""

    situation: Situation | None = None
    choice: Field | None = None
    fields: tuple[Field, ...] = ()
    details: tuple[str, ...] = ()  # after, licence, licence_until


def is_offered(shelf: Shelf, item: Item, on: date) -> bool:
    """Whether a citizen may do it alone here today: the remit says so, or the item's own ways of handling.

    A matter of several items needs somebody who explains it, and a window that is shut says when it opens at the desk.
    """
    if item.bundle or not _is_in_time(item, on):
        return False
    mode = shelf.mode(item, on)
    return mode is Mode.SELF or (HandlingForm.KIOSK in item.handling and mode in _LEADS_ON)


def is_fillable(shelf: Shelf, item: Item, on: date) -> bool:
    """Whether its form may be filled in here for the desk today: whatever the desk takes in, matters excepted."""
    return not item.bundle and _is_in_time(item, on) and shelf.takes(item, on)


def behind(door: str, items: Sequence[Item]) -> list[Item]:
    """Those behind one of the six doors."""
    groups = next((one.groups for one in DOORS if one.code == door), ())
    return [item for item in items if group_of(item).code in groups]


def doors_of(items: Sequence[Item]) -> list[Door]:
    """The doors behind which there is something."""
    return [door for door in DOORS if behind(door.code, items)]


def from_card(item: Item, person: Person | None) -> dict[str, str]:
    """Answers that need not be given again: what the card says, or what the applicant typed of himself before."""
    if person is None or item.service_object is not ServiceObject.NATURAL:
        return {}
    if person.card is not None:
        return filled(item.fields, person.card)
    return {
        item.field_with(FieldRole.APPLICANT_NAME).key: person.name,
        item.field_with(FieldRole.APPLICANT_ID).key: person.number,
    }


def screens(item: Item, draft: Draft, known: frozenset[str], *, elder: bool) -> list[Screen]:
    """In their order. `known` are the fields that are not asked again."""
    asked = [Screen(situation=one) for one in item.situations]
    answered = {one.key for one in item.situations} | known
    details = (*(["after"] if item.after else []), *_licence(item))
    if details:
        asked.append(Screen(details=details))
    few = ELDER_FIELDS_A_SCREEN if elder else FIELDS_A_SCREEN
    lines: list[Field] = []
    for field in item.fields_for(draft.known):
        if field.key in answered:
            continue
        if field.type is FieldType.CHOICE:
            asked.append(Screen(choice=field))
        elif field.type is FieldType.LONG_TEXT:
            asked.append(Screen(fields=(field,)))
        else:
            lines.append(field)
    asked += [Screen(fields=tuple(lines[at : at + few])) for at in range(0, len(lines), few)]
    return asked


def place_of(screens: Sequence[Screen], key: str) -> int:
    """The screen on which a field is asked, from 0; the first one for what is asked nowhere."""
    for place, screen in enumerate(screens):
        keys = {field.key for field in screen.fields} | set(screen.details)
        if screen.choice:
            keys.add(screen.choice.key)
        if screen.situation:
            keys.add(screen.situation.key)
        if key in keys:
            return place
    return 0


def _is_in_time(item: Item, on: date) -> bool:
    return not item.windows or open_window(item.windows, on) is not None


def _licence(item: Item) -> list[str]:
    if not asks_licence(item):
        return []
    return ["licence", *(["licence_until"] if renews(item) else [])]
