"""Sets the ledger of protocol/clocks beside the clerk's counting."""

from __future__ import annotations

from protocol.catalogue.calendar_files import standard_calendars
from protocol.catalogue.calendars import Calendar
from protocol.clocks.ledger import Facts, clocks_of
from protocol.clocks.states import ClockIs, ClockState
from tests.clocks.daily import Told, count_by_hand
from tests.clocks.ledgers import Ledger, random_ledger

CALENDAR = Calendar(standard_calendars())


def clocks(ledger: Ledger) -> tuple[ClockState, ...]:
    return clocks_of(ledger.item, ledger.events, CALENDAR, ledger.now, Facts(licence_until=ledger.licence_until))


def told(state: ClockState) -> Told:
    if state.started is None:
        return {"state": str(state.state)}
    return {
        "state": str(state.state),
        "due": state.due,
        "consumed": state.consumed,
        "late": state.late > 0,
        "effect_from": state.effect_from,
        "met_on": state.met_on,
        "left": state.left if state.state is ClockIs.RUNNING else -1,
        "provisional": state.provisional,
    }


def differences(seed: int) -> list[tuple[Told, Told]]:
    """(by the ledger, by hand) of each clock of the case with that seed on which the two do not agree."""
    ledger = random_ledger(seed)
    ours = [told(state) for state in clocks(ledger) if not state.history]
    by_hand = count_by_hand(ledger)
    assert len(ours) == len(by_hand)
    return [(one, other) for one, other in zip(ours, by_hand, strict=True) if one != other]
