"""The line under the header: how this station stands with the district, at the moment that the page is made.

Green only if the district has receipted the last number that was written here. "Connected" is said of the hub
itself, never of a broker that takes our frames.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from node.cases import Owed
from node.house import House, replica_is_well
from node.kiosk import calls
from node.web.devices_strip import strip
from protocol import attention
from protocol.clock import moment
from protocol.console.parts import Icon, SyncBar, Tone
from protocol.console.texts import Phrase, say
from protocol.exchange.topics import HUB

LONG = timedelta(hours=24)  # dark for so long: call the district
TOO_LONG = timedelta(hours=72)


def sync_bar(house: House) -> SyncBar:
    at = house.clock.now()
    connected = house.link_state().connected
    with house.store.read() as db:
        due, open_notices, heard = house.owing.of(db), attention.count(db), last_heard(db)
        calling = calls.calls(db)
    parts: list[Phrase] = []
    if connected:
        tone, icon = _connected(parts, due)
    else:
        tone, icon = _dark(parts, due, heard, at)
    href = "/sync"
    if open_notices:
        parts.append(say("bar.attention", count=open_notices))
        tone, href = max(tone, Tone.WARN, key=_worse), "/attention"
    if house.replica is not None and not replica_is_well(house.replica):
        parts.append(say(f"bar.replica-{house.replica.state}"))
        tone = max(tone, Tone.WARN, key=_worse)
    return SyncBar(
        tone, icon, parts, at, href=href, farewell=_farewell(due), devices=strip(house.devices.states()),
        call=say("bar.call", at=calling[0].at) if calling else None, call_answer="/calls/answer",
    )  # fmt: skip


def last_heard(db: Database) -> datetime | None:
    """When the hub last said anything that its signature proves."""
    row = db.execute("select heard_at from peers where name = ?", (HUB,)).fetchone()
    return moment(row[0]) if row and row[0] else None


def _connected(parts: list[Phrase], due: Owed) -> tuple[Tone, Icon]:
    parts.append(say("bar.connected"))
    if due.entries or due.papers:
        parts.append(_waiting(due, "bar.uploading"))
        return Tone.PLAIN, Icon.UP
    parts.append(say("bar.all-delivered"))
    if due.last_receipt_at:
        parts.append(say("bar.last", at=moment(due.last_receipt_at)))
    return Tone.GOOD, Icon.LINK


def _dark(parts: list[Phrase], due: Owed, heard: datetime | None, at: datetime) -> tuple[Tone, Icon]:
    length = at - heard if heard else timedelta()
    parts.append(say("bar.dark"))
    if heard is None:
        parts.append(say("bar.never-heard"))
    elif length >= LONG:
        parts.append(say("bar.dark-long", length=length))
    else:
        parts.append(say("bar.dark-for", length=length))
    if due.entries or due.papers:
        parts.append(_waiting(due, "bar.waiting"))
    else:
        parts.append(say("bar.nothing-waiting"))
    parts.append(say("bar.can"))
    waited = at - moment(due.oldest_at) if due.oldest_at else timedelta()
    if max(length, waited) >= TOO_LONG:
        return Tone.BAD, Icon.DARK
    return (Tone.WARN if max(length, waited) >= LONG else Tone.PLAIN), Icon.DARK


def _waiting(due: Owed, key: str) -> Phrase:
    if due.cases:
        return say(f"{key}-papers" if due.papers else key, cases=due.cases, papers=due.papers)
    if due.papers:
        return say(f"{key}-papers-only", papers=due.papers)
    return say(f"{key}-entries", entries=due.entries)


def _farewell(due: Owed) -> Phrase | None:
    if due.cases or due.papers:
        return say("bar.farewell", cases=due.cases, papers=due.papers)
    return None


def _worse(tone: Tone) -> int:
    return (Tone.GOOD, Tone.PLAIN, Tone.WARN, Tone.BAD).index(tone)
