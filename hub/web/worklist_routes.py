"""Whom worklists, claims, cards and the morning page are open to."""

from __future__ import annotations

from collections.abc import Sequence

from hub.web import cards, holding, today, worklist
from protocol.cases.rules import OFFICERS, Role
from protocol.console.protect import ConsoleRoute, form, page

ANSWER = tuple(sorted(OFFICERS))
SUPERVISE = (Role.SUPERVISOR,)


def worklist_routes(office: Sequence[Role]) -> list[ConsoleRoute]:
    return [
        page("/worklist", worklist.show_worklist, to=office, name="worklist"),
        page("/cases", worklist.show_cases, to=office, name="cases"),
        form("/find", worklist.find, to=office, name="find"),
        form("/claims", holding.claim, to=ANSWER, name="claim"),
        form("/claims/release", holding.release, to=ANSWER, name="release"),
        page("/cases/{case_id}/take-over", holding.show_take_over, to=ANSWER, name="case.take-over"),
        form("/cases/{case_id}/take-over", holding.take_over, to=ANSWER, name="case.take-over.do"),
        form("/filters", holding.keep_filter, to=office, name="filter.keep"),
        form("/filters/{number:int}/remove", holding.remove_filter, to=office, name="filter.remove"),
        form("/filters/{number:int}/back", holding.bring_filter_back, to=office, name="filter.back"),
        page("/today", today.show_today, to=office, name="today"),
        page("/cards", cards.show_cards, to=office, name="cards"),
        page("/cards/{card}", cards.show_card, to=ANSWER, name="card"),
        form("/cards/{card}", cards.answer, to=ANSWER, name="card.answer"),
        page("/cases/{case_id}/card", cards.show_give, to=SUPERVISE, name="case.card"),
        form("/cases/{case_id}/card", cards.give, to=SUPERVISE, name="case.card.give"),
    ]
