"""The language of instant rules: a small part of CEL, compiled and evaluated by a library.

The only module that imports it. Comparisons, and/or/not, sums, `in` and four questions about a text are let
through; regular expressions, loops over lists, conversions and clocks are not, so every expression ends at once and
says the same everywhere. What is wrong with one is found when the catalogue is checked, by trying it on typical
values; what goes wrong later all the same is an error, and an error is a person's case.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

LIBRARY = "common-expression-language"
LONGEST = 400  # characters; the parser's depth is bounded by it too
MOST_NAMES = 6  # of one expression, so that every combination of typical values can be tried

Value = str | int | float | bool

_ALLOWED = frozenset(
    {"_&&_", "_||_", "!_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_+_", "_-_", "_*_", "-_", "@in"}
    | {"size", "startsWith", "endsWith", "contains"}
)
# what the library raises for a value that does not fit; a fault in it is another thing and is not hidden
_FAILURES = (TypeError, ValueError, RuntimeError, ArithmeticError, LookupError)


class Unfit(ValueError):
    """The expression cannot be used. What is wrong, and what to do, is its text."""


class Failed(ValueError):
    """It could not be evaluated on these values, or did not answer yes or no."""


@dataclass(frozen=True, slots=True)
class Expression:
    text: str
    names: tuple[str, ...]  # the inputs that it reads
    _program: Any  # of the library

    def holds(self, values: Mapping[str, Value]) -> bool:
        """:raises Failed: a value is missing or does not fit, or the answer is not yes or no"""
        try:
            answer = self._program.execute({name: values[name] for name in self.names})
        except _FAILURES as why:
            raise Failed(f"{type(why).__name__}: {why}") from why
        if not isinstance(answer, bool):
            raise Failed("answers neither yes nor no")
        return answer


@functools.lru_cache(maxsize=1000)
def compiled(text: str) -> Expression:
    """:raises Unfit: too long, no CEL, or more of CEL than is let through"""
    if len(text) > LONGEST:
        raise Unfit(f"is longer than {LONGEST} characters; make two rules of it")
    import cel  # 0.2 s and the library's own terminal: a party that decides nothing need not carry it

    try:
        program = cel.compile(text)
        read = program.references()
    except _FAILURES as why:
        raise Unfit(f"cannot be read as CEL ({_first_line(why)}); correct it") from why
    strange = sorted(set(read["functions"]) - _ALLOWED)
    if strange:
        raise Unfit(f"uses {strange[0]}, which rules may not; compare, add, and, or, not and in will do")
    if len(read["variables"]) > MOST_NAMES:
        raise Unfit(f"reads more than {MOST_NAMES} inputs; make two rules of it")
    return Expression(text, tuple(read["variables"]), program)


def tried(expression: Expression, typical: Mapping[str, Sequence[Value]]) -> None:
    """Evaluate on every combination of typical values of its names.

    :raises Unfit: it fails on one of them, so it compares what cannot be compared, or answers neither yes nor no
    """
    choices = [typical[name] for name in expression.names]
    for combination in itertools.product(*choices):
        try:
            expression.holds(dict(zip(expression.names, combination, strict=True)))
        except Failed as why:
            raise Unfit(f"fails on ordinary values ({_first_line(why)}); compare like with like") from why


@functools.cache
def library() -> str:
    """Name and version, as a trace says by what it was decided."""
    return f"{LIBRARY} {version(LIBRARY)}"


def _first_line(why: Exception) -> str:
    return (str(why).splitlines() or [type(why).__name__])[0][:120]
