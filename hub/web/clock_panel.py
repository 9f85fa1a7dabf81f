"""The clocks of a case as the page shows them: one block each, the sentence first, why below it.

Nothing is reckoned or worded here: states and words come from protocol/clocks, the looks stand in this file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from protocol.catalogue.items import Certainty
from protocol.clocks.explained import headline, lines, said, short
from protocol.clocks.states import ClockIs, ClockState
from protocol.console.parts import Chip, Icon, Tone
from protocol.console.texts import Lang, Phrase, say

_LOOKS: Mapping[ClockIs, tuple[Tone, Icon]] = {
    ClockIs.NOT_BEGUN: (Tone.PLAIN, Icon.INFO),
    ClockIs.RUNNING: (Tone.PLAIN, Icon.CLOCK),
    ClockIs.PAUSED: (Tone.WARN, Icon.HALF),
    ClockIs.MET: (Tone.GOOD, Icon.CHECK),
    ClockIs.OVERDUE: (Tone.BAD, Icon.ALERT),
    ClockIs.EXPIRED: (Tone.BAD, Icon.ALERT),
    ClockIs.VOID: (Tone.PLAIN, Icon.CROSS),
}
_RANK = {ClockIs.OVERDUE: 0, ClockIs.EXPIRED: 0, ClockIs.RUNNING: 0, ClockIs.PAUSED: 0, ClockIs.NOT_BEGUN: 1}
_PRESSING = frozenset({ClockIs.RUNNING, ClockIs.PAUSED, ClockIs.OVERDUE, ClockIs.EXPIRED})
_NEAR = 2  # days left from which a running clock is shown in amber


@dataclass(frozen=True, slots=True)
class ClockShown:
    what: str
    whose: Phrase  # set by law, promised here, the applicant's own
    state: Chip
    kind: Phrase  # decision, notice, issue
    due: date | None
    first: str  # 第 12 个工作日，扣除听证 6 日
    why: Sequence[str]
    certainty: Chip | None  # of what is said to be law
    note: str
    is_history: bool
    is_pressing: bool  # ours, and running, standing still or over: it belongs at the top of the page


def clocks_shown(states: Sequence[ClockState], lang: Lang) -> list[ClockShown]:
    """Running ones first, in the order of the item; what is over or has not begun comes after."""
    ordered = sorted(states, key=lambda one: (one.history, _RANK.get(one.state, 2)))
    return [_shown(state, lang) for state in ordered]


def certainty_chip(certainty: Certainty) -> Chip:
    sure = certainty is Certainty.STATUTE
    return Chip(say(f"certainty.{certainty}"), Tone.GOOD if sure else Tone.WARN, Icon.CHECK if sure else Icon.ALERT)


def _shown(state: ClockState, lang: Lang) -> ClockShown:
    tone, icon = _LOOKS[state.state]
    if state.state is ClockIs.RUNNING and state.on_us and state.left <= _NEAR:
        tone = Tone.WARN
    if state.state is ClockIs.MET and state.late:
        tone, icon = Tone.BAD, Icon.ALERT
    title, *rest = lines(state)
    first = headline(state)
    return ClockShown(
        what=said(title, lang),
        whose=_whose(state),
        state=Chip(say(f"clock.{state.state}"), tone, icon),
        kind=say(f"limit.what.{state.limit.what}"),
        due=state.due,
        first=short(state, lang),
        why=[said(line, lang) for line in rest if line not in first],
        certainty=None if state.promised else certainty_chip(state.limit.certainty),
        note=state.limit.note,
        is_history=state.history,
        is_pressing=state.on_us and not state.history and state.state in _PRESSING,
    )


def _whose(state: ClockState) -> Phrase:
    """What was not read in the statute is never called law."""
    if state.promised:
        return say("clock.promised")
    if not state.on_us:
        return say("clock.applicant")
    return say("clock.law" if state.limit.may_be_shown_as_law else "clock.unsure")
