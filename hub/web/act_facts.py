"""What a person has to have before the eyes to do an act: the proposal, the record, from when to when.

Lines beside the form, read from the case; nothing here can be filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from hub.web.act_survey import survey_record
from hub.web.asking import Asked
from hub.web.shown import label_of, stop_name, title_of
from protocol.cases.acts import By, CaseAct, Told
from protocol.cases.case import Case, Standing, Step
from protocol.cases.rules import Act, Flag, Role, Side
from protocol.catalogue.items import Certainty, LimitKind
from protocol.clock import CHINA, moment, stamp
from protocol.clocks.of_case import clocks_of_case
from protocol.clocks.states import ClockState
from protocol.console.parts import Row, Text
from protocol.console.texts import Phrase, say

Facts = Callable[[Asked], list[Row]]


def facts_of(asked: Asked) -> list[Row]:
    return [row for facts in _FACTS.get(asked.act, ()) for row in facts(asked) if row.value]


def _who(act: CaseAct) -> Phrase:
    return say("facts.who", who=act.by.name or act.by.account, at=moment(act.at))


def last_of(case: Case, *acts: Act) -> CaseAct | None:
    return next((act for act in reversed(case.line) if act.act in acts), None)


def _proposal(asked: Asked) -> list[Row]:
    review = asked.case.review
    if review is None:
        return []
    return [
        Row(say("facts.proposal"), say(f"proposal.{review.proposal}")),
        Row(say("facts.proposal-why"), review.reason),
        Row(say("facts.proposal-who"), _who(review)),
    ]


def _survey(asked: Asked) -> list[Row]:
    return survey_record(asked)


def _lacking(asked: Asked) -> list[Row]:
    names = [label_of(asked.request, asked.item, material) for material in asked.case.lacking]
    return [Row(say("facts.lacking"), "、".join(names))]


def _lies_at(asked: Asked) -> list[Row]:
    """Where the case is now, and where the applicant wants to fetch the result."""
    case = asked.case
    wished = title_of(asked.request, asked.places, case.fetch_at) if case.fetch_at else ""
    return [
        Row(say("facts.lies-at"), title_of(asked.request, asked.places, case.station)),
        Row(say("facts.fetch-at"), wished),
    ]


def _late(asked: Asked) -> list[Row]:
    """The attested time of a supplement beside its arrival here, and until when it was due: a person decides."""
    notice = last_of(asked.case, Act.ASK_CORRECTION)
    came = last_of(asked.case, Act.SUPPLEMENT, Act.SUPPLY, Act.LAPSE)
    rows: list[Row] = []
    if notice is not None:
        rows += [
            Row(say("facts.notice"), notice.number),
            Row(say("facts.notice-at"), say("act.moment", at=moment(notice.at))),
        ]
    due = supply_due(asked.clocks)
    rows.append(Row(say("facts.supply-due"), say("facts.day", day=due) if due else say("facts.no-supply-due")))
    if came is not None and came.act is not Act.LAPSE:
        rows.append(Row(say("facts.supplied-at"), say("act.moment", at=moment(came.at))))
        if heard := asked.heard.get(came.id):
            rows.append(Row(say("facts.supplied-heard"), say("act.moment", at=moment(heard))))
        if due and moment(came.at).astimezone(CHINA).date() > due:
            rows.append(Row(say("facts.judged"), say("facts.after-due")))
        elif due and heard and moment(heard).astimezone(CHINA).date() > due:
            rows.append(Row(say("facts.judged"), say("facts.heard-after-due")))
    else:
        rows.append(Row(say("facts.supplied-at"), say("facts.never")))
    return rows


def supply_due(clocks: Sequence[ClockState]) -> date | None:
    """Until when the applicant had to bring what the notice asked for, where the item's law sets it."""
    mine = (one.due for one in clocks if one.limit.what is LimitKind.SUPPLY and one.due and not one.history)
    return next(mine, None)


def _longer(asked: Asked) -> list[Row]:
    """From which day to which, by whom, and where it stands: reckoned by the clock itself, with the act in it."""
    if asked.item is None:
        return []
    law = asked.desk.shelf.calendar
    extend = CaseAct(
        case=asked.case.id,
        id="?",
        act=Act.EXTEND,
        follows=asked.case.tip,
        by=By(asked.me.name, Role.LEADER),
        at=stamp(asked.at),
    )
    later = clocks_of_case(_with(asked.case, extend), asked.item, law, asked.at)
    rows: list[Row] = []
    for now, then in zip(asked.clocks, later, strict=False):
        if now.limit.extendable is None or now.promised or now.history:
            continue
        more = now.limit.extendable
        shown: Text = say("facts.from-to", before=_day(now.due), after=_day(then.due))
        if then.extended_too_late:
            shown = say("facts.extended-too-late", due=_day(now.due))
        length = say(f"limit.{more.unit}", value=more.value)
        rows += [
            Row(say(f"limit.what.{now.limit.what}"), shown),
            Row(say("facts.extension"), say("facts.extension-by", length=length, by=more.by)),
            Row(say("act.basis"), more.basis),
        ]
    return rows


def _with(case: Case, act: CaseAct) -> Case:
    """The case as it would be with one act more in its line."""
    return replace(case, steps=[*case.steps, Step(Told(act, Side.HUB, 0, "", 0), Standing.STANDS)])


def _day(day: date | None) -> Phrase:
    return say("facts.day", day=day) if day else say("facts.day-open")


def _paused(asked: Asked) -> list[Row]:
    pause = asked.case.pause
    if pause is None or pause.stop is None:
        return []
    return [
        Row(say("act.stop"), stop_name(asked.request, pause.stop)),
        Row(say("facts.paused-since"), say("act.moment", at=moment(pause.at))),
        Row(say("act.document"), pause.number),
        Row(say("act.reason"), pause.reason),
        Row(say("act.expected"), pause.expected),
        Row(say("act.chair"), asked.name_of(pause.chair) if pause.chair else ""),
    ]


def _decided(asked: Asked) -> list[Row]:
    decision = asked.case.decision
    if decision is None:
        return []
    return [
        Row(say("facts.decision"), say(f"act.{decision.act}")),
        Row(say("act.document"), decision.number),
        Row(say("facts.decision-who"), _who(decision)),
        Row(say("act.reason"), decision.reason),
    ]


def _returned(asked: Asked) -> list[Row]:
    back = last_of(asked.case, Act.RETURN_RESULT)
    return [Row(say("facts.returned"), back.reason)] if back and Flag.RESULT_RETURNED in asked.case.flags else []


def _promised(asked: Asked) -> list[Row]:
    word = asked.item.commitment if asked.item else None
    if word is None:
        return []
    return [
        Row(say("facts.conditions"), "\n".join(word.conditions)),
        Row(say("facts.consequences"), word.consequences),
    ]


def _asked_for(asked: Asked) -> list[Row]:
    request = asked.case.open_request
    return [Row(say("facts.request"), request.reason), Row(say("facts.request-at"), _who(request))] if request else []


def _licence(asked: Asked) -> list[Row]:
    issued = asked.case.issued
    if issued is None or issued.licence is None:
        return []
    terms = issued.licence
    return [
        Row(say("licence.number"), terms.number),
        Row(say("licence.valid-from"), terms.valid_from),
        Row(say("licence.valid-to"), terms.valid_to or say("licence.no-end")),
    ]


def _unsure(asked: Asked) -> list[Row]:
    """A remedy that nobody has read in the statute is to be confirmed before it goes out."""
    sure = asked.item is None or asked.item.remedies.certainty is Certainty.STATUTE
    return [] if sure else [Row(say("act.remedies"), say("facts.remedies-unsure"))]


_FACTS: Mapping[Act, tuple[Facts, ...]] = {
    Act.CLOSE_LATE: (_late, _unsure),
    Act.REVIEW: (_survey, _lacking),
    Act.GRANT: (_proposal, _survey, _lacking),
    Act.DENY: (_proposal, _survey, _unsure),
    Act.SEND_BACK: (_proposal,),
    Act.COUNTERSIGN_SURVEY: (_survey,),
    Act.EXTEND: (_longer,),
    Act.RESUME: (_paused,),
    Act.ISSUE: (_decided, _returned),
    Act.CHECK_PROMISE: (_promised,),
    Act.REOPEN: (_decided,),
    Act.MOVE: (_lies_at,),
    Act.ALLOW_WITHDRAWAL: (_asked_for,),
    Act.DECLINE_WITHDRAWAL: (_asked_for,),
    Act.CANCEL_LICENCE: (_licence,),
    Act.REVOKE_LICENCE: (_licence, _decided),
}
