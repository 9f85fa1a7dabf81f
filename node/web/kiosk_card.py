"""Who stands at the kiosk: his card on the reader, or his name and number by hand where no card can be read.

What was typed is what somebody says of himself: he may apply with it, and is shown and given nothing. Whoever's card
says that he is sixty is asked once whether the pages shall be large.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import drafts
from node.devices import Kind as DeviceKind
from node.devices.cards import IdCard, age_on
from node.kiosk import applying, sessions
from node.kiosk.sessions import Identity
from node.kiosk.visitors import Person
from node.machines import MachineKind
from node.web import room
from node.web.kiosk import Frame, Visit, frame, kind_of, visit_of, way
from node.web.room import Look
from node.web.tools import house, today
from protocol.cases.acts import By
from protocol.cases.rules import Role
from protocol.catalogue.numbers import id_check_character, is_id_shape, is_old_residence_shape
from protocol.console import forms
from protocol.console.pages import render, see_other, translator
from protocol.console.parts import Filled
from protocol.console.texts import say
from protocol.errors import MicrocenterError, Refused, Unreachable
from protocol.settings import Machines

ELDER_FROM = 60  # 老年人权益保障法 §2
LONGEST_NAME = 60
_AUTOMATIC = ("vendor-ws", "vendor-http", "fake")  # readers that the station itself can ask


@dataclass(frozen=True, slots=True)
class CardPage:
    template = "kiosk_card.html"
    look: Look
    frame: Frame
    has_reader: bool
    may_type: bool  # he wants to apply for something
    happened: str  # what went wrong with the card; empty: nothing yet
    next_step: str
    form: Filled


@dataclass(frozen=True, slots=True)
class ElderPage:
    template = "kiosk_elder.html"
    look: Look
    frame: Frame


@dataclass(frozen=True, slots=True)
class TrayPage:
    """The piece of a page that says that the card still lies there."""

    template = "kiosk_tray.html"
    take_card: bool


def show(request: Request, visit: Visit) -> Response:
    if visit.person is not None and (visit.person.card is not None or visit.session.item):
        return go_on(request)
    return _page(request, visit, None, Filled())


def read(request: Request, visit: Visit, form: FormData) -> Response:
    """Waits a few seconds for the card, as a person needs them."""
    here, name = house(request), _reader(request)
    if not name:
        return _page(request, visit, None, Filled())
    try:
        card = here.devices.read_card(name, visit.at)
    except (Refused, Unreachable) as why:
        return _page(request, visit, why, Filled())
    if card.valid_to is not None and card.valid_to < today(visit.at):
        return _page(request, visit, Refused("refused.card-expired"), Filled())
    here.visitors.came(visit.session.id, Person(card.name, card.number, card, visit.at))
    here.visitors.lies(visit.session.machine, name)
    with here.store.write() as tx:
        sessions.know(tx, visit.session, Identity.CARD)
    if _is_old(card, visit) and not visit.look.elder:
        return see_other(request, "kiosk.elder")
    return go_on(request)


def type_in(request: Request, visit: Visit, form: FormData) -> Response:
    """Without a card: only for who wants to apply."""
    name, number = forms.text(form, "name")[:LONGEST_NAME], forms.text(form, "number").upper().replace(" ", "")
    problems = {}
    if not name:
        problems["name"] = say("kiosk.name-missing")
    if not _is_number(number):
        problems["number"] = say("kiosk.number-wrong")
    if problems or not visit.session.item:
        return _page(request, visit, None, Filled({"name": name, "number": number}, problems))
    here = house(request)
    here.visitors.came(visit.session.id, Person(name, number))
    with here.store.write() as tx:
        sessions.know(tx, visit.session, Identity.TYPED)
    return go_on(request)


def offer_elder(request: Request, visit: Visit) -> Response:
    return render(request, ElderPage(visit.look, frame(request, visit, "elder")))


def answer_elder(request: Request, visit: Visit, form: FormData) -> Response:
    response = go_on(request)
    if forms.text(form, "elder") == "yes":
        room.keep_look(request, response, replace(visit.look, elder=True))
    return response


def tray(request: Request) -> Response:
    """Whether a card still lies on this kiosk's reader: asked by the page until it has been lifted. It keeps no visit alive."""
    here, machine = house(request), room.machine_id(request, MachineKind.KIOSK)
    name = here.visitors.lies_on(machine)
    if name and not _lies_there(request, name):
        here.visitors.lifted(machine)
    return render(request, TrayPage(here.visitors.lies_on(machine) != ""))


def go_on(request: Request) -> Response:
    """To what he came for: the first question of what he wants to apply for, else his own cases."""
    visit = visit_of(request)
    if visit is None:
        return see_other(request, kind_of(request))
    if visit.session.draft:
        return see_other(request, way(request, "ask"), place=0)
    at_kiosk = kind_of(request) is MachineKind.KIOSK
    if not visit.session.item and not at_kiosk:
        return see_other(request, way(request, "items"))
    if not visit.session.item:
        return see_other(request, "kiosk.mine" if visit.person and visit.person.card else "kiosk.card")
    if visit.person is None and at_kiosk:
        return see_other(request, "kiosk.card")
    here = house(request)
    item = here.shelf.catalogue.current(visit.session.item, today(visit.at))
    known = applying.from_card(item, visit.person)
    with here.store.write() as tx:
        draft = drafts.begin_draft(tx, here.store.entropy(16), item, by=author(visit), at=visit.at)
        if known:
            drafts.save_draft(tx, draft, item, known, visit.at)
        if at_kiosk:
            drafts.save_details(tx, draft, visit.at, channel="kiosk")
        sessions.take_draft(tx, visit.session, draft, item.code)
    return see_other(request, way(request, "ask"), place=0)


def author(visit: Visit) -> By:
    """The citizen himself, at this machine; how we know him stands beside it for whoever decides."""
    by_card = visit.person is not None and visit.person.card is not None
    return By(visit.session.author, Role.APPLICANT, "本人自助（已刷身份证）" if by_card else "本人自助（未刷身份证）")


def _page(request: Request, visit: Visit, why: MicrocenterError | None, form: Filled) -> Response:
    words = translator(request)
    page = CardPage(
        visit.look,
        frame(request, visit, "card"),
        bool(_reader(request)),
        bool(visit.session.item),
        words.happened(why) if why else "",
        words.next_step(why) if why else "",
        form,
    )
    return render(request, page, status=422 if why or form.problems else 200)


def _reader(request: Request) -> str:
    """The kiosk's own reader: its name begins with kiosk. Where machines are not told apart there is one for all."""
    here = house(request)
    readers = [one for one in here.devices.states() if one.kind is DeviceKind.CARD_READER and one.driver in _AUTOMATIC]
    mine = next((one.name for one in readers if one.name.startswith("kiosk")), "")
    if mine or here.settings.room.machines is not Machines.OPEN:
        return mine
    return readers[0].name if readers else ""


def _lies_there(request: Request, name: str) -> bool:
    """A reader gives a card once: it says `left` while that one lies there. One that reads it again has it, too."""
    try:
        house(request).devices.read_card(name, house(request).clock.now())
    except Unreachable:
        return False  # nobody can tell; a reminder that never ends helps nobody
    except Refused as why:
        return why.code == "refused.card-left"
    return True


def _is_old(card: IdCard, visit: Visit) -> bool:
    return age_on(card.birth, today(visit.at)) >= ELDER_FROM


def _is_number(text: str) -> bool:
    if is_old_residence_shape(text):
        return True
    return is_id_shape(text) and id_check_character(text[:17]) == text[17]
