"""A4 over IPP: a real CUPS with a queue of its own, and answers that no printer should give.

The queue takes PDF as it is (no Ghostscript in between), and its back end is a script that waits for paper.
"""

from __future__ import annotations

import os
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from node.devices import NO_PAPER, READY, SILENT, STOPPED
from node.devices.a4 import FolderPrinter, IppPrinter, JobState, standing
from node.devices.ipp import read_answer
from protocol.errors import Unreachable
from provisioning.mosquitto import free_port

CUPSD = Path("/usr/sbin/cupsd")
PDF = b"%PDF-1.7\nnot much of a page\n%%EOF\n"
PATIENCE_S = 15.0


def settles(asked: Callable[[], object], wanted: object) -> None:
    until = time.monotonic() + PATIENCE_S
    while (seen := asked()) != wanted:
        assert time.monotonic() < until, f"still {seen}"
        time.sleep(0.05)  # what is waited for is another process


@pytest.fixture
def cups(tmp_path: Path) -> Iterator[tuple[IppPrinter, Path]]:
    """A queue and the folder in which `no-paper` and `out.pdf` stand."""
    for name in ("root", "cache", "state", "spool", "log", "tmp", "bin/backend"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("daemon", "notifier"):
        (tmp_path / "bin" / name).symlink_to(f"/usr/lib/cups/{name}")
    script = tmp_path / "bin/backend/tray"
    script.write_text(
        "#!/bin/sh\n"
        f"cd {tmp_path}\n"
        "[ -e no-paper ] && echo 'STATE: +media-empty-error' >&2\n"
        "while [ -e no-paper ]; do sleep 0.1; done\n"
        "echo 'STATE: -media-empty-error' >&2\n"
        'cat "${6:--}" > out.pdf\n'
    )
    script.chmod(0o700)
    (tmp_path / "root/cups-files.conf").write_text(
        f"ServerRoot {tmp_path}/root\nServerBin {tmp_path}/bin\nCacheDir {tmp_path}/cache\nStateDir {tmp_path}/state\n"
        f"RequestRoot {tmp_path}/spool\nTempDir {tmp_path}/tmp\nPrintcap\n"
        f"AccessLog {tmp_path}/log/access\nErrorLog {tmp_path}/log/error\nPageLog {tmp_path}/log/page\n"
    )
    port = free_port()
    (tmp_path / "root/cupsd.conf").write_text(
        f"Listen 127.0.0.1:{port}\nBrowsing No\nWebInterface No\n"
        "<Location />\nOrder allow,deny\nAllow from 127.0.0.1\n</Location>\n"
        "<Policy default>\n<Limit All>\nOrder deny,allow\n</Limit>\n</Policy>\n"
    )
    (tmp_path / "root/printers.conf").write_text(
        "<Printer a4>\nDeviceURI tray:/\nState Idle\nAccepting Yes\n</Printer>\n"
    )
    root = tmp_path / "root"
    with subprocess.Popen(
        [CUPSD, "-f", "-c", root / "cupsd.conf", "-s", root / "cups-files.conf"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as cupsd:
        printer = IppPrinter(f"ipp://127.0.0.1:{port}/printers/a4")
        try:
            settles(printer.look, READY)
            yield printer, tmp_path
        finally:
            (tmp_path / "no-paper").unlink(missing_ok=True)
            cupsd.terminate()
            cupsd.wait(PATIENCE_S)


@pytest.mark.broker
@pytest.mark.skipif(not CUPSD.exists() or os.geteuid() != 0, reason="a CUPS of one's own wants cups-daemon and root")
def test_cups_prints_the_same_bytes_and_says_when_the_paper_is_out(cups: tuple[IppPrinter, Path]) -> None:
    printer, folder = cups
    first = printer.submit(PDF, "DAFENG-26-00001-ABC", 1)
    settles(lambda: printer.job(first), JobState.DONE)
    assert (folder / "out.pdf").read_bytes() == PDF
    (folder / "no-paper").touch()
    second, third = (printer.submit(PDF, "DAFENG-26-00002-ABC", 1) for _ in range(2))
    settles(lambda: printer.job(second), JobState.NO_PAPER)
    assert printer.look() == NO_PAPER
    assert printer.job(third) is JobState.NO_PAPER  # it stands behind the other
    printer.cancel(third)
    settles(lambda: printer.job(third), JobState.FAILED)
    (folder / "no-paper").unlink()
    settles(lambda: printer.job(second), JobState.DONE)
    settles(printer.look, READY)
    assert printer.job("4711") is JobState.UNKNOWN
    printer.cancel("4711")


@pytest.mark.broker
def test_nobody_at_the_address_is_a_silent_printer() -> None:
    printer = IppPrinter(f"ipp://127.0.0.1:{free_port()}/printers/a4")
    assert printer.look() == SILENT
    with pytest.raises(Unreachable):
        printer.submit(PDF, "DAFENG-26-00001-ABC", 1)
    with pytest.raises(Unreachable):
        printer.job("1")


def says(state: int, *reasons: str) -> bytes:
    def attribute(tag: int, name: str, value: bytes) -> bytes:
        return struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(value)) + value

    told = attribute(0x23, "printer-state", struct.pack(">i", state))
    for number, reason in enumerate(reasons):
        told += attribute(0x44, "" if number else "printer-state-reasons", reason.encode())
    return b"\x02\x00\x00\x00\x00\x00\x00\x01\x01\x04" + told + b"\x03"


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        (says(3, "none"), READY),
        (says(4, "toner-low-warning"), READY),
        (says(5, "media-empty-error"), NO_PAPER),
        (says(4, "cups-missing-filter-warning", "media-needed"), NO_PAPER),
        (says(5, "paused"), STOPPED),
        (says(4, "media-jam-error"), STOPPED),
        (says(3, "offline-report"), SILENT),
    ],
)
def test_why_a_printer_waits_comes_before_that_it_waits(said: bytes, seen: object) -> None:
    assert standing(read_answer(said)) == seen


def test_half_an_answer_is_none() -> None:
    whole = says(5, "media-empty-error", "door-open")
    for end in range(len(whole)):
        with pytest.raises(ValueError, match="not an answer"):
            read_answer(whole[:end])


def test_a_folder_tells_what_the_other_program_made_of_a_file(tmp_path: Path) -> None:
    printer = FolderPrinter(str(tmp_path))
    first, second, third = (printer.submit(PDF, "DAFENG-26-00001-ABC", 2) for _ in range(3))
    assert {printer.job(ref) for ref in (first, second, third)} == {JobState.QUEUED}
    assert sorted(file.suffix for file in tmp_path.iterdir()) == [".pdf"] * 3  # nothing half written is left
    for ref, place in ((first, "done"), (second, "failed")):
        (tmp_path / place).mkdir()
        (tmp_path / f"{ref}-2.pdf").rename(tmp_path / place / f"{ref}-2.pdf")
    printer.cancel(third)
    assert [printer.job(ref) for ref in (first, second, third)] == [JobState.DONE, JobState.FAILED, JobState.UNKNOWN]
    assert printer.job("../../etc/*") is JobState.UNKNOWN
    assert FolderPrinter(str(tmp_path / "gone")).look() == SILENT
    with pytest.raises(Unreachable):
        FolderPrinter(str(tmp_path / "gone")).submit(PDF, "DAFENG-26-00001-ABC", 1)


@pytest.mark.parametrize("url", ["", "http://a:631/x", "ipp://a b/x", "ipp://a:631/x?y", "/dev/lp0"])
def test_an_address_that_is_none_stops_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="url is"):
        IppPrinter(url)
