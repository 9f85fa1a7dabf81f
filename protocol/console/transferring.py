"""The pages of the lists of papers that travel, the same at a station and at the hub.

A list is put together, closed with its bag, and signed for line by line by whoever opens the bag. No name of an
applicant stands on it: it travels open, on top of the bag.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from protocol import transfer_book
from protocol.cases.acts import By
from protocol.cases.rules import Role
from protocol.catalogue.calendars import Calendar
from protocol.clock import Clock, moment
from protocol.console import forms, session
from protocol.console.acting import acting
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, see_other_url, url
from protocol.console.parts import Chip, Filled, Icon, Pager, Step, Tone
from protocol.console.protect import ConsoleRoute, form, page
from protocol.console.texts import Lang, Phrase, say
from protocol.errors import Refused
from protocol.exchange.journal import Journal
from protocol.store import Store
from protocol.transfer_book import Draft
from protocol.transfers import MAX_LINES, Seen, State, Transfer, TransferLine, What

PAGE = 50
BLANK_LINES = 3  # under those that are filled in
Names = Mapping[str, tuple[str, str]]  # party -> zh, en
_LOOK: dict[State, tuple[Tone, Icon]] = {
    State.MADE: (Tone.PLAIN, Icon.SAVED),
    State.SENT: (Tone.PLAIN, Icon.UP),
    State.EARLY: (Tone.WARN, Icon.HALF),
    State.RECEIVED: (Tone.GOOD, Icon.CHECK),
    State.DIFFERS: (Tone.BAD, Icon.ALERT),
    State.SETTLED: (Tone.GOOD, Icon.CHECK),
    State.DROPPED: (Tone.PLAIN, Icon.CROSS),
}


@dataclass(frozen=True, slots=True)
class Ends:
    """What these pages need of the desk that they stand at. `names` are the parties that a list can go to or come from."""

    store: Store
    pen: Journal
    clock: Clock
    calendar: Calendar
    names: Callable[[Database], Names]
    roles: Collection[Role]


@dataclass(frozen=True, slots=True)
class ListLine:
    number: str
    href: str
    sender: str
    receiver: str
    papers: int
    since: datetime
    state: Chip


@dataclass(frozen=True, slots=True)
class TransfersPage:
    template = "transfers.html"
    section = "transfers"
    drafts: Sequence[ListLine]
    lines: Sequence[ListLine]
    places: Sequence[tuple[str, str]]
    begin: Filled
    early: Filled
    pager: Pager
    as_of: datetime


@dataclass(frozen=True, slots=True)
class PaperLine:
    line: TransferLine
    seen: Chip | None


@dataclass(frozen=True, slots=True)
class DraftPage:
    template = "transfer_draft.html"
    section = "transfers"
    number: str
    receiver: str
    rows: Sequence[int]
    form: Filled


@dataclass(frozen=True, slots=True)
class TransferPage:
    template = "transfer.html"
    section = "transfers"
    number: str
    sender: str
    receiver: str
    state: Chip
    lines: Sequence[PaperLine]
    copies: int
    counted: int
    seal_sent: str
    seal_found: str
    carrier: str
    steps: Sequence[Step]
    may_receive: bool
    may_settle: bool
    form: Filled
    as_of: datetime


def transferring(to: Collection[Role], ends: Callable[[Request], Ends]) -> list[ConsoleRoute]:
    """The routes, for the roles that handle papers."""

    def at(handler: Callable[..., Response]) -> Callable[..., Response]:
        return lambda request, *body: handler(request, ends(request), *body)

    return [
        page("/transfers", at(_show), to=to, name="transfers"),
        form("/transfers", at(_begin), to=to, name="transfers.begin"),
        form("/transfers/early", at(_receive_early), to=to, name="transfers.early"),
        page("/transfers/{number}", at(_show_one), to=to, name="transfer"),
        form("/transfers/{number}", at(_save), to=to, name="transfer.save"),
        form("/transfers/{number}/receive", at(_receive), to=to, name="transfer.receive"),
        form("/transfers/{number}/settle", at(_settle), to=to, name="transfer.settle"),
    ]


# -- the lists


def _show(request: Request, ends: Ends) -> Response:
    return _lists(request, ends, Filled(), Filled())


def _lists(request: Request, ends: Ends, begin: Filled, early: Filled) -> Response:
    asked = request.query_params.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 7 else 1
    at = ends.clock.now()
    with ends.store.read() as db:
        names = ends.names(db)
        pages = max(1, -(-transfer_book.count(db) // PAGE))
        number = min(max(1, number), pages)
        drafts = [_draft_line(request, names, ends.pen.party, one) for one in transfer_book.drafts(db)]
        found = transfer_book.transfers(db, limit=PAGE, offset=(number - 1) * PAGE)
    lines = [_line(request, names, one, ends.calendar, at) for one in found]
    others = [(name, name_of(request, names, name)) for name in names if name != ends.pen.party]
    shown = TransfersPage(
        drafts, lines, others, begin, early, Pager(number, pages, f"{url(request, 'transfers')}?page={{page}}"), at
    )
    return render(request, shown, status=422 if begin.problems or early.problems else 200)


def _line(request: Request, names: Names, one: Transfer, calendar: Calendar, at: datetime) -> ListLine:
    late = one.is_late(calendar, at)
    chip = Chip(say("transfer.late"), Tone.BAD, Icon.CLOCK) if late else _chip(one.state)
    return ListLine(
        one.number, url(request, "transfer", number=one.number), name_of(request, names, one.sender),
        name_of(request, names, one.receiver), one.copies or (one.received.counted if one.received else 0),
        moment(one.since), chip,
    )  # fmt: skip


def _draft_line(request: Request, names: Names, party: str, one: Draft) -> ListLine:
    return ListLine(
        one.number, url(request, "transfer", number=one.number), name_of(request, names, party),
        name_of(request, names, one.receiver), sum(line.copies for line in one.lines), moment(one.begun_at),
        _chip(State.MADE),
    )  # fmt: skip


def _chip(state: State) -> Chip:
    return Chip(say(f"transfer.state-{state}"), *_LOOK[state])


def name_of(request: Request, names: Names, party: str) -> str:
    zh, en = names.get(party, (party, party))
    return en if session.lang(request) is Lang.EN and en else zh


def _begin(request: Request, ends: Ends, body: FormData) -> Response:
    receiver = forms.text(body, "receiver")
    with ends.store.read() as db:
        known = receiver in ends.names(db)
    if not known or receiver == ends.pen.party:
        return _lists(request, ends, Filled({}, {"receiver": say("transfer.receiver-missing")}), Filled())

    def do(tx: Database, at: datetime) -> str:
        entropy = ends.store.entropy(2)
        number = transfer_book.begin(tx, ends.pen.party, receiver, entropy, by=_by(request, ends), at=at)
        return url(request, "transfer", number=number)

    return _once(request, ends, body, do, None)


def _receive_early(request: Request, ends: Ends, body: FormData) -> Response:
    """The bag is here and the word of it is not: by the number on the paper."""
    typed = {name: forms.text(body, name) for name in ("number", "sender", "counted", "seal")}
    counted = int(typed["counted"]) if typed["counted"].isascii() and typed["counted"].isdigit() else 0
    problems: dict[str, Phrase] = {}
    if not typed["number"]:
        problems["number"] = say("transfer.number-missing")
    if not typed["sender"]:
        problems["sender"] = say("transfer.sender-missing")
    if not 0 < counted < 1000:
        problems["counted"] = say("transfer.counted-missing")
    if problems:
        return _lists(request, ends, Filled(), Filled(typed, problems))

    def do(tx: Database, at: datetime) -> str:
        transfer_book.receive_early(
            tx, ends.pen, typed["number"], typed["sender"], ends.store.entropy(16), counted, seal=typed["seal"],
            by=_by(request, ends), at=at,
        )  # fmt: skip
        return url(request, "transfer", number=typed["number"].upper())

    return _once(request, ends, body, do, say("transfer.early-done"))


# -- one list


def _show_one(request: Request, ends: Ends) -> Response:
    number = request.path_params["number"]
    with ends.store.read() as db:
        names = ends.names(db)
        try:
            return _draft(request, names, transfer_book.draft(db, number), None)
        except Refused:
            one = transfer_book.transfer(db, number)
    return _sent(request, ends, names, one, Filled())


def _draft(request: Request, names: Names, one: Draft, typed: Filled | None) -> Response:
    values: dict[str, str] = {}
    for place, line in enumerate(one.lines):
        values |= {f"case{place}": line.case, f"what{place}": line.what, f"number{place}": line.number}
        values[f"copies{place}"] = str(line.copies)
    rows = min(MAX_LINES, len(one.lines) + BLANK_LINES)
    filled = typed or Filled(values)
    page_ = DraftPage(one.number, name_of(request, names, one.receiver), range(rows), filled)
    return render(request, page_, status=422 if filled.problems else 200)


def _save(request: Request, ends: Ends, body: FormData) -> Response:
    """Lines that are typed are kept; with "send" the bag is closed; with "drop" the list is thrown away."""
    number, go = request.path_params["number"], forms.text(body, "go")
    lines, problems = _typed_lines(body)
    typed = {name: forms.text(body, name) for name in body}
    if go == "send":
        if not lines:
            problems["what0"] = say("transfer.lines-missing")
        if not typed.get("carrier"):
            problems["carrier"] = say("transfer.carrier-missing")
    if problems and go != "drop":
        with ends.store.read() as db:
            return _draft(request, ends.names(db), transfer_book.draft(db, number), Filled(typed, problems))

    def do(tx: Database, at: datetime) -> str:
        if go == "drop":
            transfer_book.throw_away(tx, number)
            return url(request, "transfers")
        transfer_book.set_lines(tx, number, lines)
        if go == "send":
            transfer_book.send(
                tx, ends.pen, number, ends.store.entropy(16), seal=typed.get("seal", ""),
                carrier=typed.get("carrier", ""), by=_by(request, ends), at=at,
            )  # fmt: skip
        return url(request, "transfer", number=number)

    return _once(request, ends, body, do, say(f"transfer.{go if go in ('send', 'drop') else 'save'}-done"))


def _typed_lines(body: FormData) -> tuple[list[TransferLine], dict[str, Phrase]]:
    lines: list[TransferLine] = []
    problems: dict[str, Phrase] = {}
    for place in range(MAX_LINES):
        case, what = forms.text(body, f"case{place}")[:60].upper(), forms.text(body, f"what{place}")[:100]
        number, copies = forms.text(body, f"number{place}")[:60], forms.text(body, f"copies{place}")
        if not (case or what or number):
            continue
        if not what:
            problems[f"what{place}"] = say("transfer.what-missing")
        if not (copies.isascii() and copies.isdigit() and 0 < int(copies[:4]) < 1000):
            problems[f"copies{place}"] = say("transfer.copies-wrong")
            continue
        lines.append(TransferLine(case=case, what=what, number=number, copies=int(copies[:4])))
    return lines, problems


def _sent(request: Request, ends: Ends, names: Names, one: Transfer, filled: Filled) -> Response:
    party, at = ends.pen.party, ends.clock.now()
    looks = {
        Seen.PRESENT: (Tone.GOOD, Icon.CHECK), Seen.MISSING: (Tone.BAD, Icon.CROSS), Seen.DAMAGED: (Tone.WARN, Icon.ALERT)
    }  # fmt: skip
    lines = [
        PaperLine(line, Chip(say(f"transfer.seen-{seen}"), *looks[seen]) if (seen := one.seen(place)) else None)
        for place, line in enumerate(one.lines)
    ]
    mine = {State.SENT: one.sender, State.EARLY: one.receiver, State.DIFFERS: party}.get(one.state, "")
    shown = TransferPage(
        one.number,
        name_of(request, names, one.sender),
        name_of(request, names, one.receiver),
        Chip(say("transfer.late"), Tone.BAD, Icon.CLOCK) if one.is_late(ends.calendar, at) else _chip(one.state),
        lines,
        one.copies,
        one.received.counted if one.received and not one.received.seen else 0,
        one.sent.seal if one.sent else "",
        one.received.seal if one.received else "",
        one.sent.carrier if one.sent else "",
        _steps(request, names, one),
        one.receiver == party and one.sent is not None and one.state not in (State.DROPPED, State.SETTLED),
        mine == party,
        filled,
        at,
    )
    return render(request, shown, status=422 if filled.problems else 200)


def _steps(request: Request, names: Names, one: Transfer) -> list[Step]:
    tones = {What.SENT: Icon.UP, What.RECEIVED: Icon.CHECK, What.SETTLED: Icon.CHECK, What.DROPPED: Icon.CROSS}
    where = {What.SENT: one.sender, What.RECEIVED: one.receiver}
    return [
        Step(
            say(f"transfer.step-{step.what}"), moment(step.at), step.name or step.account,
            name_of(request, names, where.get(step.what, "")) if step.what in where else "", step.note, Tone.PLAIN,
            tones[step.what],
        )
        for step in reversed(one.steps)
    ]  # fmt: skip


def _receive(request: Request, ends: Ends, body: FormData) -> Response:
    number = request.path_params["number"]
    with ends.store.read() as db:
        names, one = ends.names(db), transfer_book.transfer(db, number)
    typed = {name: forms.text(body, name) for name in body}
    said = [typed.get(f"seen{place}", "") for place in range(len(one.lines))]
    problems = {
        f"seen{place}": say("transfer.look-missing") for place, word in enumerate(said) if word not in set(Seen)
    }
    if problems:
        return _sent(request, ends, names, one, Filled(typed, problems))

    def do(tx: Database, at: datetime) -> str:
        transfer_book.receive(
            tx, ends.pen, number, ends.store.entropy(16), [Seen(word) for word in said], seal=typed.get("seal", ""),
            note=typed.get("note", ""), by=_by(request, ends), at=at,
        )  # fmt: skip
        return url(request, "transfer", number=number)

    return _once(request, ends, body, do, say("transfer.receive-done"))


def _settle(request: Request, ends: Ends, body: FormData) -> Response:
    number, note = request.path_params["number"], forms.text(body, "why")
    if not note:
        with ends.store.read() as db:
            names, one = ends.names(db), transfer_book.transfer(db, number)
        return _sent(request, ends, names, one, Filled({}, {"why": say("transfer.why-missing")}))

    def do(tx: Database, at: datetime) -> str:
        by = _by(request, ends)
        transfer_book.settle(tx, ends.pen, number, ends.store.entropy(16), note=note, by=by, at=at)
        return url(request, "transfer", number=number)

    return _once(request, ends, body, do, say("transfer.settle-done"))


def _by(request: Request, ends: Ends) -> By:
    return acting(session.who(request).account, ends.roles)


def _once(
    request: Request, ends: Ends, body: FormData, do: Callable[[Database, datetime], str], said: Phrase | None
) -> Response:
    at, form_id = ends.clock.now(), forms.text(body, "form_id")
    with ends.store.write() as tx:
        there = posted_before(tx, form_id)
        if there is None:
            there = do(tx, at)
            remember_post(tx, form_id, there, at=at)
    return see_other_url(request, there, said=said)
