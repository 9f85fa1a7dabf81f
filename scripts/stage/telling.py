"""What the person in front of the terminal reads: each line in Chinese and English, each step with its time."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from protocol.documents.fonts import FontSet
from protocol.errors import Damaged


@dataclass(slots=True)
class Teller:
    """`began` is the zero of the times in front of the lines."""

    began: float = field(default_factory=time.monotonic)
    steps: int = 0

    def line(self, text: str = "") -> None:
        print(text, flush=True)

    def say(self, zh: str, en: str) -> None:
        """One thing in both languages, behind the seconds since the start."""
        self.line(f"[{time.monotonic() - self.began:6.1f} s] {zh} · {en}")

    def chapter(self, zh: str, en: str) -> None:
        self.line()
        self.line(f"== {zh} · {en}")

    @contextmanager
    def step(self, zh: str, en: str) -> Iterator[None]:
        """Printed when it has held, with how long it took; a step that failed says so and raises on."""
        self.steps += 1
        began = time.monotonic()
        try:
            yield
        except BaseException:
            self.say(f"✗ {self.steps:3d} {zh}", f"FAILED: {en}")
            raise
        self.say(f"✓ {self.steps:3d} {zh}", f"{en} ({time.monotonic() - began:.1f} s)")


def complain(zh: str, en: str) -> None:
    print(f"{zh}\n{en}", file=sys.stderr, flush=True)


def told_about_fonts(teller: Teller) -> bool:
    """Whether documents can be printed; where they cannot, that is said."""
    try:
        FontSet()
    except Damaged:
        teller.say(
            "缺少中文字体，回执和决定书不能打印，其余照常（apt-get install fonts-noto-cjk）",
            "no CJK font: receipts and decisions cannot be printed, all else works (apt-get install fonts-noto-cjk)",
        )
        return False
    return True
