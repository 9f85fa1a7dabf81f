"""Slips on paper: what a citizen holds in the hand, and what is said when there is no paper."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from node.devices import Health, slips
from node.devices.fakes.slip_printer import FakeSlipPrinter
from node.devices.registry import Devices
from node.devices.slip_picture import WIDTH, Slip, picture
from node.devices.slips import FilePrinter, NetworkPrinter, Setting
from protocol.errors import Damaged, Unreachable
from protocol.settings import Device as Wanted
from tests.world import MORNING

GOLDEN = Path(__file__).parent / "golden"
ORDINARY = Slip(
    "大丰街道便民服务站",
    "您的号码 Your number",
    "E023",
    ("社保就业",),
    (("前面还有", "5 人"), ("大约等候", "10–20 分钟"), ("取号时间", "11-24 09:32")),
    ("老年人、残疾人、军人、孕妇和预约群众按提前 10 分钟到达排序；任何人等候满 35 分钟优先。",),
)
LONG = Slip(
    "新都区三河街道碧水社区暨龙桥工业园区企业服务联合便民服务中心",
    "您的号码 Your number",
    "B118",
    ("企业开办", "经营许可", "不动产公积金"),
    (
        ("People before you in the same queue, and called before you", "12"),
        ("大约等候 About", "不到 5 分钟 / under 5 min"),
    ),
    ("Whoever is old, disabled, a soldier or pregnant counts as having come ten minutes earlier; 㛃𬱖。",),
)


@pytest.mark.parametrize(("name", "slip"), [("ordinary", ORDINARY), ("long", LONG)])
def test_a_slip_looks_as_it_always_did(name, slip):
    """Point for point: fonts-noto-cjk of Debian and Pillow's own FreeType are both pinned."""
    drawn = picture(slip)
    assert drawn.width == WIDTH
    with Image.open(GOLDEN / f"{name}.png") as golden:
        assert golden.size == drawn.size
        differs = ImageChops.logical_xor(golden.convert("1"), drawn).getbbox()
    assert differs is None, f"{name} has changed within {differs}; look at it before it becomes the new one"


def test_nothing_of_a_long_slip_runs_over_the_edge():
    drawn = picture(LONG)
    for left in (0, WIDTH - 1):
        column = drawn.crop((left, 0, left + 1, drawn.height)).tobytes()
        assert column.count(b"\x00") <= 6  # the two rules alone go from edge to edge


def test_text_is_set_in_gb18030_and_a_rare_character_is_drawn_instead():
    printer = FakeSlipPrinter(Setting.TEXT)
    printer.print(ORDINARY)
    assert "社保就业".encode("gb18030") in printer.slips[0]
    assert "10–20 分钟".encode("gb18030") in printer.slips[0]
    assert len(printer.slips[0]) < 600
    printer.print(LONG)
    assert b"\x1dv0" in printer.slips[1]


def test_a_roll_that_ends_in_the_middle_of_a_slip_is_found_out_and_the_next_slip_is_whole():
    printer = FakeSlipPrinter(roll=picture(ORDINARY).height - 100)
    with pytest.raises(Unreachable) as found:
        printer.print(ORDINARY)
    assert found.value.params["why"] == "no-paper"
    assert printer.slips == []
    assert printer.hanging
    assert printer.look().code == "no-paper"
    with pytest.raises(Unreachable):
        printer.print(ORDINARY)  # nothing is sent to a printer without paper
    printer.load_paper()
    printer.print(ORDINARY)
    assert len(printer.slips) == 1


def test_the_head_sees_that_the_printer_needs_paper(tmp_path):
    devices = Devices({"slip-printer": Wanted("fake")})
    printer = devices.get("slip-printer")
    assert isinstance(printer, FakeSlipPrinter)
    printer.left = 10
    with pytest.raises(Unreachable):
        devices.print_slip("slip-printer", ORDINARY, MORNING)
    devices.look(MORNING)
    (state,) = devices.states()
    assert (state.health, state.code, state.error) == (Health.OFF, "no-paper", "unreachable.device")


@pytest.mark.parametrize("wanted", [Wanted("file", url="lp0"), Wanted("network"), Wanted("fake", dialect="runes")])
def test_settings_that_mean_no_printer_are_refused_at_the_start(wanted):
    with pytest.raises(Damaged):
        Devices({"slip-printer": wanted})


def test_a_printer_on_a_device_file_gets_the_same_bytes_and_an_unplugged_one_is_said(tmp_path):
    path = tmp_path / "lp0"
    path.touch()
    FilePrinter(str(path), Setting.TEXT).print(ORDINARY)
    fake = FakeSlipPrinter(Setting.TEXT)
    fake.print(ORDINARY)
    assert path.read_bytes() == fake.slips[0]
    gone = FilePrinter(str(tmp_path / "none" / "lp0"), Setting.TEXT)
    assert gone.look().health is Health.OFF
    with pytest.raises(Unreachable):
        gone.print(ORDINARY)


def test_a_printer_that_takes_no_more_bytes_keeps_one_slip_waiting_and_not_the_whole_room(tmp_path, monkeypatch):
    monkeypatch.setattr(slips, "TIMEOUT_S", 0.05)
    path = tmp_path / "lp0"
    os.mkfifo(path)  # nobody takes the bytes: writing waits, as the kernel does for a printer without paper
    printer = FilePrinter(str(path), Setting.TEXT)
    hangs = threading.Thread(target=printer.print, args=(ORDINARY,), name="hangs")
    hangs.start()
    try:
        while not printer._one_at_a_time.locked():
            hangs.join(0.01)
        for _ in range(2):
            with pytest.raises(Unreachable):
                printer.print(ORDINARY)
        assert printer.look().health is Health.OFF
    finally:
        with path.open("rb") as paper:
            assert paper.read()
        hangs.join()
    assert printer._hangs is False


def test_what_a_real_printer_would_not_take_the_fake_does_not_take_either():
    for job in (b"A023\n", b"\x1b@\x1dV\x01", b"\x1b@\x1dv0\x00H\x00\x10\x00", b"\x1b@\x1dZ"):
        with pytest.raises(ValueError, match=r".+"):
            FakeSlipPrinter().take(job)


@pytest.mark.broker
def test_a_printer_on_the_lan_is_asked_for_its_paper_before_and_after():
    with lan_printer() as (port, printer):
        on_lan = NetworkPrinter(f"127.0.0.1:{port}", Setting.RASTER)
        on_lan.print(ORDINARY)
        assert len(printer.slips) == 1
        assert on_lan.look().health is Health.OK
        printer.left = 100
        with pytest.raises(Unreachable) as found:
            on_lan.print(ORDINARY)
        assert found.value.params["why"] == "no-paper"
        assert on_lan.look().code == "no-paper"
    assert on_lan.look().health is Health.OFF
    with pytest.raises(Unreachable):
        on_lan.print(ORDINARY)


@contextmanager
def lan_printer() -> Iterator[tuple[int, FakeSlipPrinter]]:
    """A printer's port: jobs go on the fake's paper, DLE EOT 4 is answered from its sensor."""
    printer = FakeSlipPrinter()
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with closing(connection):
                job = b""
                while data := connection.recv(65536):
                    job += data
                    if job.endswith(b"\x10\x04\x04"):
                        if job := job[:-3]:
                            printer.take(job)
                            job = b""
                        connection.sendall(b"\x72" if printer.left <= 0 else b"\x12")

    thread = threading.Thread(target=serve, name="lan-printer")
    thread.start()
    try:
        yield server.getsockname()[1], printer
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()
