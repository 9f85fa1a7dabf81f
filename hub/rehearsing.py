"""An instant rule tried on past cases before anybody signs it: what it would have granted, and where officers decided
otherwise.

Reads the record and changes no case. A rehearsal counts for exactly the rule that was tried, for thirty days; a rule that
is new or changed is not signed without one, where there are cases to try it on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
from sqlite_utils import Database

from protocol.casebook import Casebook
from protocol.cases.acts import Intake
from protocol.cases.case import Case
from protocol.cases.judging import DECISIONS, GRANTS
from protocol.cases.words import Act
from protocol.catalogue.bundle import Catalogue
from protocol.catalogue.items import InstantInput, Item, StationQuestion
from protocol.catalogue.reference import ReferenceList, list_in
from protocol.clock import moment, stamp
from protocol.errors import Refused
from protocol.instant.deciding import Given, decide, digest_of
from protocol.instant.inputs import NOTHING, collect

GOOD_FOR = timedelta(days=30)
MOST_CASES = 5000  # the newest; folding them takes some seconds
_ENDS = frozenset({*DECISIONS, Act.ALLOW_WITHDRAWAL, Act.CLOSE_LATE})


class Difference(msgspec.Struct, frozen=True):
    """The rule would have granted it; officers did not, or not as it came."""

    case: str
    number: str
    officers: str  # denied, refused, closed, corrected, reversed
    rules: list[str]  # those that were met


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`handed` are given to a person: `handed_granted` of them officers granted as they came."""

    item: str
    version: int
    digest: str
    at: str
    by: str
    cases: int
    granted: int
    handed: int
    handed_granted: int
    still_open: int
    differences: Sequence[Difference]

    def is_good(self, at: datetime) -> bool:
        return moment(self.at) + GOOD_FOR >= at


def rehearsal_tables(db: Database) -> None:
    """Called by a migration."""
    db.executescript("""
    create table rehearsals (
        id integer primary key,
        item text not null,
        version integer not null,
        digest text not null,           -- of the rule
        at text not null,
        by text not null,
        cases integer not null,
        granted integer not null,
        handed integer not null,
        handed_granted integer not null,
        still_open integer not null,
        differences text not null
    );
    create index rehearsals_by_rule on rehearsals (item, digest, at);
    """)


# -- trying


def rehearse(
    db: Database, book: Casebook, item: Item, parts: Mapping[str, bytes], *, by: str, at: datetime
) -> Rehearsal:
    """Decide the past cases of an item anew, each as it came and as of its day; `parts` are those of the catalogue that
    the rule would be published with. How old an input was then nobody knows any more: each counts as fresh.

    :raises Refused: no-instant-rule
    """
    rule = item.instant
    if rule is None or not rule.rules:
        raise Refused("refused.no-instant-rule", item=item.code)
    past, counts, differences = _Past(parts), Counter[str](), list[Difference]()
    for case in _cases(db, book, item.code):
        assert case.intake is not None
        came = moment(case.opened_at)
        given = {
            name: replace(one, as_of=came) for name, one in collect(rule, case.intake, came, past.before(case)).items()
        }
        found, officers = decide(rule, given, came, case=case.id), _what_officers_did(case)
        past.remember(case)
        counts["cases"] += 1
        counts["open"] += officers == ""
        counts["granted" if found.granted else "handed"] += 1
        counts["handed_granted"] += not found.granted and officers == "granted"
        if found.granted and officers not in ("granted", ""):
            differences.append(Difference(case.id, case.number, officers, [one.name for one in found.hits]))
    return Rehearsal(
        item.code, item.version, digest_of(rule), stamp(at), by, counts["cases"], counts["granted"], counts["handed"],
        counts["handed_granted"], counts["open"], tuple(differences),
    )  # fmt: skip


def keep(tx: Database, one: Rehearsal) -> None:
    tx.execute(
        "insert into rehearsals (item, version, digest, at, by, cases, granted, handed, handed_granted, still_open,"
        " differences) values (?,?,?,?,?,?,?,?,?,?,?)",
        (
            one.item, one.version, one.digest, one.at, one.by, one.cases, one.granted, one.handed, one.handed_granted,
            one.still_open, msgspec.json.encode(list(one.differences)).decode(),
        ),
    )  # fmt: skip


def last_of(db: Database, item: Item) -> Rehearsal | None:
    """The last one of exactly this rule."""
    if item.instant is None:
        return None
    row = db.execute(
        "select item, version, digest, at, by, cases, granted, handed, handed_granted, still_open, differences"
        " from rehearsals where item = ? and digest = ? order by at desc, id desc limit 1",
        (item.code, digest_of(item.instant)),
    ).fetchone()
    if row is None:
        return None
    code, version, digest, tried_at, by, cases, granted, handed, handed_granted, still_open, differences = row
    found = tuple(msgspec.json.decode(differences, type=list[Difference]))
    return Rehearsal(
        code, version, digest, tried_at, by, cases, granted, handed, handed_granted, still_open, found
    )  # fmt: skip


# -- what has to be tried


def changed_rules(before: Catalogue | None, after: Catalogue) -> list[Item]:
    """Items whose rule, as it decides, is not the one of any version in the issue before."""
    known = {
        (item.code, digest_of(item.instant))
        for item in ((*before.versions(), *before.kept()) if before is not None else ())
        if item.instant is not None
    }
    return [
        item
        for item in after.versions()
        if item.instant is not None and item.instant.rules and (item.code, digest_of(item.instant)) not in known
    ]


def require_rehearsed(db: Database, before: Catalogue | None, after: Catalogue, at: datetime) -> None:
    """:raises Refused: not-rehearsed: a rule is new or changed, there are cases to try it on, and nobody has"""
    for item in changed_rules(before, after):
        has_cases = db.execute("select 1 from cases where item = ? and status != '' limit 1", (item.code,)).fetchone()
        last = last_of(db, item)
        if has_cases is not None and (last is None or not last.is_good(at)):
            raise Refused("refused.not-rehearsed", item=item.code)


# -- the past


def _cases(db: Database, book: Casebook, code: str) -> list[Case]:
    """Those that can be read, as they came."""
    rows = db.execute(
        "select id from (select id, opened_at from cases where item = ? and status != ''"
        " order by opened_at desc, id desc limit ?) order by opened_at, id",
        (code, MOST_CASES),
    ).fetchall()
    found = [book.case(db, str(row[0])) for row in rows]
    return [case for case in found if case is not None and case.intake is not None and case.opened_at]


def _what_officers_did(case: Case) -> str:
    """granted: as it came. "" while nothing is decided."""
    acts = [act.act for act in case.line]
    if Act.DECIDE_AT_ONCE in acts and Act.REOPEN in acts:
        return "reversed"
    decided = case.decision.act if case.decision is not None else None
    if decided is Act.DENY:
        return "denied"
    if decided in (Act.REFUSE_ACCEPTANCE, Act.DECLARE_NOT_REQUIRED):
        return "refused"
    if Act.ALLOW_WITHDRAWAL in acts or Act.CLOSE_LATE in acts:
        return "closed"
    if Act.ASK_CORRECTION in acts:
        return "corrected"
    return "granted" if decided in GRANTS else ""


class _Past:
    """What a station's records would have said on the day: the same questions, asked of the record that is here now."""

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        self._parts = parts
        self._seen: dict[tuple[str, str], list[tuple[str, str]]] = {}  # (ended, granted), "" for not
        self._now: Intake | None = None
        self._at = ""

    def before(self, case: Case) -> _Past:
        self._now, self._at = case.intake, case.opened_at
        return self

    def remember(self, case: Case) -> None:
        assert case.intake is not None
        ended = next((act.at for act in case.line if act.act in _ENDS), "")
        granted = next((act.at for act in case.line if act.act in GRANTS), "")
        who = (case.intake.station, case.intake.applicant.number)
        self._seen.setdefault(who, []).append((ended, granted))

    def station(self, one: InstantInput) -> Given:
        assert self._now is not None
        mine = self._seen.get((self._now.station, self._now.applicant.number), [])
        match one.of:
            case StationQuestion.OPEN_CASES:
                count = sum(not ended or ended > self._at for ended, _ in mine)
            case StationQuestion.GRANTED_CASES:
                count = sum(bool(granted) and granted <= self._at for _, granted in mine)
            case _:
                return NOTHING
        return Given(count, moment(self._at))

    def reference(self, name: str) -> ReferenceList | None:
        return list_in(self._parts, name)
