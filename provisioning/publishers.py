"""Who may sign and approve the district's catalogue: entered at the office, told to the hub as a signed list.

A person makes the key at the hub, under a pass phrase of his own, and brings its public half here. The office enters
it with what the person may do and until when. Entries are never deleted: what somebody signed stays evidence.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol

from sqlite_utils import Database

from protocol.catalogue.publishers import May, Publisher, Publishers, sign_publishers
from protocol.clock import CHINA, WallClock, moment, stamp
from protocol.errors import Refused
from protocol.settings import Settings, write_whole
from protocol.store import Store
from provisioning.authority import Authority

DAYS = 365  # for how long a publisher counts, unless said otherwise
_KEY_BYTES = 32


class Office(Protocol):
    @property
    def authority(self) -> Authority: ...
    @property
    def store(self) -> Store: ...
    @property
    def hub(self) -> Settings: ...


@dataclass(frozen=True, slots=True)
class Entry:
    account: str  # at the hub
    name: str
    key: bytes
    may: tuple[May, ...]
    until: date  # the last day


def enter(office: Office, entry: Entry, at: datetime) -> Publishers:
    """The person counts from now on. An earlier key of the same account counts no more.

    :raises Refused: publisher: the key is no key, is somebody else's, or the last day is over
    """
    until = datetime.combine(entry.until + timedelta(days=1), time(), CHINA)
    if len(entry.key) != _KEY_BYTES:
        raise Refused("refused.publisher", why="公钥应为 64 位十六进制数 | the key has 64 hex digits")
    if until <= at:
        raise Refused("refused.publisher", why="截止日已过 | the last day is over")
    with office.store.write() as tx:
        others = [one for one in _all(tx) if one.key == entry.key and one.account != entry.account]
        if others:
            raise Refused("refused.publisher", why="这把公钥已登记给别人 | the key is entered for another person")
        _revoke(tx, entry.account, at, but=entry.key)
        tx.execute(
            "insert into publishers (account, name, key, may, since, until, revoked_at) values (?,?,?,?,?,?,'')"
            " on conflict (account, key) do update set name = excluded.name, may = excluded.may,"
            " until = excluded.until, revoked_at = ''",
            (entry.account, entry.name, entry.key, " ".join(entry.may), stamp(at), stamp(until)),
        )
    return publish(office, at)


def revoke(office: Office, account: str, at: datetime) -> Publishers:
    """Nothing that is issued after this moment counts with a signature of this person.

    :raises Refused: publisher: nobody of that account counts
    """
    with office.store.write() as tx:
        if not _revoke(tx, account, at):
            raise Refused("refused.publisher", why="没有这名发布人 | there is no such publisher")
    return publish(office, at)


def publish(office: Office, at: datetime) -> Publishers:
    """The list as the register has it now, signed, in the hub's folder."""
    with office.store.write() as tx:
        tx.execute("update publishers_number set number = number + 1")
        number = int(tx.execute("select number from publishers_number").fetchone()[0])
        content = Publishers(
            district=office.authority.district, number=number, issued_at=stamp(at), publishers=_all(tx)
        )
    write_whole(office.hub.publishers, sign_publishers(content, office.authority.records), 0o644)
    return content


def listed(db: Database) -> list[Publisher]:
    """By account, the latest entry last."""
    return _all(db)


def _all(db: Database) -> list[Publisher]:
    rows = db.execute(
        "select account, name, key, may, since, until, revoked_at from publishers order by account, since"
    ).fetchall()
    return [
        Publisher(
            account=row[0],
            name=row[1],
            key=bytes(row[2]),
            may=[May(one) for one in row[3].split()],
            since=row[4],
            until=row[5],
            revoked_at=row[6],
        )
        for row in rows
    ]


def _revoke(tx: Database, account: str, at: datetime, but: bytes = b"") -> bool:
    done = tx.execute(
        "update publishers set revoked_at = ? where account = ? and revoked_at = '' and key != ?",
        (stamp(at), account, but),
    )
    return done.rowcount > 0


# -- at the terminal


def add_options(made: argparse.ArgumentParser) -> None:
    made.add_argument("account", nargs="?", default="", help="区中心账号 account at the hub; without it: who is listed")
    made.add_argument("--name", default="", help="姓名 the person's name, for the list")
    made.add_argument("--key", type=_key, default=b"", help="公钥 the public key, as the hub's page shows it (hex)")
    made.add_argument(
        "--may",
        nargs="+",
        choices=[*May],
        default=[],
        help="可办 what the person may do: sign 签署, approve 批准",
    )
    made.add_argument("--until", type=_day, default=None, help="截止日 the last day, 2027-03-01 (default: a year)")
    made.add_argument("--revoke", action="store_true", help="取消资格 the person counts no more, from now on")


def act(
    open_office: Callable[[Path], AbstractContextManager[Office]], say: Callable[[str], None]
) -> Callable[[argparse.Namespace], int]:
    """The command, for an office that is opened that way."""

    def run(options: argparse.Namespace) -> int:
        at = WallClock().now()
        with open_office(options.office) as office:
            if not options.account:
                with office.store.read() as db:
                    _show(listed(db), at, say)
                return 0
            if options.revoke:
                content = revoke(office, options.account, at)
            else:
                if not options.key or not options.may:
                    raise Refused("refused.publisher", why="请给出 --key 和 --may | give --key and --may")
                until = options.until or at.astimezone(CHINA).date() + timedelta(days=DAYS)
                may = tuple(May(one) for one in options.may)
                name = options.name or options.account
                content = enter(office, Entry(options.account, name, options.key, may, until), at)
        say(f"发布人名单第 {content.number} 号已签发 list {content.number} of publishers is signed")
        _show(content.publishers, at, say)
        return 0

    return run


def _show(publishers: Sequence[Publisher], at: datetime, say: Callable[[str], None]) -> None:
    if not publishers:
        say("还没有发布人 nobody is listed yet: publisher ACCOUNT --key HEX --may sign")
    for one in publishers:
        counts = any(one.counts(act, at) for act in May)
        state = "有效 counts" if counts else "无效 counts no more"
        last = moment(one.revoked_at or one.until).astimezone(CHINA).date()
        say(f"  {one.account}\t{one.name}\t{','.join(one.may)}\t{last}\t{one.key.hex()[:16]}…\t{state}")


def _key(text: str) -> bytes:
    try:
        return bytes.fromhex(text.strip())
    except ValueError:
        raise argparse.ArgumentTypeError("公钥为十六进制数 the key is written in hex digits") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("日期形如 the form is 2027-03-01") from None
