"""What can go wrong, sorted by whose move it is next.

* MicrocenterError
  x Refused      the rules forbid what a person asked: show a page, log nothing
  x Distrusted   bytes from outside failed a check: set them aside, count them, go on
  x Unreachable  a wire is down: keep the mail, try again; never shown as an error
  x Damaged      our own records are not as we left them: stop, and say so loudly

Inside, raise. At a border (page, courier, job, command) decide. Every error carries a stable
`code` out of TEXTS; the consoles translate the code, so the English here is for logs, commands
and tests. `params` never holds a person's name, number or answers: errors are logged.
"""

from __future__ import annotations

from typing import ClassVar

from protocol.codes import TEXTS


class MicrocenterError(Exception):
    """Root of the tree. `code` is stable and listed in TEXTS; `hint` says the next step."""

    branch: ClassVar[str] = ""

    def __init__(self, code: str, **params: object) -> None:
        if code not in TEXTS:
            raise KeyError(f"error code {code!r} is not in protocol.codes.TEXTS")
        if not code.startswith(self.branch + "."):
            raise KeyError(f"error code {code!r} does not belong to {type(self).__name__}")
        self.code = code
        self.params = params
        super().__init__(self.text)

    @property
    def text(self) -> str:
        return TEXTS[self.code][0].format_map(_Known(self.params))

    @property
    def hint(self) -> str:
        return TEXTS[self.code][1].format_map(_Known(self.params))

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"


class Refused(MicrocenterError):
    branch = "refused"


class Distrusted(MicrocenterError):
    branch = "distrusted"


class Unreachable(MicrocenterError):
    branch = "unreachable"


class Damaged(MicrocenterError):
    branch = "damaged"


class _Known(dict[str, object]):
    """A parameter that nobody gave shows as its own name instead of hiding the message."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
