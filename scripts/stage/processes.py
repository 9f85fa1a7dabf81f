"""The parties as processes: started, waited for, stopped in order, killed without warning.

Each party is a process of its own with its output in `logs/<party>.log`. All of them end with this
process, even if it is killed: the kernel sees to that. No step that waits waits for ever.
"""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from protocol.exchange.topics import HUB
from protocol.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
START_S = 60.0
STOP_S = 30.0  # its last sync included
POLL_S = 0.05


class NotStarted(Exception):
    """A party did not come up; the last lines of its log."""


@dataclass(slots=True)
class Party:
    settings: Settings
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def name(self) -> str:
        return self.settings.party

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.http.port}"

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def launch(self) -> None:
        """It is on its way; ready() says when its pages are served."""
        module = "hub.cli" if self.name == HUB else "node.cli"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                # setpriv: ended by the kernel with the thread that started it
                [
                    "setpriv",
                    "--pdeathsig",
                    "TERM",
                    sys.executable,
                    "-m",
                    module,
                    "serve",
                    "--folder",
                    self.settings.folder,
                ],
                cwd=ROOT,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is ours; we stop the parties in order
            )

    def ready(self) -> bool:
        """Its pages are served.

        :raises NotStarted: it has ended
        """
        if not self.runs:
            raise NotStarted(f"{self.name}: {self.last_words()}")
        connection = http.client.HTTPConnection("127.0.0.1", self.settings.http.port, timeout=5)
        try:
            connection.request("GET", "/sign-in")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()

    def start(self) -> None:
        """Serving.

        :raises NotStarted: it ended, or took longer than START_S
        """
        self.launch()
        await_ready([self])

    def stop(self) -> None:
        """Ended in good order, what it owed to its replica written."""
        stop_all([self])

    def kill(self) -> None:
        """Gone between two instructions, as in a power cut."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def last_words(self, lines: int = 12) -> str:
        try:
            return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])
        except OSError:
            return "no log"


def await_ready(parties: Iterable[Party]) -> None:
    """
    :raises NotStarted: one of them ended, or took longer than START_S
    """
    deadline = time.monotonic() + START_S
    waiting = list(parties)
    while waiting:
        waiting = [party for party in waiting if not party.ready()]
        if waiting and time.monotonic() > deadline:
            raise NotStarted(f"{waiting[0].name}: {waiting[0].last_words()}")
        time.sleep(POLL_S if waiting else 0)


def stop_all(parties: Iterable[Party]) -> None:
    """Asked together, waited for together; what does not end in STOP_S is killed."""
    running = [party.process for party in parties if party.process is not None and party.runs]
    for process in running:
        process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_S
    for process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def at_work_in(folder: Path) -> list[int]:
    """Processes that name something in this folder on their command line: parties and their litestreams."""
    found = []
    inside = os.fsencode(folder) + b"/"
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:  # it ended meanwhile
            continue
        if any(word.startswith(inside) for word in words) and int(process.name) != os.getpid():
            found.append(int(process.name))
    return found
