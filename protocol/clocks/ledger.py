"""The clocks of a case, computed from its item's limits, its events and the calendar; nobody keeps a due date.

Pure, and the same at both ends: no clock, no database. Law is data here too: this file knows how to count
and when each kind of limit begins and ends, never how many days a statute gives.

What was decided where the law leaves it open:
* an extension lengthens the period from its unmoved end, works once, and only if it was written in time;
* a promise keeps to its own days: the extension of the law does not lengthen it;
* reopening undoes decision, issue and closure. The earlier clocks are kept as history; the decision's clock
  goes on with what it had left, and the time during which nobody had the case is not counted;
* handing over ends the limit for issue (颁发、送达, 行政许可法 §44), not the printing of the licence;
* what comes after a limit whose expiry has an effect by law does not undo that effect: a person decides.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from protocol.cases.events import Event, Happened
from protocol.catalogue.calendars import Calendar
from protocol.catalogue.items import (
    Commitment,
    Conditional,
    CountedFrom,
    Item,
    Limit,
    LimitKind,
    OnExpiry,
    Stop,
    SurveyNeed,
    Unit,
)
from protocol.catalogue.items import Span as Length
from protocol.clock import CHINA
from protocol.clocks.reckoning import Reckoning, Span, reckon
from protocol.clocks.states import ClockIs, ClockState
from protocol.clocks.story import UNDONE, Mark, Story, day_of, within


@dataclass(frozen=True, slots=True)
class Facts:
    """What the clocks have to know of a case besides its events."""

    licence_until: date | None = None  # last day of the licence that is to be renewed
    happened_on: date | None = None  # the birth, the move: where the limit is the citizen's
    lacking: bool = False  # accepted without secondary materials (容缺受理)
    committed: bool = False  # granted on the applicant's word (告知承诺)
    denied: bool = False  # there is nothing to look at afterwards


_NO_FACTS = Facts()

# what ends a kind of limit by doing it, and what leaves nothing to be done
# (tuples: a member is found by being the same thing, while a set would hash the name of an enum each time)
_MET_BY: dict[LimitKind, tuple[Happened, ...]] = {
    LimitKind.NOTICE: (Happened.CORRECTION_ASKED, Happened.ACCEPTED, Happened.DECIDED, Happened.CLOSED),
    LimitKind.DECISION: (Happened.DECIDED,),
    LimitKind.OPINION: (Happened.DECIDED,),
    LimitKind.SURVEY: (Happened.SURVEYED,),
    LimitKind.ISSUE: (Happened.HANDED_OVER,),
    LimitKind.SUPPLY: (Happened.SUPPLEMENTED,),
    LimitKind.CHECK: (Happened.CHECKED,),
    LimitKind.APPLICANT: (Happened.RECEIVED,),
    LimitKind.WAITING: (),
}
_VOID_BY: dict[LimitKind, tuple[Happened, ...]] = {
    LimitKind.NOTICE: (),
    LimitKind.DECISION: (Happened.CLOSED,),
    LimitKind.OPINION: (Happened.CLOSED,),
    LimitKind.SURVEY: (Happened.DECIDED, Happened.CLOSED),
    LimitKind.ISSUE: (Happened.CLOSED,),
    LimitKind.SUPPLY: (Happened.DECIDED, Happened.CLOSED),
    LimitKind.CHECK: (Happened.CLOSED,),
    LimitKind.APPLICANT: (),
    LimitKind.WAITING: (Happened.CLOSED,),
}
_AFTER_DECISION = (LimitKind.ISSUE, LimitKind.CHECK, LimitKind.APPLICANT)
_DAY = timedelta(days=1)
_BY_LAW = (OnExpiry.DEEMED_ACCEPTED, OnExpiry.DEEMED_WITHDRAWN, OnExpiry.ABANDONED)

# looked up once, as in story.py
_RECEIVED, _ACCEPTED, _EXTENDED = Happened.RECEIVED, Happened.ACCEPTED, Happened.EXTENDED
_DECIDED, _CLOSED, _REOPENED = Happened.DECIDED, Happened.CLOSED, Happened.REOPENED
_DEEMED_ACCEPTED, _DEEMED_RENEWED, _ESCALATE = OnExpiry.DEEMED_ACCEPTED, OnExpiry.DEEMED_RENEWED, OnExpiry.ESCALATE
_DECISION, _SURVEY, _OPINION = LimitKind.DECISION, LimitKind.SURVEY, LimitKind.OPINION
_WAITING, _CHECK = LimitKind.WAITING, LimitKind.CHECK
_FROM_RECEIPT, _FROM_ACCEPTANCE = CountedFrom.RECEIPT, CountedFrom.ACCEPTANCE
_FROM_DECISION, _FROM_WINDOW_END = CountedFrom.DECISION, CountedFrom.WINDOW_END
_UNIT_INSTANT = Unit.INSTANT


def clocks_of(
    item: Item, events: Sequence[Event], calendar: Calendar, now: datetime, facts: Facts = _NO_FACTS
) -> tuple[ClockState, ...]:
    """Every clock of the case as it stands at `now`, in the order of the item's limits.

    The promised clock stands beside the statutory one of the decision; what a reopening has made history
    comes last. A limit "on the spot" is left out where the item has another one of the same kind.
    :raises ValueError: an event's time is not what stamp() writes
    """
    clocks = _Clocks(item, Story(events), calendar, now, facts)
    states = clocks.states()
    for place, event in enumerate(events):
        if event.what is _REOPENED:
            earlier = _Clocks(item, Story(events[:place]), calendar, clocks.story.marks[place].at, facts)
            states += [replace(state, history=True) for state in earlier.states() if earlier.undone_by_reopening(state)]
    return tuple(states)


class _Clocks:
    """One computation. Holds nothing that outlives it."""

    __slots__ = ("calendar", "deemed_accepted", "facts", "item", "now", "story", "today")

    def __init__(self, item: Item, story: Story, calendar: Calendar, now: datetime, facts: Facts) -> None:
        self.item = item
        self.story = story
        self.calendar = calendar
        self.now = now
        self.today = day_of(now)
        self.facts = facts
        self.deemed_accepted: Mark | None = None  # the receipt, once the notice came too late, 行政许可法 §32(4)

    def states(self) -> list[ClockState]:
        limits = self._limits()
        notices = {}
        for number, (limit, _) in enumerate(limits):
            if limit.on_expiry is _DEEMED_ACCEPTED:
                notices[number] = state = self._state(limit, False)
                received = self.story.first((_RECEIVED,))
                if state.state is ClockIs.EXPIRED and received >= 0:
                    self.deemed_accepted = self.story.marks[received]
        return [notices.get(number) or self._state(limit, promised) for number, (limit, promised) in enumerate(limits)]

    def _limits(self) -> list[tuple[Limit, bool]]:
        item, facts = self.item, self.facts
        longer = [limit.what for limit in item.limits if limit.unit is not _UNIT_INSTANT]
        limits: list[tuple[Limit, bool]] = []
        promise_stands = False
        for limit in item.limits:
            if limit.unit is _UNIT_INSTANT and limit.what in longer:
                continue
            limits.append((limit, False))
            if limit.what is _DECISION and not promise_stands:
                promise_stands = True
                limits.append((_promised(item, limit), True))
        if item.conditional and facts.lacking:
            late = item.conditional
            limits.append((_spanned(LimitKind.SUPPLY, _FROM_ACCEPTANCE, late.supply_within, late), False))
        if item.commitment and facts.committed:
            word = item.commitment
            limits.append((_spanned(_CHECK, _FROM_DECISION, word.check_within, word), False))
        return limits

    def undone_by_reopening(self, state: ClockState) -> bool:
        """Whether the clock had been ended by what a reopening takes back."""
        anchor = self._anchor(state.limit)
        if anchor is None:
            return False
        met, void = self._ended(state.limit, anchor[0])
        place = met if void < 0 else void if met < 0 else min(met, void)
        return place >= 0 and self.story.marks[place].event.what in UNDONE

    # -- when it begins and what ends it

    def _anchor(self, limit: Limit) -> tuple[int, date, datetime] | None:
        """Place among the events, day and moment from which a limit counts; None if that has not come."""
        story, source = self.story, limit.counted_from
        if limit.what is _SURVEY and not self._survey_is_due():
            return None
        place = -1
        if source is _FROM_ACCEPTANCE:
            place = story.first((_ACCEPTED,))
            if self.deemed_accepted:
                return max(place, 0), self.deemed_accepted.counts, self.deemed_accepted.at
        elif source is _FROM_RECEIPT or source is _FROM_WINDOW_END:
            place = story.first((_RECEIVED,))
        elif source is _FROM_DECISION:
            place = story.last(_DECIDED)
        elif source is CountedFrom.CORRECTION_NOTICE:
            place = story.last(Happened.CORRECTION_ASKED)
        elif source is CountedFrom.SUPPLEMENT:
            asked = story.last(Happened.CORRECTION_ASKED)
            place = story.first((_RECEIVED,)) if asked < 0 else story.first((Happened.SUPPLEMENTED,), asked)
        elif source is CountedFrom.SURVEY_ORDER:
            place = story.last(Happened.SURVEY_ORDERED)
        elif source is CountedFrom.PUBLICITY:
            place = story.first((Happened.PAUSED,), stop=Stop.PUBLICITY)
        elif self.facts.happened_on:
            day = within(self.facts.happened_on)
            return -1, day, datetime.combine(day, time(), CHINA)
        if place < 0:
            return None
        mark = story.marks[place]
        day = self._window_end(mark.counts) if source is _FROM_WINDOW_END else mark.counts
        return place, day, mark.at

    def _survey_is_due(self) -> bool:
        return self.item.survey.need is SurveyNeed.ALWAYS or self.story.first((Happened.SURVEY_ORDERED,)) >= 0

    def _window_end(self, day: date) -> date:
        """The last day of the batch window that is open, or of the next one; the day itself where there are none."""
        ends = []
        for window in self.item.windows:
            month, number = (int(part) for part in window.closes.split("-"))
            for year in (day.year, day.year + 1):
                end = date(year, month, min(number, monthrange(year, month)[1]))
                if end >= day:
                    ends.append(end)
                    break
        return min(ends, default=day)

    def _ended(self, limit: Limit, after: int) -> tuple[int, int]:
        """Places of what met the limit and of what made it void, -1 each where there is none."""
        met = self.story.first(_MET_BY[limit.what], after)
        if limit.what is _OPINION:
            heard = self.story.first((Happened.RESUMED,), after, Stop.CONCLUSION)
            met = heard if met < 0 or 0 <= heard < met else met
        return met, self.story.first(_VOID_BY[limit.what], after)

    # -- how it stands

    def _state(self, limit: Limit, promised: bool) -> ClockState:
        anchor = self._anchor(limit)
        if anchor is None:
            return ClockState(limit, promised, self._without_beginning(limit), limit.unit, limit.value)
        place, start, start_at = anchor
        met, void = self._ended(limit, place)
        if met >= 0 and 0 <= void < met:
            met = -1
        elif met >= 0:
            void = -1
        end = self.story.marks[max(met, void)] if met >= 0 or void >= 0 else None
        extension = -1
        if limit.extendable and not promised and limit.what is _DECISION:
            extension = self.story.first((_EXTENDED,))
        until = self.facts.licence_until if limit.on_expiry is _DEEMED_RENEWED else None
        span = Span(
            start, start_at, end, self.story.marks[extension] if extension >= 0 else None, self.today, self.now, until
        )
        count = reckon(limit, self.story, self.calendar, span)
        state = self._stands(limit, promised, count, met >= 0, void >= 0, span)
        effect, effect_from = self._effect(limit, state, count)
        in_time = state is ClockIs.RUNNING or state is ClockIs.PAUSED
        met_on = end.day if end and met >= 0 else count.due if state is ClockIs.MET else None
        return ClockState(
            limit,
            promised,
            state,
            count.unit,
            count.budget,
            count.consumed,
            count.left if in_time else 0,
            0 if limit.what is _WAITING else count.late,
            start,
            count.first_counted,
            count.running_since,
            count.due,
            count.due_at,
            count.suspensions,
            limit.extendable if count.extended else None,
            self.story.marks[extension].event.document if count.extended else "",
            count.extended_too_late,
            count.unknown_years,
            count.calendar,
            met_on,
            effect,
            effect_from,
        )

    def _without_beginning(self, limit: Limit) -> ClockIs:
        """A limit that never began waits, unless the case went on without it."""
        closed = self.story.first((_CLOSED,)) >= 0
        decided = self.story.first((_DECIDED,)) >= 0 and limit.what not in _AFTER_DECISION
        return ClockIs.VOID if closed or decided else ClockIs.NOT_BEGUN

    def _stands(self, limit: Limit, promised: bool, count: Reckoning, met: bool, void: bool, span: Span) -> ClockIs:
        if void or (limit.what is _CHECK and self.facts.denied):
            return ClockIs.VOID
        if limit.what is _WAITING:
            return ClockIs.PAUSED if count.due is None else ClockIs.MET if count.late else ClockIs.RUNNING
        if count.late and not promised:
            # 行政许可法 §50: a renewal is deemed granted when the licence has run out, not when the limit has
            renewed = span.no_later is not None and span.until > span.no_later
            if limit.on_expiry in _BY_LAW or renewed:
                return ClockIs.EXPIRED
        if met:
            return ClockIs.MET
        return ClockIs.PAUSED if count.due is None else ClockIs.OVERDUE if count.late else ClockIs.RUNNING

    def _effect(self, limit: Limit, state: ClockIs, count: Reckoning) -> tuple[OnExpiry | None, date | None]:
        """What the lapse of time brings about, and from which day."""
        if state is ClockIs.EXPIRED:
            if limit.on_expiry is _DEEMED_ACCEPTED:
                received = self.story.first((_RECEIVED,))  # dated back to the receipt, §32(4)
                return limit.on_expiry, self.story.marks[received].counts if received >= 0 else None
            if limit.on_expiry is _DEEMED_RENEWED:
                return limit.on_expiry, self.facts.licence_until
            return limit.on_expiry, count.due + _DAY if count.due else None
        if state is ClockIs.OVERDUE and limit.on_expiry is _ESCALATE:
            return limit.on_expiry, count.due + _DAY if count.due else None
        return None, None


def _promised(item: Item, decision: Limit) -> Limit:
    """The promise as a limit beside the statutory one: it begins and stands still where that one does."""
    promise = item.promised
    return Limit(
        decision.what,
        promise.value,
        promise.unit,
        decision.counted_from,
        decision.stops_on,
        OnExpiry.NONE,
        "",
        promise.certainty,
    )


def _spanned(what: LimitKind, source: CountedFrom, length: Length, rule: Conditional | Commitment) -> Limit:
    expiry = rule.on_expiry if isinstance(rule, Conditional) else _ESCALATE
    return Limit(what, length.value, length.unit, source, (), expiry, rule.basis, rule.certainty)
