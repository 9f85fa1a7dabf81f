"""Questions in people's own words: how many of the held-out ones are found, and how long one takes.

Found against the delivered catalogue; timed, and the index made, against a whole district's 1,400 items.
"""

from __future__ import annotations

import time
from pathlib import Path

from protocol.asking.answers import answer
from protocol.asking.index import AskIndex
from protocol.asking.synonyms import delivered
from protocol.catalogue.reading import standard_items
from tests.asking.scoring import questions, score
from tests.bench.many_items import many_items

ITEMS = 1400


def ask(folder: Path) -> dict[str, float]:
    held = questions("held")
    index = AskIndex(standard_items(), delivered())
    reached, spent = score(index, held), _timed(index)
    index.close()
    began = time.perf_counter()
    whole = AskIndex(many_items(ITEMS), delivered())
    made = time.perf_counter() - began
    spent_whole = _timed(whole)
    whole.close()
    return {
        "held_questions": len(held),
        "hit_1_percent": 100 * reached.hit_1,
        "hit_5_percent": 100 * reached.hit_5,
        "two_characters_empty": reached.two_characters_empty,
        "outside_answered_percent": 100 * reached.outside_answered / reached.outside,
        "alone_right_percent": 100 * reached.alone_right / reached.alone,
        "p50_us": _at(spent, 0.5),
        "p99_us": _at(spent, 0.99),
        "district_made_s": made,
        "district_p50_us": _at(spent_whole, 0.5),
        "district_p99_us": _at(spent_whole, 0.99),
    }


def _timed(index: AskIndex) -> list[float]:
    """Microseconds of each labelled question, sorted."""
    spent = []
    for one in questions():
        began = time.perf_counter()
        answer(index, one.text)
        spent.append((time.perf_counter() - began) * 1e6)
    return sorted(spent)


def _at(spent: list[float], share: float) -> float:
    return spent[min(len(spent) - 1, int(len(spent) * share))]
