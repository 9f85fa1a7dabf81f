"""Finding one case among hundreds of thousands by what somebody says: number, name, pinyin, item, last digits.

An index beside the cases, filled in the step that brings worklists up to date, so that no letter waits for it.
No ID number lies in it: the last four characters, and for a whole number a hash under a key of this store.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from pypinyin import Style, lazy_pinyin, pinyin
from sqlite_utils import Database

from protocol.cases.case import Case
from protocol.clock import moment
from protocol.clocks.states import ClockState

MOST = 1000  # found cases that are looked at, newest first; who gets so many narrows the search
OPEN = "open"
_LETTERS = 2  # of pinyin, before it is looked for
_GRAM = 3
_NONCE_BYTES = 12
_SYLLABLES = 14  # of a long name whose pinyin can be begun in the middle
_READINGS = 3  # of the first character: a surname is often read in another way than the dictionary's first
_HAN = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003fffd]")
_LATIN = re.compile(r"[0-9a-z]+")
_PARTY = re.compile(r"[a-z0-9-]*[a-z0-9][a-z0-9-]*")
_TAIL = re.compile(r"[0-9]{3}[0-9x]")


@dataclass(frozen=True, slots=True)
class Found:
    """Traces of cases, best first; `more` when there are more than anybody would read."""

    traces: Sequence[int]
    more: bool


def follow_traces(tx: Database, case_id: str, case: Case | None, states: tuple[ClockState, ...]) -> None:
    """A follower of the standing: what the case is found by."""
    known = tx.execute("select id, made_of from traces where case_id = ?", (case_id,)).fetchone()
    if case is None or case.status is None:
        if known is not None:
            _forget(tx, int(known[0]))
        return
    key = _key(tx)
    name, number = case.applicant.name, case.applicant.number.upper()
    state = OPEN if case.link is not None else ""
    made_of = _hashed(key, "\n".join((case.number, name, number, case.item, case.station, state)))
    if known is not None and known[1] == made_of:
        return
    if known is not None:
        _forget(tx, int(known[0]))
    trace = int(known[0]) if known is not None else _next(tx, case.opened_at)
    tx.execute(
        "insert into traces (id, case_id, person, item, made_of) values (?,?,?,?,?)",
        (trace, case_id, _hashed(key, number) if number else "", case.item, made_of),
    )
    tx.execute(
        "insert into sought (rowid, number, name, sound, tail, item, station, state) values (?,?,?,?,?,?,?,?)",
        (
            trace, " ".join(_grams(fold(case.number))), " ".join(_words(fold(name))), " ".join(sounds(name)),
            number[-4:].lower(), case.item.lower(), case.station, state,
        ),
    )  # fmt: skip


def find(
    db: Database,
    text: str,
    items: Sequence[str] = (),
    places: Sequence[str] = (),
    *,
    station: str = "",
    open_only: bool = False,
) -> Found:
    """Cases that the words name themselves, newest first, then those of `items` and `places` that the words call.

    `station` narrows everything to one.
    """
    if station and not _PARTY.fullmatch(station):
        return Found((), False)  # what no station is called might mean something to the index
    only = (f' AND station : "{station}"' if station else "") + (f" AND state : {OPEN}" if open_only else "")
    found: dict[int, None] = {}
    for asked in (_of_themselves(text), _of_what_they_are(items, places)):
        if asked and len(found) <= MOST:
            rows = db.execute(
                "select rowid from sought where sought match ? order by rowid desc limit ?",
                (f"({asked}){only}", MOST + 1 - len(found)),
            )
            found.update(dict.fromkeys(int(row[0]) for row in rows.fetchall()))
    return Found(list(found)[:MOST], len(found) > MOST)


def person(db: Database, number: str) -> str:
    """What the index knows a whole ID number or credit code by. Whoever asks for it notes the look."""
    return _hashed(_key(db), number.strip().upper())


def find_person(db: Database, known_by: str, station: str = "") -> Found:
    """Every case of one applicant, newest first."""
    rows = db.execute(
        "select t.id from traces t join cases c on c.id = t.case_id where t.person = ? and ? in ('', c.station)"
        " order by t.id desc limit ?",
        (known_by, station, MOST + 1),
    ).fetchall()
    return Found([int(row[0]) for row in rows[:MOST]], len(rows) > MOST)


def closed(db: Database, text: str) -> str:
    """Words as they may stand in an address, which browsers keep and others see: only this store can read them."""
    key = _key(db)
    nonce = blake2b(text.encode(), key=key, digest_size=_NONCE_BYTES).digest()  # the same words, the same address
    return base64.urlsafe_b64encode(nonce + ChaCha20Poly1305(key).encrypt(nonce, text.encode(), None)).decode()


def opened(db: Database, token: str) -> str:
    """What closed() closed; "" for anything else."""
    try:
        data = base64.urlsafe_b64decode(token)
        return ChaCha20Poly1305(_key(db)).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], None).decode()
    except (ValueError, InvalidTag):
        return ""


def fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def sounds(name: str) -> list[str]:
    """Pinyin in full and by its initials, from each syllable on: 张小明 is found by zhangxiaoming, zxm, xiaoming, xm."""
    han = _HAN.findall(name)[:_SYLLABLES]
    if not han:
        return []
    first = pinyin(han[0], style=Style.NORMAL, heteronym=True)[0][:_READINGS]
    rest = lazy_pinyin("".join(han[1:]))
    readings = [[head, *rest] for head in first] + [rest[start:] for start in range(len(rest))]
    found: dict[str, None] = {}
    for reading in readings:
        syllables = [one for one in reading if one.isascii()]
        for said in ("".join(syllables), "".join(one[0] for one in syllables)):
            if len(said) >= _LETTERS:
                found[said] = None
    return list(found)


# -- asking


def _of_themselves(text: str) -> str:
    """The part of an FTS5 question that the case's own number, name and last digits answer; empty for no words."""
    asked = fold(text)
    letters = "".join(_LATIN.findall(asked))
    parts = []
    if _HAN.search(asked):
        parts.append(f'name : "{" ".join(_words(asked))}"')
    elif letters:
        if len(letters) >= _GRAM:
            parts.append(f'number : "{" ".join(_grams(asked))}"')
            parts.append(" AND ".join(f'name : "{word}" *' for word in _LATIN.findall(asked)))
        if len(letters) >= _LETTERS and letters.isalpha():
            parts.append(f'sound : "{letters}" *')
        if _TAIL.fullmatch(letters):
            parts.append(f'tail : "{letters}"')
    return " OR ".join(f"({part})" for part in parts)


def _of_what_they_are(items: Iterable[str], places: Iterable[str]) -> str:
    parts = [f'item : "{code.lower()}"' for code in items] + [f'station : "{name}"' for name in places]
    return " OR ".join(parts)


def _words(folded: str) -> list[str]:
    """Characters one by one, so that any part of a name is found; Latin words whole."""
    return re.findall(f"{_HAN.pattern}|{_LATIN.pattern}", folded)


def _grams(folded: str) -> list[str]:
    plain = "".join(_LATIN.findall(folded))
    return [plain[at : at + _GRAM] for at in range(max(1, len(plain) - _GRAM + 1))]


# -- keeping


def _next(tx: Database, opened_at: str) -> int:
    """A number that sorts like the moment at which the case was opened."""
    first = int(moment(opened_at).timestamp()) << 20
    row = tx.execute("select max(id) from traces where id between ? and ?", (first, first + (1 << 20) - 1)).fetchone()
    return first if row[0] is None else int(row[0]) + 1


def _forget(tx: Database, trace: int) -> None:
    tx.execute("delete from sought where rowid = ?", (trace,))
    tx.execute("delete from traces where id = ?", (trace,))


def _key(db: Database) -> bytes:
    return bytes(db.execute("select key from search_key").fetchone()[0])


def _hashed(key: bytes, text: str) -> str:
    return blake2b(text.encode(), key=key, digest_size=16).hexdigest()
