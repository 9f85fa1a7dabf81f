"""A year of a district, made again from its journals: 300,000 cases, 3 million acts, at 300 stations.

The journals are real: every act is one that the rules allow, in an entry with its salt, digest and chain, in the
journal of the party that wrote it; only the letters that carried them are left out. What is measured is the rebuild as the
command does it, from the first entry read to the commit, with what it costs in processor time and memory.
"""

from __future__ import annotations

import os
import random
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from hub.rebuilding import book_of, rebuild_all
from hub.schema import migrations
from protocol.casebook import Inner, encode_inner, tell
from protocol.cases.acts import By, CaseAct, Correction, Finding, Intake, Made, Paper, Survey
from protocol.cases.words import Act, Role, Status
from protocol.clock import stamp
from protocol.exchange.envelope import seal_to_self
from protocol.exchange.journal import digest_of, genesis, link_of, place
from protocol.exchange.messages import Entry, Kind
from protocol.exchange.topics import HUB
from protocol.identity import Keys
from protocol.store import Store
from tests.bench.cases import act_of

CASES, STATIONS = 300_000, 300
NOTED = 50  # every so many cases an inner note, sealed to the hub
START = datetime(2026, 1, 5, 1, tzinfo=UTC)
DISTRICT = "bench"

_STAFF = {
    role: By(f"{role}1", role, "办理人员", str(role))
    for role in (Role.ACCEPTOR, Role.REVIEWER, Role.SURVEYOR, Role.APPROVER, Role.ISSUER, Role.ARCHIVIST)
}
_SECOND = By("surveyor2", Role.SURVEYOR, "勘查人员", "survey")
_PRESS = By("press", Role.SYSTEM)
_CLERK = By("clerk1", Role.CLERK, "窗口人员")


@dataclass(slots=True)
class Pen:
    """One journal being filled: the chain is computed as the journal computes it."""

    id: int
    author: str
    reader: str
    epoch: str
    chain: bytes
    seq: int = 0

    def row(self, kind: str, case: str, body: bytes, by: str, at: str, salt: bytes) -> tuple[object, ...]:
        self.seq += 1
        entry = Entry(self.seq, kind, 1, case, by, at, "synced", salt, digest_of(salt, body), body)  # type: ignore[arg-type]
        self.chain = link_of(self.chain, entry)
        return (place(self.id, self.seq), kind, 1, case, by, at, "synced", salt, entry.digest, self.chain, body, 0, at)


def fold(folder: Path, *, scale: float = 1.0, processes: int = 1) -> dict[str, float]:
    keys = Keys.make(HUB)
    key = folder / "letters.key"
    keys.save(key)
    store = Store(folder / "hub.db", migrations)
    store.open()
    try:
        began = time.monotonic()
        acts = _fill(store, keys, scale)
        figures = {"acts": float(acts), "filled_s": time.monotonic() - began}
        assert store._writer is not None
        store._writer.execute("pragma wal_checkpoint(truncate)")
        figures["journals_mb"] = store.path.stat().st_size / 2**20
        began, cpu = time.monotonic(), _cpu_s()
        count = rebuild_all(store, key, _progress, processes)
        took, cpu = time.monotonic() - began, _cpu_s() - cpu
        figures |= {
            "cases": float(count),
            "rebuilt_s": took,
            "acts_per_s": acts / took,
            "cpu_us_an_act": cpu / acts * 1e6,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "peak_reader_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
            "differing": float(_differing(store, key)),
        }
        figures["unfinished"] = float(_unfinished(store) != 0)
    finally:
        store.close()
    return figures


def _progress(done: int, every: int) -> None:
    if sys.stderr.isatty():
        print(f"\r    {done}/{every}", end="\n" if done == every else "", file=sys.stderr, flush=True)


def _cpu_s() -> float:
    """Of this process and of those that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _differing(store: Store, key: Path, looks: int = 300) -> int:
    """Cases, some of all, whose row is not what the casebook folds by itself, act by act from its own tables."""
    book = book_of(key)
    with store.read() as db:
        rows = db.execute("select id, status, tip, acts from cases order by id limit ?", (looks,)).fetchall()
        found = [(book.case(db, str(row[0])), row) for row in rows]
    return sum(case is None or (case.status, case.tip) != (row[1], row[2]) for case, row in found)


def _unfinished(store: Store) -> int:
    """Every case was walked to its archive: any other status is an act that the rules did not take."""
    with store.read() as db:
        row = db.execute("select count(*) from cases where status != ? or flags like '%refused%'", (Status.ARCHIVED,))
        return int(row.fetchone()[0])


def _fill(store: Store, keys: Keys, scale: float) -> int:
    """Returns how many acts there are."""
    stations = max(1, round(STATIONS * min(1.0, scale * 10)))
    of_each = round(CASES * scale) // stations
    rng = random.Random(2026)
    bodies = [act_of(n, "station000", stamp(START), rng) for n in range(200)]  # their answers are taken turn by turn
    total = 0
    for number in range(stations):
        name = f"station{number:03d}"
        pens = []
        for turn, (author, reader) in enumerate(((name, HUB), (HUB, name))):
            epoch = rng.randbytes(16).hex()
            beginning = genesis(DISTRICT, author, reader, epoch, 1)
            pens.append(Pen(2 * number + turn + 1, author, reader, epoch, beginning))
        with store.write() as tx:
            rows = [row for one in range(of_each) for row in _case(rng, pens, bodies, number, one, of_each, keys)]
            tx.conn.executemany(INSERT, rows)
            for pen in pens:
                tx.execute(
                    "insert into epochs (id, author, reader, epoch, life, head, head_chain, genesis, began_at)"
                    " values (?,?,?,?,1,?,?,?,?)",
                    (
                        pen.id, pen.author, pen.reader, pen.epoch, pen.seq, pen.chain,
                        genesis(DISTRICT, pen.author, pen.reader, pen.epoch, 1), stamp(START),
                    ),
                )  # fmt: skip
        total += len(rows)
        _progress(number + 1, stations)
    return total


INSERT = (
    "insert into entries (place, kind, version, case_id, by, at, clock, salt, digest, chain, body, state, heard_at)"
    " values (?,?,?,?,?,?,?,?,?,?,?,?,?)"
)


def _case(
    rng: random.Random, pens: list[Pen], bodies: list[CaseAct], station: int, one: int, of_each: int, keys: Keys
) -> Iterator[tuple[object, ...]]:
    """A case from intake to archive: ten entries, one in seven with a survey, one in eight with a correction."""
    at = START + timedelta(days=one * 360 / of_each, seconds=rng.randrange(3600))
    case_id, tip = rng.randbytes(16).hex(), ""
    model = bodies[(station + one) % len(bodies)].intake
    assert model is not None
    name = f"station{station:03d}"
    paper = Paper(digest=rng.randbytes(32).hex(), size=80_000, type="image/jpeg", material="F01-1")
    intake = msgspec.structs.replace(model, number=f"{name.upper()}-26-{one:06d}-AAA", station=name, papers=[paper])
    for act, by, said in course(rng, one, intake):
        at += timedelta(hours=1 + rng.randrange(20))
        told = CaseAct(
            case=case_id, id=rng.randbytes(16).hex() if tip else case_id, act=act, follows=tip or None, by=by,
            at=stamp(at), **said,  # type: ignore[arg-type]
        )  # fmt: skip
        pen = pens[0] if by.role is Role.CLERK else pens[1]
        salt = rng.randbytes(16)
        if act is Act.NOTE:
            shut = encode_inner(_inner(case_id, told, keys))
            yield pen.row(Kind.CASE_INNER, case_id, shut, by.account, told.at, salt)
            continue
        yield pen.row(Kind.CASE_ACT, case_id, tell(told), by.account, told.at, salt)
        if act is not Act.ATTACH:
            tip = told.id


def _inner(case_id: str, told: CaseAct, keys: Keys) -> Inner:
    return Inner(case=case_id, id=told.id, sealed=seal_to_self(keys, tell(told)))


def course(rng: random.Random, one: int, intake: Intake) -> Iterator[tuple[Act, By, dict[str, object]]]:
    yield Act.SUBMIT, _CLERK, {"intake": intake}
    if one % 8 == 3:
        lacks = [Correction("F01-1", "缺最后一页，请补全")]
        yield Act.ASK_CORRECTION, _STAFF[Role.ACCEPTOR], {"corrections": lacks, "number": f"BZ-{one}"}
        yield Act.SUPPLEMENT, _CLERK, {"answers": {"remarks": "已补全"}}
    yield Act.ACCEPT, _STAFF[Role.ACCEPTOR], {"number": f"SL-{one}", "reason": ""}
    yield Act.ATTACH, _PRESS, {"made": _made(rng, "accepted", one)}
    if one % NOTED == 7:
        yield Act.NOTE, _STAFF[Role.REVIEWER], {"reason": "电话核实过经营场所的权属"}
    if one % 7 == 1:
        yield Act.ORDER_SURVEY, _STAFF[Role.REVIEWER], {"reason": "核对场所布局与图纸是否一致"}
        record = Survey(
            place="大丰街道", arrived="2026-03-02T01:00:00.000Z", left="2026-03-02T02:00:00.000Z",
            findings=[Finding("布局", "pass"), Finding("面积", "pass", "与图纸一致")], passed=True,
        )  # fmt: skip
        yield Act.RECORD_SURVEY, _STAFF[Role.SURVEYOR], {"survey": record}
        yield Act.COUNTERSIGN_SURVEY, _SECOND, {}
    yield Act.REVIEW, _STAFF[Role.REVIEWER], {"reason": "材料齐全，内容真实，符合条件", "proposal": "grant"}
    yield Act.GRANT, _STAFF[Role.APPROVER], {"reason": "符合法定条件、标准", "number": f"XK-{one}"}
    yield Act.ATTACH, _PRESS, {"made": _made(rng, "granted", one)}
    yield Act.ISSUE, _STAFF[Role.ISSUER], {"number": f"XK-{one}"}
    yield Act.HAND_OVER, _CLERK, {"recipient": "测试甲", "number": f"HZ-{one}"}
    yield Act.ATTACH, _PRESS, {"made": _made(rng, "handed-over", one)}
    yield Act.ARCHIVE, _STAFF[Role.ARCHIVIST], {"package": rng.randbytes(32).hex()}


def _made(rng: random.Random, kind: str, one: int) -> Made:
    return Made(kind=kind, number=f"{kind}-{one}", digest=rng.randbytes(32).hex(), size=41_000)
