"""An A4 printer with a tray of paper that a test, or somebody showing the house, can empty, jam and fill.

Strict: what is no PDF, a title in which a person could stand, or no copy at all is a mistake of ours and said so. A job
moves on each time when it is asked for: taken, printing, out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from node.devices import NO_PAPER, READY, SILENT, STOPPED, Seen
from node.devices.a4 import MOST_COPIES, JobState
from protocol.errors import Unreachable

_TITLE = re.compile(r"[A-Z0-9-]{1,40}|test page")
_NEXT = {JobState.QUEUED: JobState.PRINTING, JobState.PRINTING: JobState.DONE}


@dataclass
class _Job:
    pdf: bytes
    copies: int
    state: JobState = JobState.QUEUED


class FakeA4Printer:
    def __init__(self) -> None:
        self.out: list[bytes] = []  # what lies in the tray, a copy each
        self.sheets = 500  # a copy takes one
        self._jobs: dict[str, _Job] = {}
        self._taken = 0
        self._is_jammed = False
        self._plugged = True

    def run_out(self) -> None:
        self.sheets = 0

    def fill(self) -> None:
        self.sheets = 500

    def jam(self) -> None:
        self._is_jammed = True

    def clear(self) -> None:
        self._is_jammed = False

    def unplug(self) -> None:
        self._plugged = False

    def plug_in(self) -> None:
        """What it had in its memory is gone, as with most printers."""
        self._plugged = True
        self._jobs.clear()

    def look(self) -> Seen:
        if not self._plugged:
            return SILENT
        if self._is_jammed:
            return STOPPED
        return READY if self.sheets else NO_PAPER

    def submit(self, pdf: bytes, title: str, copies: int) -> str:
        self._require_power()
        if not pdf.startswith(b"%PDF-") or not _TITLE.fullmatch(title) or not 1 <= copies <= MOST_COPIES:
            raise ValueError("not what is printed here")
        self._taken += 1
        self._jobs[str(self._taken)] = _Job(pdf, copies)
        return str(self._taken)

    def job(self, ref: str) -> JobState:
        self._require_power()
        job = self._jobs.get(ref)
        if job is None:
            return JobState.UNKNOWN
        if job.state not in _NEXT:
            return job.state
        if self._is_jammed:
            return JobState.STOPPED
        if self.sheets < job.copies:
            return JobState.NO_PAPER
        job.state = _NEXT[job.state]
        if job.state is JobState.DONE:
            self.sheets -= job.copies
            self.out += [job.pdf] * job.copies
        return job.state

    def cancel(self, ref: str) -> None:
        self._require_power()
        if (job := self._jobs.get(ref)) is not None and job.state in _NEXT:
            job.state = JobState.FAILED

    def _require_power(self) -> None:
        if not self._plugged:
            raise Unreachable("unreachable.device", why="no-device")
