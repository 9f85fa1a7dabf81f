"""The page that tells whether a paper is ours, the same at every station and at the hub. It asks nobody on the wire.

What was scanned or brought is looked at and forgotten: nothing of it is kept, logged or put into an
address. The answer stands on the page that the form is on, so the next paper can be scanned at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from protocol.cases.licences import How
from protocol.clock import CHINA
from protocol.console import forms, session
from protocol.console.pages import render
from protocol.console.parts import Filled, Row, Tone
from protocol.console.texts import Lang, Phrase, say
from protocol.documents.kinds import DOCUMENTS
from protocol.documents.verify import MAX_PDF_BYTES, Checks, Confirmed, Outcome, Verdict

UPLOAD_BYTES = MAX_PDF_BYTES + 1024 * 1024  # the rest of the form


@dataclass(frozen=True, slots=True)
class Answer:
    tone: Tone
    title: Phrase
    advice: Phrase
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class VerifyPage:
    template = "verify.html"
    section = "verify"
    form: Filled
    answer: Answer | None
    as_of: datetime | None  # of the cancellation list
    has_seal: bool | None  # the hub alone knows; None elsewhere


def show(request: Request, checks: Checks, has_seal: bool | None = None) -> Response:
    return render(request, VerifyPage(Filled(), None, checks.cancelled().as_of, has_seal))


def look(request: Request, form: FormData, checks: Checks, has_seal: bool | None = None) -> Response:
    """A file counts before a text: whoever chose one meant it."""
    chosen = forms.files(form, "pdf")
    text = forms.text(form, "code")
    as_of = checks.cancelled().as_of
    if chosen:
        verdict = checks.pdf(chosen[0].file.read(MAX_PDF_BYTES + 1))
    elif text:
        verdict = checks.text(text)
    else:
        empty = Filled(problems={"code": say("verify.nothing")})
        return render(request, VerifyPage(empty, None, as_of, has_seal), status=422)
    return render(request, VerifyPage(Filled(), answer_of(request, verdict), as_of, has_seal))


def answer_of(request: Request, verdict: Verdict) -> Answer:
    if verdict.outcome is Outcome.UNPROVEN:
        return Answer(Tone.BAD, say("verify.unproven"), say(f"verify.why.{verdict.why}"), ())
    title, advice = _genuine(verdict, request.app.state.shell.clock.now())
    tone = Tone.GOOD if title.key == "verify.genuine" and advice.key == "verify.compare" else Tone.WARN
    return Answer(tone, title, advice, _rows(request, verdict))


def _genuine(verdict: Verdict, at: datetime) -> tuple[Phrase, Phrase]:
    """Title and advice. "Valid" is said only where its last day has not passed and a list was there to ask."""
    assert verdict.told is not None
    until = verdict.told.until
    if verdict.cancelled is not None:
        code = verdict.cancelled.reason
        reason = say(f"ended.{code}") if code in list(How) else code
        told = say("verify.cancelled-on", on=verdict.cancelled.on, reason=reason)
        return say("verify.cancelled"), told
    advice = say("verify.compare")
    if verdict.confirmed is not None and verdict.confirmed is not Confirmed.CONFIRMED:
        advice = say(f"verify.instant-{verdict.confirmed}")
    if verdict.out_since is not None:
        advice = say("verify.box-out", since=verdict.out_since.astimezone(CHINA).date())
    if until is not None and until < at.astimezone(CHINA).date():
        return say("verify.expired", until=until), advice
    return say("verify.genuine" if verdict.as_of is not None else "verify.genuine-no-list"), advice


def _rows(request: Request, verdict: Verdict) -> list[Row]:
    told, sealed = verdict.told, verdict.sealed
    assert told is not None
    kind = DOCUMENTS[told.kind]
    rows = [
        Row(say("verify.kind"), kind.zh if session.lang(request) is Lang.ZH else kind.en),
        Row(say("verify.number"), told.number),
        Row(say("verify.case"), told.case_number),
        Row(say("verify.item"), told.item or "—"),
        Row(say("verify.name"), told.name or "—"),
        Row(say("verify.day"), say("verify.date", day=told.day)),
        Row(say("verify.made"), say("verify.made-at", at=told.made_at, party=verdict.maker)),
    ]
    if told.until is not None:
        rows.append(Row(say("verify.until"), say("verify.date", day=told.until)))
    if verdict.confirmed is not None and verdict.cancelled is None:
        rows.append(Row(say("verify.confirmation"), say(f"verify.instant-is-{verdict.confirmed}")))
    if sealed is not None:
        rows.append(
            Row(say("verify.seal"), say("verify.seal-test" if sealed.is_test else "verify.seal-of", name=sealed.name))
        )
    else:
        rows.append(Row(say("verify.digest"), told.digest.hex()))
    return rows
