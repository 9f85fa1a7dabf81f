"""What people in the hall see and hear: the calling screen, its stream, and the screens of the counters."""

from __future__ import annotations

import asyncio
import dataclasses
import http.client
import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn

from node.hall.ledger import day_of
from node.hall.voice import length_s
from node.house import Bell
from node.web import screen_stream
from protocol.settings import Broker, Http, Machines, Room, write_settings
from tests.node.station import Desk
from tests.node.test_calling import draws, hall, opens, presses

ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 10.0


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    desk.station.settings = dataclasses.replace(desk.settings, room=Room(Machines.OPEN))
    yield desk
    desk.close()


def calls(desk: Desk, count: int = 1) -> list[str]:
    """A clerk at counter 3 calls so many people, one after the other."""
    clerk = desk.clerk()
    opens(clerk, 3)
    called = []
    for _ in range(count):
        draws(desk)
        presses(clerk, "next")
        called.append(hall(desk).called[-1][1])
        presses(clerk, "arrive")
    return called


def heard(desk: Desk, last: str = "", after: str = "") -> list[dict[str, str]]:
    """What a screen is told at once when it asks, as id and data; the stream is ended after its first round."""
    looks = iter([False])
    desk.app.state.is_ending = lambda: next(looks, True)
    headers = {"Last-Event-ID": last} if last else {}
    text = desk.browser().client.get(f"/screen/events?after={after}", headers=headers).text
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if lines.get("event") == "call":
            found.append({"id": lines["id"], **json.loads(lines["data"])})
    return found


def test_the_screen_shows_the_last_six_calls_in_both_languages_and_nobodys_name(desk: Desk) -> None:
    called = calls(desk, 7)
    for _ in range(2):
        draws(desk, "tax")
    page = desk.browser().sees("/screen")
    assert page.status == 200
    shown = [number for number in called if f">{number}<" in page.text]
    assert shown == called[1:]
    assert page.text.index(called[-1]) < page.text.index(called[-2])
    assert "3 号窗口" in page.text
    assert "Counter 3" in page.text
    assert "税务" in page.text
    assert "2 waiting" in page.text
    assert "李敏" not in page.text
    assert "limin" not in page.text
    assert '<noscript><meta http-equiv="refresh"' in page.text


def test_the_screen_says_how_long_somebody_waits_who_comes_now_once_the_hall_has_been_measured(desk: Desk) -> None:
    clerk = desk.clerk()
    opens(clerk, 3)
    for _ in range(9):
        draws(desk)
    assert "分钟" not in desk.browser().sees("/screen").text
    for _ in range(6):
        presses(clerk, "next")
        presses(clerk, "arrive")
        desk.party.clock.advance(300)
    page = desk.browser().sees("/screen").text
    assert "大约等" in page or "分钟以内" in page
    assert " min</small>" in page


def test_who_was_missed_stands_in_a_row_of_his_own(desk: Desk) -> None:
    clerk = desk.clerk()
    opens(clerk)
    number = draws(desk)
    presses(clerk, "next")
    desk.party.clock.advance(80)
    presses(clerk, "miss")
    page = desk.browser().sees("/screen").text
    assert f"<b>{number}</b>" in page
    assert "Missed" in page
    assert f">{number}</strong>" not in page  # nobody is called to a counter that has gone on


def test_the_counters_own_screen_says_who_is_called_and_names_the_clerk_only_if_the_head_says_so(desk: Desk) -> None:
    screen = desk.browser()
    assert "窗口未开放" in screen.sees("/screen/3").text
    clerk = desk.clerk()
    opens(clerk, 3)
    assert "马上叫号" in screen.sees("/screen/3").text
    number = draws(desk)
    presses(clerk, "next")
    page = screen.sees("/screen/3").text
    assert number in page
    assert "请过来办理" in page
    assert "李敏" not in page
    head = desk.clerk("zhaoqiang")
    head.sees("/hall")
    head.posts("/hall/names", {"names": "yes"})
    assert "李敏" in screen.sees("/screen/3").text
    presses(clerk, "arrive")
    assert "正在办理" in screen.sees("/screen/3").text
    presses(clerk, "finish")
    presses(clerk, "pause", reason="去取材料")
    page = screen.sees("/screen/3").text
    assert "暂停服务" in page
    assert "去取材料" not in page  # the reason is the station's
    head.sees("/hall")
    head.posts("/hall/names", {})
    assert "李敏" not in screen.sees("/screen/3").text


def test_a_screen_is_told_of_a_call_with_its_words_and_its_voice(desk: Desk) -> None:
    clerk = desk.clerk()
    opens(clerk, 3)
    number = draws(desk)
    presses(clerk, "next")
    [told] = heard(desk)
    assert told["zh"] == f"请 {number} 号到 3 号窗口"
    assert told["en"] == f"Number {number}, counter 3"
    assert "李敏" not in json.dumps(told, ensure_ascii=False)
    sound = desk.browser().client.get(told["voice"])
    assert sound.headers["content-type"] == "audio/wav"
    assert 5 < length_s(sound.content) < 12
    assert desk.browser().client.get("/screen/voice/2.wav").status_code == 404


def test_a_call_made_while_the_screen_was_dark_is_spoken_once_when_it_is_back(desk: Desk) -> None:
    clerk = desk.clerk()
    opens(clerk, 3)
    draws(desk), draws(desk)
    presses(clerk, "next")
    [first] = heard(desk)
    assert heard(desk, last=first["id"]) == []
    presses(clerk, "arrive")
    presses(clerk, "next")  # the screen has no power
    desk.party.clock.advance(50)
    [second] = heard(desk, last=first["id"])
    assert second["ticket"] == hall(desk).called[-1][1]
    assert heard(desk, last=second["id"]) == []


def test_a_call_older_than_a_minute_is_shown_and_not_spoken_any_more(desk: Desk) -> None:
    clerk = desk.clerk()
    opens(clerk, 3)
    number = draws(desk)
    presses(clerk, "next")
    desk.party.clock.advance(61)
    assert heard(desk) == []
    assert f">{number}</strong>" in desk.browser().sees("/screen").text
    presses(clerk, "recall")
    assert [told["ticket"] for told in heard(desk)] == [number]


def test_who_has_come_already_is_not_called_out_late(desk: Desk) -> None:
    clerk = desk.clerk()
    opens(clerk, 3)
    draws(desk)
    presses(clerk, "next")
    presses(clerk, "arrive")
    assert heard(desk) == []


def test_a_power_cut_between_call_and_screen_loses_no_call(desk: Desk) -> None:
    clerk = desk.clerk()
    opens(clerk, 3)
    number = draws(desk)
    presses(clerk, "next")
    desk.station.close()  # before any screen was told
    desk.station.open()
    desk.station.hall.halls.__init__()  # nothing is remembered but the disk
    assert [told["ticket"] for told in heard(desk)] == [number]


def test_a_clock_that_is_set_back_makes_no_old_call_new(desk: Desk) -> None:
    clerk = desk.clerk()
    opens(clerk, 3)
    draws(desk)
    presses(clerk, "next")
    [told] = heard(desk)
    desk.party.clock.advance(-1800)
    assert heard(desk, last=told["id"]) == []
    assert heard(desk, last="2031-01-01.7")[0]["ticket"] == told["ticket"]  # an id of a day that never was
    assert len(heard(desk, last="'; drop table hall_events")) == 1


def test_a_machine_that_nobody_introduced_is_told_nothing(desk: Desk) -> None:
    desk.station.settings = desk.settings
    for path in ("/screen", "/screen/events", "/screen/voice/1.wav", "/screen/1"):
        answer = desk.browser().client.get(path, follow_redirects=False)
        assert answer.status_code == 303, path
        assert answer.headers["location"] == "/machine"


def test_a_screen_that_the_head_introduced_starts_by_itself_and_a_counters_screen_stays_at_its_counter(
    desk: Desk,
) -> None:
    desk.station.settings = desk.settings
    head = desk.clerk("zhaoqiang")
    head.sees("/room")
    screens = {}
    for kind, counter in (("screen", ""), ("counter-screen", "3")):
        page = head.posts("/room/code", {"kind": kind, "counter": counter})
        code = re.search(r"<strong>(\d{3} \d{3})</strong>", page.text)
        assert code, page.text
        screens[kind] = desk.browser()
        screens[kind].sees("/machine")
        screens[kind].posts("/machine", {"code": code[1]}, form_id="-")
    assert screens["screen"].page.url.endswith("/screen")
    assert screens["counter-screen"].page.url.endswith("/screen/3")
    assert screens["counter-screen"].sees("/screen/4").url.endswith("/machine")
    assert screens["counter-screen"].sees("/screen").url.endswith("/machine")
    assert screens["screen"].sees("/desk").url.partition("?")[0].endswith("/sign-in")


# -- over a real socket


@contextmanager
def at_work(desk: Desk) -> Iterator[tuple[int, uvicorn.Server]]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(desk.app, log_level="critical", lifespan="off", ws="none", timeout_graceful_shutdown=8)
    )
    desk.app.state.is_ending = lambda: server.should_exit
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield listener.getsockname()[1], server
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        listener.close()
        assert not thread.is_alive()


def next_event(answer: http.client.HTTPResponse) -> str:
    """The id of the next event; comments are skipped, an ended stream is ''."""
    while line := answer.readline():
        if line.startswith(b"id: "):
            return line[4:].decode().strip()
    return ""


@pytest.mark.broker
def test_a_call_is_on_the_screen_within_a_second_and_a_screen_keeps_no_station_from_stopping(desk: Desk) -> None:
    clerk = desk.clerk()
    opens(clerk, 3)
    draws(desk)
    with at_work(desk) as (port, server):
        wires = [http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S) for _ in range(3)]
        answers = []
        for wire in wires:
            wire.request("GET", "/screen/events")
            answers.append(wire.getresponse())
            assert answers[-1].readline() == b"retry: 2000\n"
        presses(clerk, "next")
        began = time.monotonic()
        day = day_of(desk.party.clock.now())
        assert [next_event(answer) for answer in answers] == [f"{day}.1"] * 3
        assert time.monotonic() - began < 1.5
        server.should_exit = True
        began = time.monotonic()
        assert [next_event(answer) for answer in answers] == [""] * 3
        assert time.monotonic() - began < 2
        for wire in wires:
            wire.close()


@pytest.mark.journey
def test_a_station_that_is_switched_off_does_not_wait_for_its_screens(desk: Desk) -> None:
    desk.station.close()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = dataclasses.replace(
        desk.settings, room=Room(Machines.OPEN), http=Http("127.0.0.1", port), broker=Broker(port=1)
    )
    write_settings(settings)
    command = [sys.executable, "-c", "import sys; from node.cli import main; sys.exit(main())", "serve", "--folder"]
    process = subprocess.Popen([*command, str(settings.folder)], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        wire = reached(port, process)
        wire.request("GET", "/screen/events")
        answer = wire.getresponse()
        assert answer.readline() == b"retry: 2000\n"
        began = time.monotonic()
        process.terminate()
        assert next_event(answer) == ""
        process.wait(PATIENCE_S)
        assert time.monotonic() - began < 5  # the grace for requests under way is ten seconds
        wire.close()
    finally:
        process.kill()
        process.wait(PATIENCE_S)


def reached(port: int, process: subprocess.Popen[bytes]) -> http.client.HTTPConnection:
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        try:
            wire.connect()
            return wire
        except OSError:
            wire.close()
            time.sleep(0.05)
    raise AssertionError("the station does not answer")


def test_a_screen_hears_that_the_wire_is_alive_when_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen_stream, "LOOK_EVERY_S", 0.001)
    monkeypatch.setattr(screen_stream, "HEARTBEAT_S", 0.01)
    rounds = iter(range(30))
    answer = screen_stream.stream(lambda after: [], "", Bell(), lambda: next(rounds, None) is None)

    async def all_of_it() -> list[bytes]:
        return [chunk async for chunk in answer.body_iterator]

    chunks = asyncio.run(all_of_it())
    assert chunks[0] == b"retry: 2000\n\n"
    assert chunks.count(b": here\n\n") >= 2
