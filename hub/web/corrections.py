"""The two lists that go through everything: what is wrong, and what may follow later.

The law lets a correction be asked for once, so every material and every field stands on its list. What may follow
a conditional acceptance are the secondary materials of the item that are not here, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData

from hub.web.asking import Asked
from hub.web.shown import label_of
from protocol.cases.acts import Correction
from protocol.cases.rules import Act
from protocol.console import forms
from protocol.console.parts import Filled
from protocol.console.texts import Phrase, say

LISTED = frozenset({Act.ASK_CORRECTION, Act.ACCEPT_CONDITIONALLY})
_OTHER = "其他"  # told to the station as it is: it has no key in any catalogue


@dataclass(frozen=True, slots=True)
class Checkable:
    """One line: a material or a field, with what is wrong with it or when it follows."""

    about: str
    label: str
    standard: str
    wrong: str
    ticked: bool
    problem: Phrase | None


def read_lines(asked: Asked, body: FormData) -> dict[str, str]:
    if asked.act not in LISTED:
        return {}
    names = [f"{kind}:{about}" for about in _abouts(asked) for kind in ("wrong", "tick")]
    return {name: text for name in names if (text := forms.text(body, name))}


def lines_said(asked: Asked, typed: Mapping[str, str]) -> list[Correction]:
    """A secondary material that was ticked without a word follows within the item's own time."""
    without = _follows(asked)
    return [Correction(about, wrong or without) for about, wrong in _wrongs(typed).items() if wrong or without]


def line_problems(asked: Asked, typed: Mapping[str, str]) -> dict[str, Phrase]:
    if asked.act not in LISTED:
        return {}
    found: dict[str, Phrase] = {}
    wrongs = _wrongs(typed)
    for about, wrong in wrongs.items():
        if not wrong and not _follows(asked):
            found[f"wrong:{about}"] = say("act.wrong-empty", what=label_of(asked.request, asked.item, about))
    if not wrongs:
        first = next(iter(_abouts(asked)), _OTHER)
        found[f"wrong:{first}"] = say(f"act.{asked.act}.none")
    return found


def checklist(asked: Asked, form: Filled) -> list[tuple[Phrase, Sequence[Checkable]]]:
    def line(about: str, label: str, standard: str = "") -> Checkable:
        wrong, tick = form.values.get(f"wrong:{about}", ""), form.values.get(f"tick:{about}", "")
        return Checkable(about, label, standard, wrong, bool(wrong or tick), form.problems.get(f"wrong:{about}"))

    item, request = asked.item, asked.request
    if asked.act not in LISTED:
        return []
    if asked.act is Act.ACCEPT_CONDITIONALLY:
        materials = [line(code, label_of(request, item, code)) for code in _abouts(asked)]
        return [(say("act.lines-secondary"), materials)] if materials else []
    other = (say("act.lines-other"), [line(_OTHER, "")])
    if item is None:
        return [other]
    return [
        (
            say("act.lines-materials"),
            [line(m.code, label_of(request, item, m.code), m.standard) for m in item.materials if m.asked_of_applicant],
        ),
        (say("act.lines-fields"), [line(f.key, label_of(request, item, f.key)) for f in item.fields]),
        other,
    ]


def _abouts(asked: Asked) -> list[str]:
    item = asked.item
    if asked.act is Act.ACCEPT_CONDITIONALLY:
        if item is None or item.conditional is None:
            return []
        here = {paper.material for paper in asked.case.papers}
        return [m.code for m in item.materials if m.secondary and m.asked_of_applicant and m.code not in here]
    if item is None:
        return [_OTHER]
    return [*(m.code for m in item.materials if m.asked_of_applicant), *(f.key for f in item.fields), _OTHER]


def _follows(asked: Asked) -> str:
    """What is said of a material that may follow, where the officer writes nothing; Chinese: it goes on a notice."""
    if asked.act is not Act.ACCEPT_CONDITIONALLY or asked.item is None or asked.item.conditional is None:
        return ""
    span = asked.item.conditional.supply_within
    unit = {"wd": "个工作日", "cd": "日", "month": "个月"}.get(span.unit, "")
    return f"自受理之日起{span.value}{unit}内补齐"


def _wrongs(typed: Mapping[str, str]) -> dict[str, str]:
    """about -> what is wrong with it; empty text for a line that was only ticked."""
    found = {name.partition(":")[2]: "" for name in typed if name.startswith("tick:")}
    return found | {name.partition(":")[2]: text for name, text in typed.items() if name.startswith("wrong:")}
