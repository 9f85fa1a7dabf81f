"""An act as it is told: who did what to which case, after which act, with what in hand.

These shapes are signed and kept for years: fields are only ever added, with a default. Unknown
fields of a newer version are ignored when read (the exact bytes stay in the journal).
"""

from __future__ import annotations

import msgspec

from protocol.cases.rules import Act, Role, Side


class By(msgspec.Struct, frozen=True):
    """The account that acted. Names of staff are told so that the other end can show them."""

    account: str
    role: Role
    name: str = ""


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
    """What SUBMIT brings: the case as it was at the desk."""

    number: str  # the case number on the receipt, made without the hub
    station: str
    item: str
    item_version: int
    applicant: Applicant
    answers: dict[str, str]
    papers: list[Paper] = []


class Correction(msgspec.Struct, frozen=True):
    """One line of the correction notice: which material or field, and what is wrong with it."""

    about: str
    problem: str


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
    corrections: list[Correction] = []
    answers: dict[str, str] = {}  # fields that a supplement changes
    papers: list[Paper] = []  # papers that a supplement adds
    request: str | None = None  # the request that is answered, the act that is settled
    instead: str = ""  # digest of the lost scan that `papers` take the place of
    recipient: str = ""  # who took the result at a hand-over


class Told(msgspec.Struct, frozen=True):
    """An act with its place in the journals: life of the author's store, epoch, number, and the author's side."""

    act: CaseAct
    side: Side
    life: int
    epoch: str
    seq: int

    @property
    def order(self) -> tuple[int, str, int]:
        return (self.life, self.epoch, self.seq)


encode_act = msgspec.msgpack.Encoder().encode
decode_act = msgspec.msgpack.Decoder(CaseAct).decode
