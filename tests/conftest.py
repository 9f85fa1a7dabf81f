"""What holds for every test, without being asked for.

No wire unless the test is marked as one that needs it, and then only to this machine. No thread and
no open file of the test's own folder is left behind. Hypothesis draws the same examples in every
run of `scripts/test`, so a red run is red again.
"""

from __future__ import annotations

import gc
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests import once

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# no deadline: two cores that others use too say nothing about the code.
# function_scoped_fixture: the fixtures of this file hold for the whole test and need no reset per example.
COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}
settings.register_profile("quick", max_examples=25, **COMMON)
settings.register_profile("ci", max_examples=100, derandomize=True, print_blob=True, **COMMON)
settings.register_profile("long", max_examples=2000, **COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

for save in (once.cheap_passwords, once.copied_stores, once.remembered_tokens, once.no_waiting_for_the_disk):
    save(pytest.MonkeyPatch())  # never undone: other test modules make passwords while they are imported

WIRED = ("broker", "pages", "journey")  # markers of tests that open sockets
THREAD_PATIENCE_S = 5.0

# Threads that others start and that outlive a test by design; each with the reason.
NOT_OURS = (
    "AnyIO worker thread",  # starlette's pool: idle workers wait for the next request, then for the loop's end
    "asyncio_",  # default executor of a loop, joined when the loop closes
    "waitpid-",  # asyncio watches a child that Playwright started
)


class WireForbidden(AssertionError):
    """A test reached for the network without saying so."""


def _is_here(address: object) -> bool:
    host = address[0] if isinstance(address, tuple) and address else ""
    return isinstance(host, str) and (host in ("localhost", "::1") or host.startswith("127."))


LONGEST_FIRST = ("journey", "broker", "pages")
ALONE = ("tests/journeys/", "tests/contract/")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that two workers end together. Within a file the order stays."""

    def place(file: list[pytest.Item]) -> int:
        marks = {mark.name for item in file for mark in item.iter_markers()}
        return next((place for place, name in enumerate(LONGEST_FIRST) if name in marks), len(LONGEST_FIRST))

    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    items[:] = [item for file in sorted(files.values(), key=place) for item in file]


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist, and asked only where it has workers to feed
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """A file is one worker's, whose fixtures are made once. What starts processes and waits for them with a deadline
    is one worker's too, one after the other: two such districts at a time would have half a core each."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "alone" if nodeid.startswith(ALONE) else super()._split_scope(nodeid)

    return ByFile(config, log)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One for a module, half a second; a test opens a context of its own in it and closes that.

    Not one for all: while Playwright is at work in this thread, asyncio.run() is refused here, and a seal is put on a
    PDF with it. A module that seals does so before its first test asks for `chromium`.
    """
    from playwright.sync_api import sync_playwright  # most runs of a few tests need no Playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def no_wire_unless_marked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections fail at once in an unmarked test; in a marked one they may lead to this machine only."""
    marked = any(request.node.get_closest_marker(name) for name in WIRED)

    def guarded(plain):
        def connect(self: socket.socket, address: object) -> object:
            if self.family != socket.AF_UNIX and not (marked and _is_here(address)):
                allowed = "127.0.0.1 only" if marked else f"no socket; mark it with one of {', '.join(WIRED)}"
                raise WireForbidden(f"this test may open {allowed}, and reached for {address!r}")
            return plain(self, address)

        return connect

    monkeypatch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))


def _left_over(before: set[threading.Thread]) -> list[threading.Thread]:
    return [
        thread
        for thread in threading.enumerate()
        if thread not in before and thread.is_alive() and not thread.name.startswith(NOT_OURS)
    ]


@pytest.fixture(autouse=True)
def no_thread_is_left_behind() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + THREAD_PATIENCE_S
    for thread in _left_over(before):  # one that is on its way out may finish
        thread.join(max(0.0, deadline - time.monotonic()))
    left = _left_over(before)
    assert not left, f"still running after the test: {', '.join(thread.name for thread in left)}"


def _open_files_in(folder: Path) -> list[str]:
    """Paths below `folder` that this process holds open: stores, papers, logs."""
    found = []
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            path = os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError:  # the descriptor of the listing itself is gone by now
            continue
        if path.startswith(f"{folder}/"):
            found.append(path.removeprefix(f"{folder}/"))
    return sorted(found)


@pytest.fixture(autouse=True)
def no_file_is_left_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """sqlite3 says nothing about a connection that nobody closed before Python 3.13, so the descriptors are asked."""
    yield
    folder = request.node.funcargs.get("tmp_path")
    if folder is None or not Path("/proc/self/fd").exists():
        return
    if _open_files_in(folder):
        gc.collect()  # a failed test's traceback may hold what it opened
    left = _open_files_in(folder)
    assert not left, f"still open after the test: {', '.join(left)}"
