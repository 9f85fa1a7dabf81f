"""Whether a paper is ours: by its code, or by the seal on its file. Works from what is on this machine alone.

Three answers: genuine; genuine, but cancelled since; cannot be verified, with why. Nothing that
somebody brings makes this raise: it came from outside, and a page says what it is. A paper that was
made before its box went out stays genuine: the page says since when the box is out, because the
time on the paper is the box's own word.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from protocol.clock import moment
from protocol.documents.kinds import DOCUMENTS, Kind, Maker
from protocol.documents.qr import Read, Told, read_code
from protocol.documents.sealing import Sealed, read_seal
from protocol.errors import Distrusted
from protocol.exchange.topics import HUB
from protocol.identity import Card, Keyring, Standing

MAX_PDF_BYTES = 20 * 1024 * 1024

_CODE_IN_FILE = re.compile(rb"<pdf:Keywords>(MC1:[0-9A-Z $%*+\-./:]{1,996})</pdf:Keywords>")


class Outcome(StrEnum):
    GENUINE = "genuine"
    CANCELLED = "cancelled"  # genuine, but cancelled or revoked since
    UNPROVEN = "unproven"


class Why(StrEnum):
    UNREADABLE = "unreadable"  # neither a code nor a file of ours
    TOO_LARGE = "too-large"
    UNKNOWN_KEY = "unknown-key"
    ALTERED = "altered"
    OTHER_DISTRICT = "other-district"
    KEY_OUT = "key-out"  # made when the box was out already
    NOT_THEIRS = "not-theirs"  # a station signed what only the hub may say
    NO_SEAL = "no-seal"  # a file without a seal proves nothing; its code does
    NOT_WHOLE = "not-whole"  # something was added after the sealing
    SEAL_UNKNOWN = "seal-unknown"
    SEAL_EXPIRED = "seal-expired"  # sealed when the certificate was not good


class Confirmed(StrEnum):
    """Of a paper that a station made by rules: what the district has said of it."""

    CONFIRMED = "confirmed"
    PROVISIONAL = "provisional"  # it has not looked yet
    DOUBTED = "doubted"  # a person is looking
    UNKNOWN = "unknown"  # this machine does not have the case


_AT_ONCE = (Kind.INSTANT, Kind.INSTANT_LICENCE)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """An entry of the cancellation list. `reason` is a code that the page has words for, or words."""

    on: date
    reason: str
    upto: datetime | None = None  # what was made later under the same number holds; None: nothing does


@dataclass(frozen=True, slots=True)
class CancellationList:
    """`as_of` None: there is no list on this machine, and the page says so. `find` takes the document's number."""

    as_of: datetime | None
    find: Callable[[str], Cancelled | None]


NO_LIST = CancellationList(None, lambda number: None)


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Outcome
    as_of: datetime | None  # of the cancellation list
    why: Why | None = None  # it cannot be verified
    told: Told | None = None  # what it says; only of what is genuine
    maker: str = ""  # the party whose key it is
    sealed: Sealed | None = None
    cancelled: Cancelled | None = None
    out_since: datetime | None = None  # the maker's box went out after this was made
    confirmed: Confirmed | None = None  # of what was decided at once; None for any other paper


@dataclass(frozen=True, slots=True)
class Checks:
    """What a verify page needs; the keyring and the list are read anew each time."""

    authority: Ed25519PublicKey
    keyring: Callable[[], Keyring]
    cancelled: Callable[[], CancellationList] = lambda: NO_LIST
    confirmed: Callable[[str], Confirmed] = lambda case_number: Confirmed.UNKNOWN

    def text(self, text: str) -> Verdict:
        return self._with_confirmation(verify_text(text, self.keyring(), self.cancelled()))

    def pdf(self, data: bytes) -> Verdict:
        return self._with_confirmation(verify_pdf(data, self.authority, self.keyring(), self.cancelled()))

    def _with_confirmation(self, verdict: Verdict) -> Verdict:
        if verdict.told is None or verdict.told.kind not in _AT_ONCE:
            return verdict
        return replace(verdict, confirmed=self.confirmed(verdict.told.case_number))


def verify_text(text: str, keyring: Keyring, cancelled: CancellationList = NO_LIST) -> Verdict:
    """What the text of a code proves. Never raises."""
    try:
        read = read_code(text, keyring)
    except Distrusted as why:
        return Verdict(Outcome.UNPROVEN, cancelled.as_of, _WHYS.get(why.code, Why.UNREADABLE))
    return _judged(read, cancelled)


def verify_pdf(
    data: bytes, authority: Ed25519PublicKey, keyring: Keyring, cancelled: CancellationList = NO_LIST
) -> Verdict:
    """What a file proves: the seal covers every byte of it, and the code in it says what it is. Never raises."""
    if len(data) > MAX_PDF_BYTES:
        return Verdict(Outcome.UNPROVEN, cancelled.as_of, Why.TOO_LARGE)
    if not data.startswith(b"%PDF-"):
        return Verdict(Outcome.UNPROVEN, cancelled.as_of, Why.UNREADABLE)
    try:
        sealed = read_seal(data, authority)
        if sealed is None:
            return Verdict(Outcome.UNPROVEN, cancelled.as_of, Why.NO_SEAL)
        codes = _CODE_IN_FILE.findall(data)
        if len(codes) != 1:
            raise Distrusted("distrusted.shape", why="code")
        read = read_code(codes[0].decode("ascii"), keyring)
    except Distrusted as why:
        return Verdict(Outcome.UNPROVEN, cancelled.as_of, _WHYS.get(why.code, Why.UNREADABLE))
    if not sealed.good[0] <= read.told.made_at <= sealed.good[1]:
        return Verdict(Outcome.UNPROVEN, cancelled.as_of, Why.SEAL_EXPIRED)
    return _judged(read, cancelled, sealed)


def _judged(read: Read, cancelled: CancellationList, sealed: Sealed | None = None) -> Verdict:
    told, card = read.told, read.card
    out_since = _out_since(card)
    if card.standing is not Standing.ACTIVE and (out_since is None or told.made_at >= out_since):
        return Verdict(Outcome.UNPROVEN, cancelled.as_of, Why.KEY_OUT)
    if DOCUMENTS[told.kind].maker is Maker.HUB and card.party != HUB:
        return Verdict(Outcome.UNPROVEN, cancelled.as_of, Why.NOT_THEIRS)
    entry = cancelled.find(told.number)
    if entry is not None and entry.upto is not None and told.made_at > entry.upto:
        entry = None
    return Verdict(
        Outcome.GENUINE if entry is None else Outcome.CANCELLED,
        cancelled.as_of,
        told=told,
        maker=card.party,
        sealed=sealed,
        cancelled=entry,
        out_since=out_since,
    )


def _out_since(card: Card) -> datetime | None:
    """Since when nothing new is taken from this box; None while it is in use, or where nobody wrote it down."""
    if card.standing is Standing.ACTIVE:
        return None
    try:
        return moment(card.since)
    except ValueError:
        return None


_WHYS = {
    "distrusted.unknown-sender": Why.UNKNOWN_KEY,
    "distrusted.bad-signature": Why.ALTERED,
    "distrusted.district": Why.OTHER_DISTRICT,
    "distrusted.seal-not-whole": Why.NOT_WHOLE,
    "distrusted.seal-broken": Why.ALTERED,
    "distrusted.seal-unknown": Why.SEAL_UNKNOWN,
}
