"""The pieces that pages are made of, as the macros of `templates/macros.html` take them.

Plain values: a use case or a page fills them in, the macro decides how they look. Text is a Phrase (said in
the reader's language) or a `str` that came from a person or the catalogue (shown as it is, escaped).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from protocol.console.texts import Phrase

Text = Phrase | str


class Tone(StrEnum):
    """How a thing stands. Never shown by colour alone: each has an icon and a word beside it."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Icon(StrEnum):
    """Names of the drawings in `templates/macros.html`."""

    CHECK = "check"
    SAVED = "saved"  # a filled disc: on this station's disk
    UP = "up"  # waits to be sent
    HALF = "half"  # partly there
    ALERT = "alert"
    CROSS = "cross"
    INFO = "info"
    CLOCK = "clock"
    LOCK = "lock"
    LINK = "link"
    DARK = "dark"  # no link


@dataclass(frozen=True, slots=True)
class Chip:
    """A status: icon, word, tone."""

    text: Text
    tone: Tone = Tone.PLAIN
    icon: Icon = Icon.INFO


@dataclass(frozen=True, slots=True)
class NavItem:
    """`route` is the name of the route it leads to; `count` > 0 shows as a badge."""

    route: str
    text: Phrase
    count: int = 0


@dataclass(frozen=True, slots=True)
class SyncBar:
    """The line under the header: what of this party's mail has truly arrived, as of `as_of`.

    `parts` are shown in a row with dots between them. `farewell` is said to whoever signs out while
    something is still owed. `devices` stand in a strip below: how the things on the table are.
    `call` rings until somebody presses the button that posts to `call_answer`.
    """

    tone: Tone
    icon: Icon
    parts: Sequence[Phrase]
    as_of: datetime
    href: str | None = None
    farewell: Phrase | None = None
    devices: Sequence[Chip] = ()
    call: Phrase | None = None
    call_answer: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a summary list. `href` with `action` shows a link to change it."""

    label: Text
    value: Text
    href: str | None = None
    action: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One act on a timeline, newest first as the page gives them."""

    title: Text
    at: datetime
    by: str = ""
    where: Text = ""
    note: str = ""
    tone: Tone = Tone.PLAIN
    icon: Icon = Icon.CHECK


@dataclass(frozen=True, slots=True)
class PaperFile:
    label: Text
    href: str
    size_bytes: int
    chip: Chip | None = None


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One material of a case with the files that show it."""

    label: str
    required: bool
    files: Sequence[PaperFile] = ()
    hint: Text = ""


@dataclass(frozen=True, slots=True)
class Pager:
    """`href` is the address with `{page}` in the place of the number."""

    page: int
    pages: int
    href: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a page about trouble says; `reference` leads to the log and is empty where the reader needs none."""

    happened: str
    next_step: str
    reference: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it is shown: what stands in its fields and what is wrong with them.

    What was typed is given back after a refusal; `problems` is keyed by field, in the order of the page.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, Phrase] = field(default_factory=dict)
