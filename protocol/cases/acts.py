"""An act as it is told: who did what to which case, after which act, with what in hand.

These shapes are signed and kept for years: fields are only ever added, with a default. Unknown
fields of a newer version are ignored when read (the exact bytes stay in the journal).
"""

from __future__ import annotations

import msgspec

from protocol.cases.rules import Act, Role, Side
from protocol.catalogue.items import Stop


class By(msgspec.Struct, frozen=True):
    """The account that acted. Names of staff are told so that the other end can show them."""

    account: str
    role: Role
    name: str = ""
    section: str = ""  # code of the section for which the person acted
    on_behalf: str = ""  # account of the colleague whose role was lent

    @property
    def people(self) -> tuple[str, ...]:
        """Both count where duties are kept apart: a lent role brings the lender's exclusions along."""
        return (self.account, self.on_behalf) if self.on_behalf else (self.account,)


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """One scan, photo or PDF. The bytes travel as a blob; here stands what they must be."""

    digest: str  # SHA-256, hex
    size: int  # bytes
    type: str  # image/jpeg, image/png, application/pdf
    material: str  # code of the material that it shows
    name: str = ""  # "page 2"; never a file name from the citizen's stick


class Applicant(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    number: str  # ID number or credit code
    phone: str = ""


class Intake(msgspec.Struct, frozen=True, kw_only=True):
    """What SUBMIT and DECIDE_AT_ONCE bring: the case as it was at the desk."""

    number: str  # the case number on the receipt, made without the hub
    station: str
    item: str
    item_version: int
    applicant: Applicant
    answers: dict[str, str]
    papers: list[Paper] = []
    situations: dict[str, str] = {}  # the answers that decide which materials apply
    channel: str = "window"
    mode: str = ""  # what this station may do with the item: decide, accept, receive, assist
    committed: bool = False  # 告知承诺: the applicant signed the commitment
    lacking: list[str] = []  # secondary materials that the applicant wants to bring later
    matter: str = ""  # 一件事: the same for all cases of one matter
    after: str = ""  # number of the granted case that this second stage follows
    licence: str = ""  # number of the licence that is renewed, changed, replaced or given up
    licence_until: str = ""  # ISO day on which that licence runs out
    fetch_at: str = ""  # station where the applicant wants to fetch the result; "" for this one
    corrected_from_card: dict[str, str] = {}  # key of an answer that is not as on the identity card -> why


class Correction(msgspec.Struct, frozen=True):
    """One line of a notice: which material or field, and what is wrong with it or when it follows."""

    about: str
    problem: str


class Finding(msgspec.Struct, frozen=True):
    point: str
    result: str  # pass, fail, n/a, or what was measured
    remark: str = ""


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """The record of a visit, 行政许可法 §34. The author of the act is the first surveyor, who countersigns the second."""

    place: str
    arrived: str  # stamp()
    left: str  # stamp()
    findings: list[Finding] = []
    passed: bool = False
    applicant_says: str = ""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A document that was produced: its bytes travel as a blob and are what every reprint prints."""

    kind: str  # of protocol/documents
    number: str
    digest: str  # SHA-256 of the PDF, hex
    size: int
    data: str = ""  # SHA-256 of the data that it was printed from, hex


class LicenceTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What ISSUE and DECIDE_AT_ONCE write on a licence."""

    number: str
    kind: str
    holder: str
    valid_from: str  # ISO day
    valid_to: str = ""  # ISO day; "" for no end
    change: str = "new"  # new, renewed, changed, replaced
    replaces: str = ""  # number of the licence that it takes the place of


class TracedInput(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that an instant rule went by. What an answer was stands in the intake; here only its digest."""

    name: str
    source: str  # InputSource
    as_of: str = ""  # stamp(): whose state it shows
    state: str = "fresh"  # fresh, stale, missing
    value: str = ""  # where it says nothing of a person: how many, yes or no
    digest: str = ""  # SHA-256 over case, name and value, hex


class Trace(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an instant decision came about: enough to come to the same again, and to explain it."""

    outcome: str  # InstantOutcome
    rule: str  # SHA-256 of the item's instant rule, hex
    catalogue: int  # number of the signed issue that brought it
    library: str  # what evaluated the expressions
    inputs: list[TracedInput] = []
    hits: list[str] = []  # names of the rules that were met, in their order
    failed: list[str] = []  # names of the rules that could not be evaluated
    against: list[str] = []  # what the station itself had against deciding: its clock, a paper that is to follow


class CaseAct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One act. `follows` is the act that its author saw last in the line of this case."""

    case: str
    id: str
    act: Act
    follows: str | None
    by: By
    at: str
    reason: str = ""
    remedies: str = ""
    basis: str = ""
    number: str = ""  # of the document that the act produces (notice, decision)
    intake: Intake | None = None
    corrections: list[Correction] = []  # what has to be corrected, or lacks
    answers: dict[str, str] = {}  # fields that a supplement changes
    papers: list[Paper] = []  # papers that a supplement adds, photos of a survey
    request: str | None = None  # the request that is answered, the act that is settled, the card that is answered
    instead: str = ""  # digest of the lost scan that `papers` take the place of
    recipient: str = ""  # who took the result at a hand-over
    way: str = ""  # of a hand-over: Way
    to: str = ""  # station to which the case goes, or is wished
    proposal: str = ""  # of a review: grant or deny
    simple: bool = False  # accepted to be decided at once
    competent: str = ""  # the authority that is competent instead, 行政许可法 §32(2)
    stop: Stop | None = None  # why the clock stands still
    expected: str = ""  # how long that is expected to take, as it is told to the applicant
    chair: str = ""  # account in the chair of a hearing
    person: str = ""  # account that is recused
    survey: Survey | None = None
    passed: bool = False  # of a look at a promise
    counts_from: str = ""  # ISO day from which the act counts
    licence: LicenceTerms | None = None
    made: Made | None = None
    package: str = ""  # SHA-256 of the archived case file, hex
    card: str = ""  # yellow or red
    rules: list[str] = []  # internal-control rules that the act was done under, as "A-03.2"
    trace: Trace | None = None  # of what was decided at once, or was given to a person instead


class Told(msgspec.Struct, frozen=True):
    """An act with its place in the journals: life of the author's store, epoch, number, and the author's side.

    The place is that of its first telling, wherever it is told again: what two parties make of a fork cannot differ.
    """

    act: CaseAct
    side: Side
    life: int
    epoch: str
    seq: int
    station: str = ""  # of whose journal it is; "" where nobody asks

    @property
    def order(self) -> tuple[int, str, int]:
        return (self.life, self.epoch, self.seq)


class Retold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Body of a case.told entry: the hub tells a station what another desk said, or heard, of a case.

    The hub answers for it with its own signature. What the desk has no use for is left out: `whole` says whether the
    applicant's answers are there; `papers`, whether the reader is to have the bytes of the document that is named.
    """

    told: Told
    whole: bool = True
    papers: bool = False

    @property
    def rank(self) -> int:
        """In the table of acts: 0 is the act itself."""
        return 1 if self.whole else 2


encode_act = msgspec.msgpack.Encoder().encode
decode_act = msgspec.msgpack.Decoder(CaseAct).decode
encode_retold = msgspec.msgpack.Encoder().encode
decode_retold = msgspec.msgpack.Decoder(Retold).decode
