"""What a check of the doctor says: one line, in both languages, with the next step unless all is well."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"  # it works, and somebody should act
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Line:
    check: str
    level: Level
    zh: str
    en: str
    next_step: str = ""


Said = tuple[Level, str, str] | tuple[Level, str, str, str]  # all of a line but the name of its check
