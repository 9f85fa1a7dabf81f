"""What is written down and signed by people: survey, commitment, transfer list; and the licence itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from protocol.documents.front import Front, chinese_date, chinese_time, shown_number
from protocol.documents.kinds import Kind


@dataclass(frozen=True, slots=True)
class Surveyor:
    name: str
    number: str  # ID number or number of the enforcement card, in full; printed masked


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the survey standard, and what was found."""

    what: str
    finding: str
    is_met: bool | None  # None: does not apply here


@dataclass(frozen=True, slots=True)
class Photo:
    what: str
    digest: str  # SHA-256, hex
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Rectification:
    what: str
    due_on: date


@dataclass(frozen=True, slots=True)
class SurveyRecord:
    """现场踏勘记录. At least two surveyors, 行政许可法 §34."""

    template: ClassVar[str] = "survey"
    of: ClassVar[Kind] = Kind.SURVEY
    front: Front
    surveyors: tuple[Surveyor, ...]
    came_at: datetime
    left_at: datetime
    place: str
    standard: str  # the survey standard and its version
    points: tuple[Point, ...]
    conclusion: str
    photos: tuple[Photo, ...] = ()
    to_rectify: tuple[Rectification, ...] = ()
    opinion: str = ""  # the applicant's; empty: written in by hand

    def data(self) -> dict[str, object]:
        return self.front.data() | {
            "surveyors": [{"name": one.name, "number": shown_number(one.number)} for one in self.surveyors],
            "came_at": chinese_time(self.came_at),
            "left_at": chinese_time(self.left_at),
            "place": self.place,
            "standard": self.standard,
            "points": [{"what": one.what, "finding": one.finding, "met": _MET[one.is_met]} for one in self.points],
            "conclusion": self.conclusion,
            "photos": [
                {"what": one.what, "digest": one.digest, "taken_at": chinese_time(one.taken_at)} for one in self.photos
            ],
            "to_rectify": [{"what": one.what, "due_on": chinese_date(one.due_on)} for one in self.to_rectify],
            "opinion": self.opinion,
        }


@dataclass(frozen=True, slots=True)
class Commitment:
    """告知承诺书: what the law asks for, that the applicant meets it, what follows if not, and who will look."""

    template: ClassVar[str] = "commitment"
    of: ClassVar[Kind] = Kind.COMMITMENT
    front: Front
    conditions: tuple[str, ...]  # what is promised to be so
    replaces: str  # which proof needs not be brought because of it; may be empty
    consequences: str  # of a promise that is not kept or not true
    check: str  # when and how it is looked at afterwards
    basis: tuple[str, ...] = ()
    agent: str = ""

    def data(self) -> dict[str, object]:
        return self.front.data() | {
            "conditions": list(self.conditions),
            "replaces": self.replaces,
            "consequences": self.consequences,
            "check": self.check,
            "basis": list(self.basis),
            "agent": self.agent,
        }


@dataclass(frozen=True, slots=True)
class TransferLine:
    case_number: str
    name: str  # of the document: 食品经营许可证
    number: str
    copies: int
    recipient: str  # printed in full: the list stays between the two offices


@dataclass(frozen=True, slots=True)
class Transfer:
    """证照交接单: what one office hands to the other, with the numbers of the seals on the bag."""

    template: ClassVar[str] = "transfer"
    of: ClassVar[Kind] = Kind.TRANSFER
    front: Front  # case number: of the list itself; the applicant is the receiving office
    giver: str
    taker: str
    way: str
    seal_numbers: tuple[str, ...]
    given_at: datetime | None  # None: written in by hand
    lines: tuple[TransferLine, ...]

    def data(self) -> dict[str, object]:
        return self.front.data() | {
            "giver": self.giver,
            "taker": self.taker,
            "way": self.way,
            "seal_numbers": list(self.seal_numbers),
            "given_at": chinese_time(self.given_at) if self.given_at else "",
            "lines": [
                {
                    "case_number": one.case_number,
                    "name": one.name,
                    "number": one.number,
                    "copies": one.copies,
                    "recipient": one.recipient,
                }
                for one in self.lines
            ],
            "copies": sum(one.copies for one in self.lines),
        }


@dataclass(frozen=True, slots=True)
class Licence:
    """证照: what the holder hangs on the wall. `front.day` is the day of issue, `front.until` the last day."""

    template: ClassVar[str] = "licence"
    front: Front
    title: str  # 食品经营许可证
    rows: tuple[tuple[str, str], ...]  # what differs from licence to licence: place, person in charge
    scope: str  # what is permitted
    at_once: bool = False  # made at the desk by signed rules: no seal is on it, the code proves it

    @property
    def of(self) -> Kind:
        return Kind.INSTANT_LICENCE if self.at_once else Kind.LICENCE

    def data(self) -> dict[str, object]:
        return self.front.data() | {
            "title": self.title,
            "rows": [list(row) for row in self.rows],
            "scope": self.scope,
            "at_once": self.at_once,
            "until": chinese_date(self.front.until) if self.front.until else "长期",
        }


_MET = {True: "符合", False: "不符合", None: "不适用"}
