"""The A4 printer: a PDF goes in, and until it lies in the tray one can ask how it stands.

Over IPP to CUPS on this box or to a printer on the LAN; or as files in a folder that some other program prints from.
A job has a title that says nothing of a person: it shows on the printer's display and in its log. What a printer no
longer knows is never said to be printed.
"""

from __future__ import annotations

import os
import re
import secrets
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from node.devices import LOW_PAPER, NO_PAPER, READY, SILENT, STOPPED, Device, Seen
from node.devices.ipp import NOT_FOUND, PORT, Answer, Operation, ask
from protocol.errors import Unreachable

LOOK_S, SUBMIT_S = 1.0, 10.0
MOST_COPIES = 9
_URL = re.compile(r"ipp://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[A-Za-z0-9._/-]*")
_REF = re.compile(r"[0-9a-f]{16}")


class JobState(StrEnum):
    QUEUED = "queued"
    PRINTING = "printing"
    NO_PAPER = "no-paper"  # goes on by itself once there is some
    STOPPED = "stopped"  # somebody has to go there
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the printer has forgotten it: whether it was printed can be seen in the tray alone


class A4Printer(Device, Protocol):
    def submit(self, pdf: bytes, title: str, copies: int) -> str:
        """The printer has all of it; the answer is what it calls the job. Takes ten seconds at most.

        :raises Unreachable: device: no answer, or it does not want it
        """
        ...

    def job(self, ref: str) -> JobState:
        """:raises Unreachable: device"""
        ...

    def cancel(self, ref: str) -> None:
        """Not printed, as far as it is not out yet. One that is over or forgotten stays as it is.

        :raises Unreachable: device
        """
        ...


class IppPrinter:
    """CUPS, or a printer that takes PDF itself."""

    def __init__(self, url: str) -> None:
        """:raises ValueError: not ipp://host:port/path"""
        if not _URL.fullmatch(url):
            raise ValueError(f"url is ipp://host:{PORT}/printers/name")
        self._url = url

    def look(self) -> Seen:
        try:
            return standing(self._ask(Operation.GET_PRINTER_ATTRIBUTES, LOOK_S))
        except Unreachable:
            return SILENT

    def submit(self, pdf: bytes, title: str, copies: int) -> str:
        answer = self._ask(
            Operation.PRINT_JOB, SUBMIT_S, data=pdf, job_name=title, document_format="application/pdf", copies=copies
        )
        try:
            return str(answer.number("job-id"))
        except ValueError as why:
            raise Unreachable("unreachable.device", why="no-job") from why

    def job(self, ref: str) -> JobState:
        answer = self._ask(Operation.GET_JOB_ATTRIBUTES, LOOK_S, job=int(ref))
        if answer.status == NOT_FOUND:
            return JobState.UNKNOWN
        try:
            state = _JOB_STATES.get(answer.number("job-state"), JobState.UNKNOWN)
        except ValueError as why:
            raise Unreachable("unreachable.device", why="no-state") from why
        if state not in (JobState.QUEUED, JobState.PRINTING, JobState.STOPPED):
            return state
        seen = standing(self._ask(Operation.GET_PRINTER_ATTRIBUTES, LOOK_S))
        return {NO_PAPER: JobState.NO_PAPER, STOPPED: JobState.STOPPED}.get(seen, state)

    def cancel(self, ref: str) -> None:
        self._ask(Operation.CANCEL_JOB, LOOK_S, job=int(ref))

    def _ask(
        self, operation: Operation, timeout_s: float, *, job: int = 0, data: bytes = b"", **named: int | str
    ) -> Answer:
        """:raises Unreachable: no answer, or a refusal that is not about a single job"""
        try:
            answer = ask(self._url, operation, timeout_s, job=job, data=data, **named)
        except (OSError, ValueError) as why:
            raise Unreachable("unreachable.device", why=type(why).__name__) from why
        if not answer.succeeded and not job:
            raise Unreachable("unreachable.device", why=f"ipp-{answer.status:04x}")
        return answer


# RFC 8011 §5.3.7; completed is what the printer itself believes
_JOB_STATES = {
    3: JobState.QUEUED,
    4: JobState.STOPPED,  # held by somebody
    5: JobState.PRINTING,
    6: JobState.STOPPED,
    7: JobState.FAILED,  # canceled
    8: JobState.FAILED,  # aborted
    9: JobState.DONE,
}


def standing(answer: Answer) -> Seen:
    """How a printer says that it stands (RFC 8011 §5.4.11, §5.4.12): why it waits comes before that it waits."""
    reasons = {_without_severity(word) for word in answer.words("printer-state-reasons")}
    if reasons & {"media-empty", "media-needed"}:
        return NO_PAPER
    if "offline" in reasons or "connecting-to-device" in reasons:
        return SILENT
    stopped = answer.attributes.get("printer-state", [0])[0] == 5
    if stopped or reasons & {"media-jam", "paused", "door-open", "cover-open", "toner-empty", "marker-supply-empty"}:
        return STOPPED
    return LOW_PAPER if "media-low" in reasons else READY


def _without_severity(word: str) -> str:
    """A warning is no standstill, but an empty tray is empty whatever the printer thinks of it."""
    for ending in ("-error", "-warning", "-report"):
        word = word.removesuffix(ending)
    return word


class FolderPrinter:
    """Files for another program: it prints what stands in the folder and moves it to `done` or `failed` beside it.

    Whole or not there: a file gets its name when all of it is on the disk. The number of copies is in the name.
    """

    def __init__(self, path: str) -> None:
        """:raises ValueError: not a path from the root"""
        if not path.startswith("/"):
            raise ValueError("url is the folder's path from the root")
        self._folder = Path(path)

    def look(self) -> Seen:
        return READY if os.access(self._folder, os.W_OK | os.X_OK) else SILENT

    def submit(self, pdf: bytes, title: str, copies: int) -> str:
        ref = secrets.token_hex(8)
        beside = self._folder / f".{ref}"
        try:
            with beside.open("xb") as file:
                file.write(pdf)
                file.flush()
                os.fsync(file.fileno())
            beside.rename(self._folder / f"{ref}-{copies}.pdf")
        except OSError as why:
            raise Unreachable("unreachable.device", why=type(why).__name__) from why
        return ref

    def job(self, ref: str) -> JobState:
        for place, state in (
            (self._folder, JobState.QUEUED),
            (self._folder / "done", JobState.DONE),
            (self._folder / "failed", JobState.FAILED),
        ):
            if self._files(place, ref):
                return state
        return JobState.UNKNOWN

    def cancel(self, ref: str) -> None:
        for file in self._files(self._folder, ref):
            file.unlink(missing_ok=True)

    def _files(self, place: Path, ref: str) -> list[Path]:
        """:raises Unreachable: the folder is not there (any more)"""
        if not self._folder.is_dir():
            raise Unreachable("unreachable.device", why="no-folder")
        return list(place.glob(f"{ref}-*.pdf")) if _REF.fullmatch(ref) else []
