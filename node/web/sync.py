"""How the exchange stands, by number; sending now; and the stick, for when there is no wire for long."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from node import marks
from node.house import LinkState, replica_is_well
from node.marks import EpochMark
from node.web.bar import last_heard
from node.web.items import catalogue_version
from node.web.tools import house
from protocol import attention
from protocol.clock import moment, stamp
from protocol.console import forms
from protocol.console.pages import render, see_other
from protocol.console.parts import Chip, Icon, Row, Tone
from protocol.console.texts import Phrase, say
from protocol.errors import Refused

SEND_S = 8.0  # a person waits for it
STICK_BYTES = 300 * forms.MIB
_AGES = ((timedelta(hours=72), Tone.BAD), (timedelta(hours=24), Tone.WARN), (timedelta(hours=1), Tone.PLAIN))


@dataclass(frozen=True, slots=True)
class SyncPage:
    template = "sync.html"
    section = "sync"
    link: Chip
    link_rows: Sequence[Row]
    owed_cases: int
    owed_entries: int
    owed_papers: int
    oldest: Chip | None
    marks: Sequence[EpochMark]
    replica: Chip
    replica_rows: Sequence[Row]
    catalogue: Phrase
    attention: int
    stick: Phrase | None  # what was exported last, with its check code
    stick_name: str
    as_of: datetime


def show(request: Request) -> Response:
    here = house(request)
    at = here.clock.now()
    state = here.link_state()
    with here.store.read() as db:
        owed, heard = here.owing.of(db), last_heard(db)
        numbers = marks.of_exchange(db)
        open_notices = attention.count(db)
    stick = here.last_stick()
    page = SyncPage(
        _link_chip(state),
        [
            Row(say("exchange.last-receipt"), _at(owed.last_receipt_at)),
            Row(say("exchange.last-heard"), say("exchange.at", at=heard) if heard else say("exchange.never")),
            Row(say("exchange.last-try"), _tried(state)),
            *([Row(say("exchange.link-since"), say("exchange.at", at=state.since))] if state.since else []),
        ],
        owed.cases,
        owed.entries,
        owed.papers,
        _age(at, owed.oldest_at),
        numbers,
        *replica_facts(request),
        catalogue_version(request),
        open_notices,
        say(
            "exchange.exported",
            entries=stick.entries,
            papers=stick.papers,
            left=stick.papers_left + stick.entries_left,
            code=stick.code,
        )
        if stick
        else None,
        stick.file.name if stick else "",
        at,
    )
    return render(request, page)


def send_now(request: Request, form: FormData) -> Response:
    """Ends in words: what went, what did not, and why."""
    here = house(request)
    with here.store.read() as db:
        before = here.owing.of(db)
    here.try_now(SEND_S)
    state = here.link_state()
    with here.store.read() as db:
        after = here.owing.of(db)
    sent, left = before.entries - after.entries, after.entries
    papers, papers_left = before.papers - after.papers, after.papers
    numbers = {"sent": max(0, sent), "left": left, "papers": max(0, papers), "papers_left": papers_left}
    if left == 0 and papers_left == 0:
        said, tone = say("exchange.sent-all", **numbers), Tone.GOOD
    elif not state.connected:
        said, tone = say("exchange.sent-none", why=_why(state), **numbers), Tone.BAD
    else:
        said, tone = say("exchange.sent-some", **numbers), Tone.WARN
    return see_other(request, "sync", said=said, tone=tone)


def export(request: Request, form: FormData) -> Response:
    """Everything that is owed, sealed, as one file that the browser can save to a stick."""
    made = house(request).export_stick()
    said = say("exchange.export-done", entries=made.entries, papers=made.papers, code=made.code)
    return see_other(request, "sync", said=said)


def download(request: Request) -> Response:
    made = house(request).last_stick()
    if made is None or made.file.name != request.path_params["name"] or not made.file.exists():
        raise Refused("refused.no-page")
    return FileResponse(made.file, media_type="application/octet-stream", filename=made.file.name)


def bring_in(request: Request, form: FormData) -> Response:
    """What the district put on a stick for this station. The same stick twice does no harm."""
    here = house(request)
    chosen = forms.files(form, "stick")
    if not chosen:
        return see_other(request, "sync", said=say("exchange.none-chosen"), tone=Tone.WARN)
    here.store.require_room()
    folder = here.settings.run / "stick-in"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"in-{stamp(here.clock.now()).replace(':', '')}.mcs"
    try:
        with path.open("wb") as file:
            shutil.copyfileobj(chosen[0].file, file)
        tally = here.import_stick(path)
    finally:
        path.unlink(missing_ok=True)
    if not tally.finished.is_set():
        return see_other(request, "sync", said=say("exchange.import-going", frames=tally.frames), tone=Tone.PLAIN)
    numbers = {
        "entries": tally.entries,
        "known": tally.duplicates,
        "receipts": tally.receipts,
        "papers": tally.papers,
        "aside": tally.set_aside + tally.no_room + tally.gaps,
    }
    tone = Tone.WARN if numbers["aside"] else Tone.GOOD
    return see_other(request, "sync", said=say("exchange.import-done", **numbers), tone=tone)


def _link_chip(state: LinkState) -> Chip:
    if state.connected:
        return Chip(say("exchange.connected"), Tone.GOOD, Icon.LINK)
    return Chip(say("exchange.hub-silent" if state.up else "exchange.dark"), Tone.WARN, Icon.DARK)


def _tried(state: LinkState) -> Phrase:
    """An attempt is not a delivery: it stands in a line of its own, with what became of it."""
    if state.tried_at is None:
        return say("exchange.never")
    if state.connected:
        return say("exchange.at", at=state.tried_at)
    return say("exchange.tried-in-vain", at=state.tried_at, why=_why(state))


def _why(state: LinkState) -> Phrase:
    return say("exchange.why-hub" if state.up else "exchange.why-wire", reason=state.reason or "—")


def _at(text: str) -> Phrase:
    return say("exchange.at", at=moment(text)) if text else say("exchange.never")


def _age(at: datetime, oldest_at: str) -> Chip | None:
    if not oldest_at:
        return None
    waited = at - moment(oldest_at)
    tone = next((tone for age, tone in _AGES if waited >= age), Tone.PLAIN)
    return Chip(say("exchange.oldest", wait=waited), tone, Icon.CLOCK)


def replica_facts(request: Request) -> tuple[Chip, list[Row]]:
    replica = house(request).replica
    if replica is None:
        return Chip(say("exchange.replica-none"), Tone.WARN, Icon.ALERT), []
    ok = replica_is_well(replica)
    chip = Chip(
        say(f"exchange.replica-{replica.state}"), Tone.GOOD if ok else Tone.WARN, Icon.CHECK if ok else Icon.ALERT
    )
    rows = [
        Row(
            say("exchange.replica-at"),
            say("exchange.at", at=replica.last_sync_at) if replica.last_sync_at else say("exchange.never"),
        )
    ]
    if replica.why:
        rows.append(Row(say("exchange.trouble"), replica.why))
    return chip, rows
