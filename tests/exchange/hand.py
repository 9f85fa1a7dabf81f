"""A pen in the wrong hand: letters that are signed rightly and say whatever a test wants.

Whoever holds a box's keys can say anything in its name; what the other end then keeps, shows and refuses
is what the tests beside this file ask.
"""

from __future__ import annotations

import hashlib
import random
import zlib
from dataclasses import dataclass, field

import msgspec

from protocol.cases.acts import Applicant, By, CaseAct, Intake, Paper, encode_act
from protocol.cases.rules import Act, Role
from protocol.clock import ClockQuality, stamp
from protocol.exchange import envelope
from protocol.exchange.envelope import seal
from protocol.exchange.journal import digest_of, genesis, link_of
from protocol.exchange.link import Frame, Lane, Token
from protocol.exchange.messages import Entry, Kind, Letter, Message, Span
from protocol.exchange.topics import HUB
from protocol.identity import Card, Keys
from tests.world import DISTRICT, Party, World

NOON = "2026-03-02T04:00:00.000Z"
CLERK = By("clerk", Role.CLERK, "")


@dataclass
class Hand:
    """Writes one epoch of `keys.party` to `to`, numbered and chained as it should be unless told otherwise."""

    keys: Keys
    card: Card
    to: str = HUB
    district: str = DISTRICT
    epoch: str = "by-hand"
    life: int = 1
    seq: int = 0
    chain: bytes = b""
    rng: random.Random = field(default_factory=lambda: random.Random(7))

    def __post_init__(self) -> None:
        self.chain = genesis(self.district, self.keys.party, self.to, self.epoch, self.life)

    def entry(
        self, kind: str = Kind.RECOVERED, body: bytes = b"", *, case: str = "", version: int = 1, seq: int | None = None
    ) -> Entry:
        self.seq = self.seq + 1 if seq is None else seq
        salt = self.rng.randbytes(16)
        return Entry(
            self.seq, kind, version, case, "clerk", NOON, ClockQuality.SYNCED, salt, digest_of(salt, body), body
        )

    def act(self, act: CaseAct) -> Entry:
        return self.entry(Kind.CASE_ACT, encode_act(act), case=act.case)

    def letter(self, *entries: Entry) -> bytes:
        """The next letter of the epoch, sealed."""
        before = self.chain
        for entry in entries:
            self.chain = link_of(self.chain, entry)
        return self.say(
            Letter(list(entries)), Span(self.epoch, self.life, entries[0].seq, entries[-1].seq, before, self.chain)
        )

    def say(self, message: Message, span: Span | None = None, *, sealed: bool | None = None) -> bytes:
        close = isinstance(message, Letter) if sealed is None else sealed
        return seal(self.keys, self.district, self.to, NOON, message, card=self.card if close else None, span=span)

    def raw(self, payload: bytes, *, sealed: bool = True, span: Span | None = None, **front: object) -> bytes:
        """A signed envelope around any payload, with any front."""
        fields = {"district": self.district, "sender": self.keys.party, "box": self.keys.box, "to": self.to, "at": NOON}
        header = msgspec.msgpack.encode(
            {
                **fields,
                "sealed": sealed,
                "to_box": self.card.box if sealed else 0,
                **({"span": span} if span else {}),
                **front,
            }
        )
        return self.around(header, payload, sealed=sealed)

    def around(self, header: bytes, payload: bytes, *, sealed: bool) -> bytes:
        if sealed:
            payload = envelope._SUITE.encrypt(
                zlib.compress(payload, 9), self.card.sealing_key(), envelope._SEALED + header
            )
        signature = self.keys.signing.sign(envelope._to_sign(header, hashlib.sha256(payload).digest()))
        return b"".join((b"MC1", len(header).to_bytes(2, "big"), header, payload, signature))


def submit(case: str, station: str, *, number: str = "", papers: list[Paper] | None = None) -> CaseAct:
    return CaseAct(
        case=case, id=case, act=Act.SUBMIT, follows=None, by=CLERK, at=NOON,
        intake=Intake(
            number=number or f"{station.upper()}-{case}", station=station, item="P08", item_version=1,
            applicant=Applicant(name="测试甲", number="-"), answers={}, papers=papers or [],
        ),
    )  # fmt: skip


def bring(world: World, to: Party, data: bytes, *, sender: str, lane: Lane = Lane.LETTER, many: bool = False) -> None:
    """What a broker does: put bytes in front of a party, under any topic."""
    to.office.put(Frame(sender, lane, data, Token(generation=-1, number=0)))
    if not many:
        turn(world)


def turn(world: World) -> None:
    """Until nothing moves, without waiting for what is due later."""
    while world.turn():
        pass


def aside(party: Party) -> list[str]:
    with party.office.store.read() as db:
        return [row[0] for row in db.execute("select code from set_aside order by id").fetchall()]


def notices(party: Party) -> list[str]:
    with party.office.store.read() as db:
        return [
            row[0] for row in db.execute("select kind from attention where settled_at is null order by id").fetchall()
        ]


def told(party: Party, to: str) -> list[int]:
    with party.office.store.read() as db:
        return [
            row[0]
            for row in db.execute(
                "select told from epochs where author = ? and reader = ?", (party.name, to)
            ).fetchall()
        ]


@dataclass
class Wiretap:
    """Everything that a party hands to its link, in order."""

    party: Party
    frames: list[tuple[str, Lane, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        link = self.party.office.courier.link
        send = link.send

        def tapped(to: str, lane: Lane, data: bytes) -> Token:
            token = send(to, lane, data)
            self.frames.append((to, lane, data))
            return token

        link.send = tapped  # type: ignore[method-assign]


def now_of(party: Party) -> str:
    return stamp(party.clock.now())
