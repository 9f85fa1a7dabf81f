"""How a forecast is said, on a screen and on a slip: people before, and a range where there is one."""

from __future__ import annotations

from node.hall.estimates import Forecast
from protocol.console.texts import Phrase, say


def before_words(said: Forecast) -> Phrase:
    return say("ticket.before", people=said.before) if said.before else say("ticket.before-none")


def wait_words(said: Forecast) -> Phrase | None:
    """None where nothing was measured: the people before have to do."""
    if said.minutes is None:
        return None
    low, high = said.minutes
    return say("ticket.wait", low=low, high=high) if low else say("ticket.wait-under", high=high)
