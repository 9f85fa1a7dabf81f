"""Each thing that one end says to another.

Shapes only. msgspec checks types while it decodes, so nothing half-read goes further. Fields are
only ever added, with a default; unknown ones are ignored. What goes wrong in decoding is the
sender's fault and becomes Distrusted in envelope.py.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from protocol.clock import ClockQuality

Digest = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Text = Annotated[str, msgspec.Meta(max_length=200)]
Seq = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
Small = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]  # a version, a life, a box: SQLite takes no unbounded numbers


Nonce = Annotated[bytes, msgspec.Meta(max_length=64)]  # kept in memory for as long as a link is up


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One numbered thing that was said. `body` is None once it has been erased; the digest stays."""

    seq: Seq
    kind: Text
    version: Small
    case: Text  # "" if it concerns no case
    by: Text
    at: Text
    clock: ClockQuality
    salt: bytes
    digest: Digest  # SHA-256(salt + body)
    body: bytes | None


class Span(msgspec.Struct, frozen=True, array_like=True):
    """Which stretch of which epoch a letter holds; signed in its header, so it is evidence by itself."""

    epoch: Text
    life: Small
    first: Seq
    last: Seq
    before: Digest  # chain at first - 1
    after: Digest  # chain at last


class Header(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The signed, unsealed front of every envelope."""

    v: int = 1
    district: Text
    sender: Text
    box: Small
    to: Text
    at: Text
    sealed: bool = False
    to_box: Small = 0  # whose key opens the body
    span: Span | None = None


class Proof(msgspec.Struct, frozen=True):
    """What remains of a letter as evidence: header, digest of the payload, signature over both."""

    header: bytes
    payload_digest: Digest
    signature: bytes


class Held(msgspec.Struct, frozen=True):
    """What the sender holds of the receiver's own journal, with the receiver's own signature as proof."""

    epoch: Text
    life: Small
    seq: Seq
    chain: Digest
    replicated: Seq = 0
    proof: Proof | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True, tag="report"):
    """How a party is: for the stations page, never for a decision of the exchange."""

    software: Text = ""
    catalogue: int = 0  # the issue in force
    catalogue_told: int = 0  # the newest issue that it knows of, whole there or not
    replica: Text = ""  # state word of protocol.replica, "" if there is none
    replica_age_s: float = -1.0
    disk_free: int = -1  # bytes
    attention: int = 0
    owed: int = 0  # entries not yet receipted by the receiver
    owed_papers: int = 0
    oldest_owed_at: Text = ""


class Hello(msgspec.Struct, frozen=True, tag="hello", kw_only=True):
    """Said when a link comes up. It counts only when it answers the receiver's own session."""

    session: Nonce
    answers: Nonce = b""
    heard: bool = False  # the receiver's hello to this session has come: no answer is needed
    boot: Nonce = b""  # random for each start of the process: two boxes with one key show here
    life: Small = 1
    heads: list[tuple[Text, Seq]] = []  # the sender's own journal to the receiver: epoch, last number
    holds: list[Held] = []
    report: Report = Report()


class Letter(msgspec.Struct, frozen=True, tag="letter"):
    entries: list[Entry]


class Receipt(msgspec.Struct, frozen=True, tag="receipt", kw_only=True):
    """Durable up to here. `session` is the reader's of this receipt; a receipt on a stick has none."""

    session: Nonce
    epoch: Text
    upto: Seq
    chain: Digest
    replicated: Seq = 0
    window: int = 1  # letters that may be in flight
    gap: bool = False  # something before the letter is missing: rewind


class Recall(msgspec.Struct, frozen=True, tag="recall", kw_only=True):
    """Give me back what I said in this epoch after this number."""

    epoch: Text
    after: Seq


class Given(msgspec.Struct, frozen=True, tag="given", kw_only=True):
    """A stretch of the receiver's own journal past `after`. An empty one says: I hold no more of it."""

    epoch: Text
    life: Small
    after: Seq = 0
    entries: list[Entry]
    proof: Proof | None


class Offer(msgspec.Struct, frozen=True, tag="offer"):
    """I was not told that these papers reached you: do you have them?"""

    digests: list[Text]


class Ask(msgspec.Struct, frozen=True, tag="ask", kw_only=True):
    digest: Text
    pieces: list[int]


class Piece(msgspec.Struct, frozen=True, tag="piece", kw_only=True):
    digest: Text
    number: Small
    size: Seq  # of the whole paper
    data: bytes


class Have(msgspec.Struct, frozen=True, tag="have"):
    """These papers are whole and durable here."""

    digests: list[Text]


class Lack(msgspec.Struct, frozen=True, tag="lack"):
    """You asked for papers that are not here either."""

    digests: list[Text]


class Check(msgspec.Struct, frozen=True, tag="check"):
    """Nightly: what I computed anew from what I hold of each epoch between us (epoch, number, chain)."""

    points: list[tuple[Text, Seq, Digest]]


Message = Hello | Letter | Receipt | Recall | Given | Offer | Ask | Piece | Have | Lack | Check | Report


class Kind(StrEnum):
    """What an entry of the journal can be. A reader that does not know a kind parks it."""

    EPOCH = "exchange.epoch"
    RECOVERED = "exchange.recovered"
    CASE_ACT = "case.act"
    CASE_INNER = "case.inner"
    CASE_TOLD = "case.told"  # what a station that did not write or hear it then is told of a case
    CATALOGUE = "catalogue.published"
    PERSON = "people.account"
    RULE_READ = "rule.read"
    BREACH = "control.breach"  # an Inner, like CASE_INNER
    ENDED = "licences.ended"
    STATIONS = "stations.known"
    FETCH_ASKED = "case.fetch-asked"
    TRANSFER = "transfer.step"  # protocol.transfers.TransferStep
    OPENING = "station.opening"  # protocol.opening.Opening
    RATING = "rating.given"
    RATING_STEP = "rating.step"
    DEMAND = "demand.handed-in"
    DEMAND_STEP = "demand.step"
    KIOSK_DAY = "kiosk.day"
    QUESTION = "question.left"
    HALL_DAY = "hall.day"


class EpochBegan(msgspec.Struct, frozen=True, kw_only=True):
    """First entry of an epoch: where it left the one before, as far as its author remembers."""

    life: int
    forked_from: Text = ""  # epoch
    forked_at: Seq = 0
    why: Text = ""  # "first", "restored", "told by the peer"


class Recovered(msgspec.Struct, frozen=True, kw_only=True):
    """Written into the journal when a give-back is complete: both sides keep it, signed."""

    epoch: Text
    first: Seq
    last: Seq
    source: Text


class CataloguePublished(msgspec.Struct, frozen=True, kw_only=True):
    """The whole is at `digest`. Who has issue `base` may ask for the shorter `delta` instead."""

    number: int
    digest: Text
    size: int
    base: int = 0  # the issue that the reader was told of before; 0 if there is no delta
    delta: Text = ""  # digest
    delta_size: int = 0
    stage: Text = "all"  # "canary": tried at this station before the others have it


class RuleRead(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody at a station has read a version of an internal-control rule. Who: the entry's author account."""

    code: Text
    version: Small
    name: Text = ""  # of the account, as it is shown
    readers: Small = 0  # people at this station who have to read, now


class PersonTold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the hub says of a person to one station. The newest revision counts, in whatever order they come."""

    account: Text
    name: Text  # as it is shown
    roles: list[Text] = []  # at this station; none: no longer there
    active: bool = True
    valid_from: Text = ""  # ISO days in China, both included: at this station
    valid_to: Text = ""
    last_day: Text = ""  # of the person anywhere
    revision: Seq
    secret: Text = ""  # argon2id, of the one-time code or first password that was given out
    secret_revision: Small = 0
    code_until: Text = ""


class RatingTold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A grade that a citizen gave to one turn of service. No ticket and no person: `event` names the turn alone."""

    id: Text
    event: Text
    grade: Annotated[int, msgspec.Meta(ge=1, le=5)]
    channel: Text  # pad, kiosk, paper
    counter: Small = 0
    group: Text = ""
    served_by: Text = ""
    page: Text = ""  # of the paper book
    said: Text = ""
    copied_by: Text = ""  # paper: the entry's author confirmed it


class RatingStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What followed a low grade; "said" is what the citizen added himself."""

    rating: Text
    step: Text
    note: Text = ""
    reasons: list[Text] = []


class KioskDay(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One day at the kiosk of a station, in numbers alone."""

    day: Text  # ISO, in China
    sessions: Small = 0
    completed: dict[Text, Small] = {}  # what came to its end, by code of the item or a word -> how often
    abandoned: dict[Text, Small] = {}  # the step at which nothing had come to an end -> how often
    seconds_p50: Small = 0  # of visits in which something did
    seconds_p90: Small = 0
    helped: Small = 0
    elder: Small = 0


class DemandPaper(msgspec.Struct, frozen=True, kw_only=True):
    digest: Text
    size: Seq
    type: Text


class DemandTold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody handed in at a counter. Of an anonymous one neither name nor telephone number exists."""

    id: Text
    number: Text
    type: Text  # question, help, suggestion, complaint, report
    content: Annotated[str, msgspec.Meta(max_length=4000)]
    place: Text
    anonymous: bool = False
    name: Text = ""
    phone: Text = ""
    publish: bool = False
    papers: list[DemandPaper] = []


class DemandStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    demand: Text
    step: Text  # withdrawn
    note: Text = ""


class QuestionLeft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A question that the catalogue did not answer, without anything that points at a person; once a day and station."""

    text: Annotated[str, msgspec.Meta(max_length=120)]
    why: Text  # nothing: no item met it; unwanted: what was shown was not it
    day: Text  # ISO, in China
    place: Text = ""  # desk, kiosk, query
    shown: list[Text] = []  # codes of the items that were offered


class StationKnown(msgspec.Struct, frozen=True, kw_only=True):
    """A station as others may name it to a citizen."""

    name: Text
    zh: Text
    en: Text = ""


class StationsKnown(msgspec.Struct, frozen=True, kw_only=True):
    """Every station of the district; the newest list counts."""

    stations: list[StationKnown]


class FetchAsked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An applicant stands at a station that does not have his case and wants to fetch the result there."""

    number: Text  # of the case, as on the receipt
    reason: Text
    by: Text = ""  # name of the clerk


class NumberEnded(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was made under a number up to `upto` holds no more. Who asks must have the number: only its digest is told."""

    digest: Digest  # SHA-256 of protocol.endings.CONTEXT and the number
    act: Text  # id of the act that ended it
    upto: Text = ""  # stamp()
    on: Text = ""  # ISO day since which it does not hold
    why: Text = ""  # protocol.cases.licences.How
    stands: bool = True  # False: that act was set aside after all, and this line of it is taken back


class LicencesEnded(msgspec.Struct, frozen=True, kw_only=True):
    """More lines of the district's list of what holds no more. A line that comes twice is one line."""

    lines: list[NumberEnded]
