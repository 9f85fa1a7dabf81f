"""The room's morning while the hub is away: a number is drawn, called and served, the citizen rates and asks, and what the
district has to know of it goes by itself when the hub is back."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
from functools import partial
from urllib.parse import quote

from stage import room
from stage.browser import Browser, NotThere, Page
from stage.check import Stage


def morning(stage: Stage) -> None:
    teller = stage.teller
    station = stage.house.stations[room.ROOM]
    passwords = stage.house.passwords
    teller.chapter("大厅的早晨，区中心断电", "The room's morning, the hub switched off")
    citizen, clerk = Browser(station.url + "/"), Browser(station.url + "/")
    stage.house.hub.kill()
    with teller.step("群众在取号机取号：户籍证件", "a citizen draws a number at the ticket machine"):
        page = citizen.get("/ticket/check?g=residence")
        drawn = citizen.send(page, page.form(action="/ticket/draw"))
        number = _found(r"\bH\d{3}\b", drawn)
    with teller.step(
        "窗口人员开窗、叫号，叫号屏显示并播报", "a clerk opens a counter and calls; the screen shows it and speaks"
    ):
        page = clerk.get("/sign-in")
        clerk.send(page, page.form("password"), {"name": "clerk2", "password": passwords[room.ROOM]["clerk2"]})
        page = clerk.get("/desk/queue")
        clerk.send(page, page.form("counter"), {"counter": "3"}, press=("skill", "residence"))
        called = _press(clerk, "next")
        if not called.says(number) or number not in citizen.get("/screen").text:
            raise NotThere(f"{number} was not called: {called.text[:300]}")
        with urllib.request.urlopen(f"{station.url}/screen/voice/1.wav", timeout=10) as answer:
            if answer.read(4) != b"RIFF":
                raise NotThere("the call has no voice")
    with teller.step(
        "办完后评价器醒来，群众评价；工作人员的浏览器不能评价",
        "served; the pad wakes and the citizen rates; staff cannot",
    ):
        _press(clerk, "arrive")
        _press(clerk, "finish")
        pad = clerk.get("/rate/3")
        if clerk.send(pad, pad.form("event"), press=("grade", "5")).status < 400:
            raise NotThere("a browser of staff was let rate")
        pad = citizen.get("/rate/3")
        if not citizen.send(pad, pad.form("event"), press=("grade", "5")).says("谢谢"):
            raise NotThere("the rating was not taken")
    with teller.step("自助终端呼叫工作人员，窗口响铃", "help is called at the kiosk and rings at the desk"):
        page = citizen.get("/kiosk")
        page = citizen.send(page, page.form(action="/kiosk/begin"), press=("door", "help"))
        citizen.send(page, page.form(action="/kiosk/help"))
        if "呼叫" not in clerk.get("/desk").text:
            raise NotThere("the desk does not ring")
    with teller.step("查询机回答“社保卡丢了怎么办”", "the query machine knows what to do about a lost card"):
        if "社会保障卡" not in citizen.get(f"/query/ask?q={quote('社保卡丢了怎么办')}").text:
            raise NotThere("no answer")
    with teller.step("演练一个上午（microcenter-node rehearse）", "a morning is rehearsed and drawn"):
        drawing = stage.house.district.folder / "rehearsal.svg"
        command = [sys.executable, "-m", "node.cli", "rehearse", "--people", "60", "--out", str(drawing)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode or "<svg" not in drawing.read_text("utf-8"):
            raise NotThere(done.stderr[-400:])
    with teller.step("区中心恢复：评价自动送达", "the hub is back: the rating goes up by itself"):
        stage.house.hub.start()
        leader = Browser(stage.house.hub.url + "/")
        page = leader.get("/sign-in")
        leader.send(page, page.form("password"), {"name": "leader", "password": passwords["hub"]["leader"]})
        name = station.settings.name.zh
        stage.until("the rating is at the hub", partial(_is_there, leader, name))


CHAPTERS = (morning,)


def _press(clerk: Browser, act: str) -> Page:
    page = clerk.get("/desk/queue")
    return clerk.send(page, page.form(action=f"/{act}"))


def _found(pattern: str, page: Page) -> str:
    """:raises NotThere: it does not stand on the page"""
    found = re.search(pattern, page.text)
    if found is None:
        raise NotThere(f"no {pattern} at {page.url} ({page.status}): {page.text[:300]}")
    return found[0]


def _is_there(leader: Browser, station: str) -> bool:
    return station in leader.get("/ratings").text
