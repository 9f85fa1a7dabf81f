"""The station of `bench desk`, a process of its own: 50,000 cases with their acts, a day in the hall, letters that flow.

The journals at station and hub hold the same entries, chained as the journal chains them, and the cases are made of them
by the rebuild; only scans and documents are left out. Every page says in a header what it cost: processor time of the
thread that made it, and the clock's time. Speaks lines of JSON: what there is to look at, then what it is told to do.
"""

from __future__ import annotations

import json
import logging
import random
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import uvicorn
from sqlite_utils import Database
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, request_response

from node.hall.rules import Klass
from protocol.casebook import Casebook, tell
from protocol.cases.acts import Applicant, By, CaseAct, Paper
from protocol.cases.rules import Act, Role
from protocol.catalogue.groups import GROUPS
from protocol.clock import stamp
from protocol.exchange.journal import add_epoch, life_of
from protocol.exchange.messages import Kind
from protocol.exchange.topics import HUB
from protocol.rebuilding import rebuild
from protocol.settings import Machines, Room
from protocol.store import Store
from tests.believable import believable
from tests.bench.cases import act_of
from tests.bench.fold import INSERT, Pen, course
from tests.node.kiosk import Citizen, stand_up
from tests.node.station import STATION, Desk
from tests.world import DISTRICT, MORNING

LAST_OPEN = 0.03  # of the cases: the newest are still on their way
LETTERS_S = 0.5  # between a case taken in, with its letters there and back, and the next
TICKETS = 300
_CLERKS = ("limin", "wanghui", "zhaoqiang")
_LICENCE = (
    "insert into licences (act_id, number, kind, holder, case_id, station, item, item_version, valid_from, valid_to,"
    " change, replaces, issued_at, renew_from, renew_by, reckoned_on) values (?,?,'permit',?,?,?,?,?,?,?,'','',?,?,?,?)"
)


def fill(desk: Desk, cases: int) -> None:
    """The same entries in both journals, all receipted; the station's cases are made of them."""
    rng = random.Random(50)
    stores = (desk.station.store, desk.world.hub.office.store)
    begun = desk.party.clock.now() - timedelta(days=361)
    lives = [_life(store) for store in stores]
    names = [f"{int(begun.timestamp() * 1000):012x}{rng.randbytes(10).hex()}" for _ in stores]
    ends = ((STATION, HUB), (HUB, STATION))
    ids = []
    for store in stores:
        with store.write() as tx:
            ids.append(
                [
                    add_epoch(tx, DISTRICT, *pair, name, life, stamp(begun))
                    for pair, name, life in zip(ends, names, lives, strict=True)
                ]
            )
    pens = [Pen(one.id, one.author, one.reader, one.epoch, one.genesis) for one in ids[0]]
    rows = [row for one in range(cases) for row in _case(rng, pens, one, cases, begun)]
    for store, mine in zip(stores, ids, strict=True):
        moved = {pen.id: epoch.id for pen, epoch in zip(pens, mine, strict=True)}
        with store.write() as tx:
            tx.conn.executemany(INSERT, ((_moved(row[0], moved), *row[1:]) for row in rows))
            for pen, epoch in zip(pens, mine, strict=True):
                tx.execute(
                    "update epochs set head = ?, head_chain = ?, told = ?, replicated = ? where id = ?",
                    (pen.seq, pen.chain, pen.seq, pen.seq, epoch.id),
                )
                told = [(epoch.id, upto, stamp(MORNING)) for upto in range(100, pen.seq + 100, 100)]
                tx.conn.executemany("insert into receipts (epoch_id, upto, at) values (?,?,?)", told)
    rebuild(desk.station.store, Casebook(STATION))
    with desk.station.store.write() as tx:
        tx.execute("update papers set here = 1, there = 1")
        _licences(tx, rng)


def _life(store: Store) -> int:
    with store.read() as db:
        return life_of(db)


def _moved(place: object, ids: dict[int, int]) -> int:
    assert isinstance(place, int)
    return (ids[place >> 40] << 40) + (place & ((1 << 40) - 1))


def _case(rng: random.Random, pens: list[Pen], one: int, of: int, begun: datetime) -> Iterator[tuple[object, ...]]:
    at = begun + timedelta(days=one * 360 / of)
    case_id, tip = rng.randbytes(16).hex(), ""
    model, person = _MODELS[one % len(_MODELS)], _PEOPLE[one % len(_PEOPLE)]
    assert model.intake is not None
    intake = msgspec.structs.replace(
        model.intake, number=f"{STATION.upper()}-25-{one:06d}-AAA",
        applicant=Applicant(name=person.name, number=person.number, phone=person.phone),
        papers=[Paper(digest=rng.randbytes(32).hex(), size=80_000, type="image/jpeg", material="P08-1")],
    )  # fmt: skip
    steps = [step for step in course(rng, one, intake) if step[0] is not Act.NOTE]
    if one >= of * (1 - LAST_OPEN):
        steps = steps[: 1 + rng.randrange(7)]
    for act, by, said in steps:
        at += timedelta(minutes=10 + rng.randrange(30))
        told = CaseAct(
            case=case_id, id=rng.randbytes(16).hex() if tip else case_id, act=act, follows=tip or None, by=by,
            at=stamp(at), **said,  # type: ignore[arg-type]
        )  # fmt: skip
        pen = pens[0] if by.role is Role.CLERK else pens[1]
        yield pen.row(Kind.CASE_ACT, case_id, tell(told), by.account, told.at, rng.randbytes(16))
        if act is not Act.ATTACH:
            tip = told.id


_MODELS = [act_of(number, STATION, stamp(MORNING), random.Random(number)) for number in range(200)]
_PEOPLE = believable(26).applicants


def _licences(tx: Database, rng: random.Random) -> None:
    rows = tx.execute(
        "select id, applicant, station, item, item_version, moved_at from cases where status = 'archived'"
    )
    today = MORNING.date()
    for serial, (case, holder, station, item, version, at) in enumerate(rows.fetchall()):
        end = today + timedelta(days=rng.randrange(-200, 1600))
        window = ((end - timedelta(days=60)).isoformat(), end.isoformat(), today.isoformat())
        start = (case[::-1], f"XK-{serial}", holder, case, station, item, version, at[:10], end.isoformat(), at)
        tx.execute(_LICENCE, [*start, *window])


def live_a_morning(desk: Desk) -> None:
    """Three counters, `TICKETS` numbers drawn, most of them served."""
    hall, codes = desk.station.hall, [group.code for group in GROUPS]
    at, rng = desk.party.clock.now() - timedelta(hours=2), random.Random(5)
    with desk.station.store.write() as tx:
        for number, clerk in enumerate(_CLERKS, start=1):
            hall.open_counter(tx, number, codes, name=clerk, by=clerk, at=at)
        for turn in range(TICKETS):
            at += timedelta(seconds=20)
            klass = Klass.ELDERLY if rng.random() < 0.18 else Klass.ORDINARY
            hall.draw(tx, [rng.choice(codes)], klass=klass, at=at)
            if turn % 10 < 8 and turn > 40:
                number = 1 + turn % len(_CLERKS)
                if hall.call_next(tx, number, by=_CLERKS[number - 1], at=at):
                    hall.arrive(tx, number, by=_CLERKS[number - 1], at=at + timedelta(seconds=9))


class Letters(threading.Thread):
    """A case every half second, accepted by the district; the courier's turns are made here, on the loopback wire."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(name="letters", daemon=True)
        self.taken, self._desk, self._ends = 0, desk, threading.Event()

    def run(self) -> None:
        world = self._desk.world
        clerk, acceptor = By("limin", Role.CLERK, "李敏"), world.hub
        party = self._desk.party
        party.clerk = clerk  # type: ignore[misc]
        while not self._ends.wait(LETTERS_S):
            case = party.submits()
            self._carry()
            if case:
                acceptor.decides(case, Act.ACCEPT)
            self._carry()
            self.taken += 1

    def _carry(self) -> None:
        while self._desk.world.turn():
            pass

    def end(self) -> None:
        self._ends.set()
        self.join()
        self._carry()


def things_to_see(desk: Desk) -> dict[str, object]:
    """Cookies by kind of visitor, and what the addresses need."""
    cpu = time.thread_time()
    with desk.station.store.read() as db:  # what the first desk of a day waits for
        desk.station.dues.of(db, desk.party.clock.now())
    first_dues_ms = (time.thread_time() - cpu) * 1000
    head, clerk = desk.clerk("zhaoqiang"), desk.clerk("limin")
    draft = desk.begins(clerk)
    desk.fills_in(clerk, draft)
    desk.attaches(clerk, draft)
    papers = re.findall(rf"/drafts/{draft}/papers/([0-9a-f]+)", clerk.sees(f"/drafts/{draft}/papers").text)
    case = desk.takes_in(clerk)
    with desk.station.store.read() as db:
        old = [str(row[0]) for row in db.execute("select id from cases where status = 'archived' limit 40").fetchall()]
        issued = [str(row[0]) for row in db.execute("select id from cases where status = 'issued' limit 1").fetchall()]
    at_kiosk, at_form = Citizen(desk), Citizen(desk)
    at_kiosk.presses("apply")
    at_kiosk.chooses("L12")
    at_kiosk.puts_card()
    at_form.sees("/form")
    at_form.posts("/form/begin", door="x")
    at_form.sees("/form/L12")
    at_form.posts("/form/L12")
    cookies = {"head": head, "clerk": clerk, "kiosk": at_kiosk.browser, "form": at_form.browser, "room": desk.browser()}
    return {
        "cookies": {who: dict(browser.client.cookies.items()) for who, browser in cookies.items()},
        "draft": draft, "paper": papers[0], "case": case, "old": old, "issued": issued[0], "first_dues_ms": first_dues_ms,
    }  # fmt: skip


def count_costs(routes: list[Route]) -> None:
    """Server-Timing on every answer to a GET: `cpu` of the thread and `wall`, in milliseconds."""
    for route in routes:
        if isinstance(route, Route) and route.methods and "GET" in route.methods and "events" not in route.path:
            route.app = request_response(_counted(route.endpoint))


def _counted(handler: Callable[[Request], Response]) -> Callable[[Request], Response]:
    def counted(request: Request) -> Response:
        began, cpu = time.perf_counter(), time.thread_time()
        answer = handler(request)
        spent, cpu = time.perf_counter() - began, time.thread_time() - cpu
        answer.headers["Server-Timing"] = f"cpu;dur={cpu * 1000:.3f}, wall;dur={spent * 1000:.3f}"
        return answer

    return counted


def main(folder: Path, cases: int) -> None:
    logging.disable(logging.CRITICAL)
    desk = Desk(folder)
    desk.world.remember = lambda party: None  # type: ignore[method-assign]  # it looks at every act each time
    desk.station.settings = replace(desk.station.settings, room=Room(Machines.OPEN))
    fill(desk, cases)
    desk.world.settle()
    desk.world.advance(2 * 3600)
    stand_up(desk)
    live_a_morning(desk)
    seen = things_to_see(desk)
    pages = [
        (route.name, route.path)
        for route in desk.app.routes
        if isinstance(route, Route) and route.methods and "GET" in route.methods
    ]
    count_costs(list(desk.app.routes))  # type: ignore[arg-type]  # mounts among them are passed over
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(desk.app, lifespan="off", log_config=None, ws="none"))
    serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="desk")
    serving.start()
    letters = Letters(desk)
    print(json.dumps(seen | {"pages": pages, "port": listening.getsockname()[1]}), flush=True)
    for line in sys.stdin:
        match line.strip():
            case "letters":
                letters.start()
            case "dark":
                letters.end()
                with desk.station.store.write() as tx:  # as after days without a wire: a fifth of the journal is owed
                    tx.execute("update epochs set told = head - head / 5 where author = ?", (STATION,))
                print(json.dumps({"letters": letters.taken}), flush=True)
            case _:
                break
    server.should_exit = True
    serving.join()
    desk.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
