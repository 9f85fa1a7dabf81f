"""Every page of a station with 50,000 cases, while letters flow and eight tabs renew themselves: what people wait for.

The pages are taken from the table of routes, so that a new one is measured without being named here. Of each: the
clock's and the processor's time that the server spent on it, and in Chromium the time from asking to the first thing
visible. Afterwards the wire has been dark for days and a fifth of the journal is owed: the desk must not feel it.
What the server is held to is processor time: the district runs in the station's own process here, so that the clock
counts its work too.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import BrowserContext, Error, sync_playwright
from playwright.sync_api import Page as Tab

CASES = 50_000
ROUNDS = 30  # over all pages; the first is not counted
VISITS = 5  # of each page in Chromium
PAINT_MS = 3000
TABS = ("/desk/queue", "/desk/queue", "/desk", "/desk", "/cases", "/deliver", "/ticket", "/screen")
# by the front of an address; a page that ends a visit is opened by somebody who has none
VISITORS = {
    "/kiosk/bye": "room", "/form/bye": "room", "/kiosk": "kiosk", "/form": "form", "/ticket": "room", "/screen": "room",
    "/rate": "room", "/query": "room", "/machine": "room", "/sign-in": "room", "/": "head",
}  # fmt: skip
NO_PAGE = ("screen.events", "looks.csv", "board.csv", "screen.voice")  # streams and files
DARK_ROUNDS = 15
IN_THE_DARK = ("/desk", "/bar", "/cases?show=waiting", "/sync", "/today")
_COSTS = re.compile(r"cpu;dur=([\d.]+), wall;dur=([\d.]+)")


@dataclass(slots=True)
class Page:
    """Milliseconds."""

    name: str
    path: str
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    visible: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Served:
    process: subprocess.Popen[str]
    seen: dict[str, Any]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.seen['port']}"

    def say(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        heard: dict[str, Any] = json.loads(self.process.stdout.readline())
        return heard

    def visitor(self, who: str) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, cookies=self.seen["cookies"][who], timeout=60, trust_env=False)


def desk(folder: Path, cases: int = CASES, rounds: int = ROUNDS, visits: int = VISITS) -> dict[str, float]:
    began = time.monotonic()
    with _served(folder, cases) as served, ExitStack() as opened:
        visitors = {who: opened.enter_context(served.visitor(who)) for who in served.seen["cookies"]}
        head = visitors["head"]
        figures = {"cases": float(cases), "filled_s": time.monotonic() - began}
        figures["first_dues_ms"] = float(served.seen["first_dues_ms"])
        pages, not_shown = _pages(served, visitors)
        _say(f"{cases} cases after {figures['filled_s']:.0f} s; {len(pages)} pages")
        served.say("letters")
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            browsers = {who: _context(chromium.new_context(base_url=served.url), served, who) for who in visitors}
            for path in TABS:
                browsers[_who(path)].new_page().goto(path)
            for number in range(rounds + 1):
                for page in pages:
                    spent = _get(visitors[_who(page.path)], page.path)
                    if spent and number:
                        page.cpu.append(spent[0])
                        page.wall.append(spent[1])
            _say("every page in Chromium")
            tabs = {who: context.new_page() for who, context in browsers.items()}
            for who, tab in tabs.items():  # the first page of a tab starts a process of the browser's
                tab.goto("/desk" if who in ("head", "clerk") else "/ticket")
            for page in pages:
                page.visible = _seen(tabs[_who(page.path)], page.path, visits)
            chromium.close()
        served.say("dark")
        figures["letters"] = float(served.hear()["letters"])
        in_dark = [Page(path, path) for path in IN_THE_DARK]
        for number in range(DARK_ROUNDS + 1):
            for page in in_dark:
                spent = _get(head, page.path)
                if spent and number:
                    page.cpu.append(spent[0])
                    page.wall.append(spent[1])
    _table("with letters", pages)
    _table("a fifth of the journal owed", in_dark)
    print(f"not shown: {', '.join(not_shown) or 'none'}", file=sys.stderr, flush=True)
    figures |= {
        "pages": float(len(pages)),
        "not_shown": float(len(not_shown)),
        "server_p95_ms": max(_p95(page.wall) for page in pages),
        "server_cpu_p95_ms": max(_p95(page.cpu) for page in pages),
        "dark_cpu_p95_ms": max(_p95(page.cpu) for page in in_dark),
        "painted": float(sum(bool(page.visible) for page in pages)),
        "visible_p95_ms": max(_p95(page.visible) for page in pages),
    }
    by_page = sorted(pages, key=lambda page: -_p95(page.cpu))
    return figures | {f"{page.name}_cpu_p95_ms": _p95(page.cpu) for page in by_page}


@contextmanager
def _served(folder: Path, cases: int) -> Iterator[Served]:
    command = [sys.executable, "-m", "tests.bench.desk_station", str(folder), str(cases)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    served = Served(process, {})
    try:
        served.seen = served.hear()
        yield served
        served.say("end")
        process.wait(30)
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


def _context(context: BrowserContext, served: Served, who: str) -> BrowserContext:
    cookies = served.seen["cookies"][who].items()
    context.add_cookies([{"name": name, "value": value, "url": served.url} for name, value in cookies])
    return context


def _pages(served: Served, visitors: dict[str, httpx2.Client]) -> tuple[list[Page], list[str]]:
    """Every page that shows something to the head or at a machine, and the names of those that did not."""
    seen = served.seen
    found, not_shown = [], []
    for name, path in seen["pages"]:
        if name in NO_PAGE:
            continue
        for case in (seen["case"], seen["issued"], seen["old"][0]):
            filled = re.sub(r":\w+}", "}", path).format_map(_Known(seen | {"case_id": case}))
            if _get(visitors[_who(filled)], filled) is not None:
                found.append(Page(name, filled))
                break
        else:
            not_shown.append(name)
    return found, not_shown


class _Known(dict[str, Any]):
    """What stands in addresses."""

    def __missing__(self, key: str) -> str:
        usual = {
            "draft_id": self["draft"],
            "digest": self["paper"],
            "code": "L12",
            "door": "1",
            "place": "0",
            "document": "receipt",
        }
        return str(usual.get(key, "1"))


def _who(path: str) -> str:
    return next(who for front, who in VISITORS.items() if path.startswith(front))


def _get(who: httpx2.Client, path: str) -> tuple[float, float] | None:
    """(processor, clock) in milliseconds on the server; None for what is no page: an error, or sent elsewhere."""
    answer = who.get(path)
    costs = _COSTS.match(answer.headers.get("Server-Timing", ""))
    return (float(costs[1]), float(costs[2])) if costs and answer.status_code == 200 else None


def _seen(tab: Tab, path: str, visits: int) -> list[float]:
    """From asking to the first thing that is painted. A picture or a file is painted by nobody: nothing then."""
    spent: list[float] = []
    painted = "performance.getEntriesByName('first-contentful-paint')[0]"
    tab.bring_to_front()  # a browser paints nothing for a tab that lies behind others
    for _ in range(visits):
        try:
            tab.goto(path)
            tab.wait_for_function(painted, timeout=PAINT_MS)
        except Error:
            if not spent:
                break
            continue
        spent.append(float(tab.evaluate(f"{painted}.startTime")))
    return spent


def _table(title: str, pages: list[Page]) -> None:
    """The worst first."""
    lines = [f"\n{title}: {'page':44}{'p50':>8}{'p95':>8}{'cpu p50':>9}{'cpu p95':>9}{'visible p50':>13}{'p95':>8}"]
    for page in sorted(pages, key=lambda one: -_p95(one.cpu)):
        shown = page.path if len(page.path) < 46 else f"{page.path[:44]}…"
        lines.append(
            f"  {shown:56}{_cut(page.wall, 0.5):>8.1f}{_p95(page.wall):>8.1f}{_cut(page.cpu, 0.5):>9.1f}"
            f"{_p95(page.cpu):>9.1f}{_cut(page.visible, 0.5):>13.0f}{_p95(page.visible):>8.0f}"
        )
    print("\n".join(lines), file=sys.stderr, flush=True)


def _say(text: str) -> None:
    print(f"    {text} …", file=sys.stderr, flush=True)


def _p95(values: list[float]) -> float:
    return _cut(values, 0.95)


def _cut(values: list[float], share: float) -> float:
    return sorted(values)[round(share * (len(values) - 1))] if values else 0.0
