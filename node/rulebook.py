"""The internal-control rules at a station: which hold here, and who of its people has read them.

The rules come in the signed bundle; until one brings them, those that this software was delivered with. Reading
and confirming needs no wire: the receipt is an entry of the journal like everything else, and goes up when it can.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from sqlite_utils import Database

from protocol.cases.acts import By
from protocol.cases.words import Side
from protocol.catalogue.bundle import Catalogue
from protocol.clock import CHINA
from protocol.controls.machine import delivered
from protocol.controls.packing import book_of
from protocol.controls.rules import ControlRule, RuleBook
from protocol.errors import Distrusted, Refused
from protocol.exchange.journal import Heard, Journal
from protocol.exchange.messages import Kind, RuleRead
from protocol.exchange.topics import HUB

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(RuleRead).decode


class RuleShelf:
    """`catalogue` gives the one in force now. Read from any thread; a book is read once for each bundle."""

    def __init__(self, catalogue: Callable[[], Catalogue]) -> None:
        self._catalogue = catalogue
        self._read: tuple[str, RuleBook] = ("", delivered())

    @property
    def book(self) -> RuleBook:
        catalogue = self._catalogue()
        digest, book = self._read
        if catalogue.digest != digest:
            book = book_of(catalogue.extras) or delivered()
            self._read = (catalogue.digest, book)
        return book

    def in_force(self, on: date) -> list[ControlRule]:
        """What a station has to read, by code."""
        return [rule for rule in self.book.in_force(on) if Side.STATION in rule.readers]

    def rule(self, code: str, on: date) -> ControlRule:
        """:raises Refused: no-rule, also for one that is not for stations"""
        rule = next((rule for rule in self.in_force(on) if rule.code == code), None)
        if rule is None:
            raise Refused("refused.no-rule", rule=code)
        return rule


@dataclass(frozen=True, slots=True)
class ToRead:
    rule: ControlRule
    read_at: str  # of this very version; "" if not yet


def to_read(db: Database, rules: list[ControlRule], account: str) -> list[ToRead]:
    """What is not read yet first, by code."""
    rows = db.execute("select code, version, at from rule_readings where account = ?", (account,)).fetchall()
    read = {(str(r[0]), int(r[1])): str(r[2]) for r in rows}
    lines = [ToRead(rule, read.get((rule.code, rule.version), "")) for rule in rules]
    return sorted(lines, key=lambda line: (bool(line.read_at), line.rule.code))


def confirm(tx: Database, pen: Journal, rule: ControlRule, *, by: By, at: datetime) -> None:
    """`by` has read it; the district is owed the receipt. Said twice it is told once."""
    known = tx.execute(
        "select 1 from rule_readings where code = ? and version = ? and account = ?",
        (rule.code, rule.version, by.account),
    ).fetchone()
    if known is None:
        readers = int(tx.execute("select count(*) from accounts where active = 1").fetchone()[0])
        body = RuleRead(code=rule.code, version=rule.version, name=by.name, readers=readers)
        pen.write(tx, HUB, Kind.RULE_READ, _encode(body), by=by.account, at=at)


def hear(tx: Database, heard: Heard) -> None:
    """Our own receipt, written now or given back after a lost disk."""
    if heard.author == HUB:
        raise Distrusted("distrusted.author")
    try:
        read = _decode(heard.body)
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="reading of a rule") from why
    tx.execute(
        "insert or ignore into rule_readings (code, version, account, at) values (?,?,?,?)",
        (read.code, read.version, heard.by, heard.at),
    )


def unread(db: Database, rules: list[ControlRule], account: str) -> int:
    return sum(not line.read_at for line in to_read(db, rules, account))


def day_of(at: datetime) -> date:
    return at.astimezone(CHINA).date()
