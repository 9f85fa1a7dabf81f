"""A card is read into the form: F2 at the desk, also without a script where the reader hangs on the station's box.

What was typed is saved first, so nothing is lost whatever the reader does. Where it hangs on the counter's PC, the
page has asked it and sends the answer along; the answer is read here. A failure is a sentence on the form, with what
to do by hand, and never an error page.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node.carded import fill_from_card, unlock
from node.devices import Kind
from node.devices.cards import IdCard, SocialCard, unreadable
from node.devices.filling import Whose
from node.devices.rare import is_ordinary, is_private
from node.devices.readers import PageReader
from node.web.intake import asked_fields, keep
from node.web.tools import house
from protocol.console import forms
from protocol.console.pages import see_other, translator
from protocol.console.parts import Tone
from protocol.console.texts import say
from protocol.errors import Damaged, MicrocenterError, Refused, Unreachable

SOCIAL = "social"


def read(request: Request, form: FormData) -> Response:
    kept = keep(request, form)
    if isinstance(kept, Response):
        return kept
    asked, draft = forms.text(form, "whose"), kept.draft
    whose = Whose.AGENT if asked == Whose.AGENT else Whose.APPLICANT
    try:
        card = _social_card(request) if asked == SOCIAL else id_card(request, form)
    except (Refused, Unreachable) as why:
        return _back(request, draft.id, why)
    here, item = house(request), kept.application.form
    rare = is_rare(request, card)
    at = here.clock.now()
    with here.store.write() as tx:
        done = fill_from_card(tx, draft.id, item, asked_fields(item, draft, kept.case), card, whose, rare=rare, at=at)
    said = say("card.filled", kind=say(f"card.kind.{done.kind}"), count=len(done.filled))
    return see_other(request, "intake", said=said, draft_id=draft.id)


def change(request: Request, form: FormData) -> Response:
    """An answer that came from a card may be changed, for a reason that is written down."""
    kept = keep(request, form)
    if isinstance(kept, Response):
        return kept
    here = house(request)
    key, reason = forms.text(form, "unlock_key"), forms.text(form, "unlock_reason")
    try:
        with here.store.write() as tx:
            unlock(tx, kept.draft.id, key, reason, here.clock.now())
    except Refused as why:
        return _back(request, kept.draft.id, why)
    return see_other(request, "intake", said=say("card.unlocked"), draft_id=kept.draft.id)


def id_card(request: Request, form: FormData) -> IdCard:
    """From the reader of this desk, wherever it hangs.

    :raises Refused, Unreachable: no card, or no answer, or one that cannot be read
    """
    here = house(request)
    devices, at = here.devices, here.clock.now()
    name = devices.at_desk(Kind.CARD_READER)
    device = devices.get(name)
    if not isinstance(device, PageReader):
        return devices.read_card(name, at)
    trouble, heard = forms.text(form, "trouble"), forms.text(form, "heard")
    if not trouble and not heard:
        raise Refused("refused.card-elsewhere")  # the page was opened without its script

    def hear() -> IdCard:
        if trouble:
            raise Unreachable("unreachable.device", why="counter")
        messages = _messages(heard)
        if not messages:
            raise Refused("refused.no-card")
        return device.hear(messages)

    return devices.noting(name, hear, at)


def _social_card(request: Request) -> SocialCard:
    here = house(request)
    return here.devices.read_social_card(here.devices.at_desk(Kind.SOCIAL_CARD_READER), here.clock.now())


def _messages(text: str) -> Sequence[bytes]:
    """What the page heard: a list of base64."""
    try:
        messages = json.loads(text)
        if not isinstance(messages, list):
            raise TypeError("not a list")
        return [base64.b64decode(one, validate=True) for one in messages]
    except (ValueError, TypeError, RecursionError) as why:
        raise unreadable("answer") from why


def is_rare(request: Request, card: IdCard | SocialCard) -> bool:
    """Whether a character of the name cannot be printed here, or is nobody's: a person compares it with the card."""
    if is_ordinary(card.name):
        return False
    if any(is_private(character) for character in card.name):
        return True
    try:
        return bool(house(request).press.missing_in({"name": card.name}))
    except Damaged:
        return True  # without fonts nothing can be printed: all the more reason to look


def _back(request: Request, draft_id: str, why: MicrocenterError) -> Response:
    """The form as it was saved, with what went wrong and what to do."""
    words = translator(request)
    said = say("card.trouble", happened=words.happened(why), next=words.next_step(why))
    return see_other(request, "intake", said=said, tone=Tone.WARN, draft_id=draft_id)
