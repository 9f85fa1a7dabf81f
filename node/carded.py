"""What a card that was read does to a draft: it fills fields, and holds them until somebody says why not.

Inside a unit of work; the card was read before it began. Of the card only what it filled is kept, and that goes
with the draft.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlite_utils import Database

from node.devices.cards import IdCard, SocialCard
from node.devices.filling import Whose, filled
from node.drafts import CardRead, need_draft, save_details, save_draft
from protocol.catalogue.forms import check_form
from protocol.catalogue.items import Field, Item
from protocol.clock import stamp
from protocol.errors import Refused

LONGEST_REASON = 200


def fill_from_card(
    tx: Database,
    draft_id: str,
    item: Item,
    asked: Sequence[Field],
    card: IdCard | SocialCard,
    whose: Whose,
    *,
    rare: bool,
    at: datetime,
) -> CardRead:
    """The fields of `asked` that the card knows hold what it says and are locked; another card of the same person's
    place is forgotten. `rare`: its characters have to be looked at on paper.
    """
    found = check_form(item, filled(asked, card, whose)).answers  # as the form will keep it: composed, without blanks
    draft = need_draft(tx, draft_id)
    others = {key: one for key, one in draft.details.cards.items() if key != whose}
    save_details(tx, draft_id, at, cards=others)
    save_draft(tx, draft_id, item, found, at)
    read = CardRead(kind="social", at=stamp(at), filled=found, rare=rare)
    if isinstance(card, IdCard):
        until = card.valid_to.isoformat() if card.valid_to else ""
        read = msgspec.structs.replace(read, kind=card.kind.value, born=card.birth.isoformat(), until=until)
    save_details(tx, draft_id, at, cards=others | {whose.value: read})
    return read


def unlock(tx: Database, draft_id: str, key: str, reason: str, at: datetime) -> None:
    """The answer may be changed; the reason travels with the case if it is another one in the end.

    :raises Refused: card-reason: none was given; no-draft
    """
    if len(reason) < 2:
        raise Refused("refused.card-reason")
    cards = need_draft(tx, draft_id).details.cards
    changed = {
        whose: msgspec.structs.replace(card, corrected=card.corrected | {key: reason[:LONGEST_REASON]})
        if key in card.filled
        else card
        for whose, card in cards.items()
    }
    save_details(tx, draft_id, at, cards=changed)
