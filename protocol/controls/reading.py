"""The strict reading of the rule files that people edit, one file for each class of rules.

As with the catalogue, a file is refused for anything that is not understood; the refusal names the file, the field
and what to do. `contradictions` holds for every set of rules, whether it was read from files or made at the hub.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from importlib.resources.abc import Traversable

import msgspec

from protocol.catalogue.reading import read_as
from protocol.controls.refusals import CONTROLS
from protocol.controls.rules import LETTER, ControlRule, RuleClass
from protocol.errors import Refused

_CODE = re.compile(r"[WDLA]-[0-9]{2,3}")
_NAME = re.compile(r"([WDLA]-[0-9]{2,3}) v([1-9][0-9]*)")
MAX_TEXT = 2000  # characters: a rule that nobody can read in a minute is several rules


class _File(msgspec.Struct, frozen=True):
    rule_class: RuleClass = msgspec.field(name="class")
    rules: list[ControlRule]


def standard_rules() -> list[ControlRule]:
    """The rules that come with the software, by code and version."""
    return load_folder(resources.files("protocol.controls") / "rules")


def load_folder(folder: Traversable) -> list[ControlRule]:
    """Every `<class>.yaml` of a folder (a Path will do), by code and version.

    :raises Refused: catalogue: a file is not understood, or two rules contradict each other
    """
    read: list[ControlRule] = []
    origin: dict[str, str] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith((".yaml", ".yml")):
            rules = read_rules(file.name, file.read_bytes())
            read += rules
            origin |= {rule.name: file.name for rule in rules}
    for rule, field, problem in contradictions(read):
        raise _refused(origin[rule.name], f"{rule.name} {field}", problem)
    return sorted(read, key=lambda rule: (rule.code, rule.version))


def read_rules(file: str, data: bytes) -> list[ControlRule]:
    """The rules of one file, each sound in itself.

    :raises Refused: catalogue: with `file`, `field` and `problem` (what to do)
    """
    read = read_as(_File, file, data)
    for place, rule in enumerate(read.rules):
        for field, problem in faults(rule):
            raise _refused(file, f"rules[{place}].{field}", problem)
        if rule.rule_class is not read.rule_class:
            letter = LETTER[read.rule_class]
            raise _refused(file, f"rules[{place}].code", f"rules of the class {read.rule_class} begin with {letter}-")
    return read.rules


def faults(rule: ControlRule) -> Iterator[tuple[str, str]]:
    """What is wrong with one rule by itself: field and what to do."""
    if not _CODE.fullmatch(rule.code):
        yield "code", "must be W-, D-, L- or A- and two or three digits, such as A-03"
    if rule.version < 1:
        yield "version", "must be 1 or more"
    for name in ("title", "title_en", "text", "owner"):
        if not getattr(rule, name).strip():
            yield name, "is empty; fill it in"
    if len(rule.text) > MAX_TEXT:
        yield "text", f"has more than {MAX_TEXT} characters; make two rules of it"
    if not rule.readers:
        yield "readers", "is empty; say hub, station or both"
    if rule.in_force_to is not None and rule.in_force_to < rule.in_force_from:
        yield "in_force_to", "lies before in_force_from; correct one of the two"
    if rule.review_by <= rule.in_force_from:
        yield "review_by", "must lie after in_force_from"
    if rule.replaces and not _NAME.fullmatch(rule.replaces):
        yield "replaces", "must name a rule and its version, such as A-03 v1"
    for control in rule.enforced_by:
        if control not in CONTROLS:
            yield "enforced_by", f"{control!r} is not a control; they are in protocol/controls/refusals.py"


def contradictions(rules: Sequence[ControlRule]) -> Iterator[tuple[ControlRule, str, str]]:
    """What rules that are each sound forbid together: the rule, the field and what to do."""
    known: dict[str, ControlRule] = {}
    for rule in rules:
        if rule.name in known:
            yield rule, "version", "is there twice; give the later one a new version"
        known[rule.name] = rule
    for rule in rules:
        if rule.replaces and rule.replaces not in known:
            yield rule, "replaces", f"there is no {rule.replaces}; correct the name or remove it"
        elif circle := _circle(rule, known):
            yield rule, "replaces", f"leads in a circle ({circle}); remove one of the steps"
    for before, after in itertools.pairwise(sorted(rules, key=lambda rule: (rule.code, rule.in_force_from))):
        if before.code == after.code and before.holds_on(after.in_force_from):
            yield after, "in_force_from", f"{before.name} is in force on that day; end it the day before (in_force_to)"
    yield from _claimed_twice(rules)


def _circle(rule: ControlRule, known: dict[str, ControlRule]) -> str:
    path = [rule.name]
    while (step := known.get(path[-1])) is not None and step.replaces:
        if step.replaces in path:
            return " -> ".join([*path, step.replaces])
        path.append(step.replaces)
    return ""


def _claimed_twice(rules: Iterable[ControlRule]) -> Iterator[tuple[ControlRule, str, str]]:
    """A breach is a breach of one rule: two may not claim the same control on the same day."""
    by_control: dict[str, list[ControlRule]] = {}
    for rule in rules:
        for control in rule.enforced_by:
            by_control.setdefault(control, []).append(rule)
    for control, claiming in by_control.items():
        for one, other in itertools.combinations(claiming, 2):
            if one.code != other.code and (one.holds_on(other.in_force_from) or other.holds_on(one.in_force_from)):
                yield other, "enforced_by", f"{control} belongs to {one.name} at the same time; leave it to one rule"


def _refused(file: str, field: str, problem: str) -> Refused:
    return Refused("refused.catalogue", file=file, field=field, problem=problem)
