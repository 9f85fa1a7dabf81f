"""What every document says of its case, and how numbers and times are printed.

A document shows a person's ID number masked and the name in full: it is handed to the one it names.
A credit code is public and is shown whole. Times are aware UTC and are printed as the time in China.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Protocol

from protocol.catalogue.masks import mask_id
from protocol.catalogue.numbers import is_credit_shape, is_id_shape
from protocol.clock import CHINA, stamp
from protocol.documents.kinds import Kind


@dataclass(frozen=True, slots=True)
class Front:
    """The case, the item and the person, as they stand at the head; the code on the paper is made of this."""

    authority: str  # whose word it is
    number: str  # 文号: number_of()
    case_number: str
    item_code: str
    item_name: str
    item_version: int
    applicant: str
    applicant_id: str  # in full; an ID number is printed masked
    day: date  # the day that counts: of the act, in China
    printed_at: datetime  # the act's time: the same document is the same bytes whenever it is printed
    until: date | None = None  # a licence's last day

    def data(self) -> dict[str, object]:
        return {
            "authority": self.authority,
            "number": self.number,
            "case_number": self.case_number,
            "item": self.item_name,
            "item_code": f"{self.item_code}（第 {self.item_version} 版）",
            "applicant": self.applicant,
            "applicant_id": shown_number(self.applicant_id),
            "day": chinese_date(self.day),
            "printed_at": stamp(self.printed_at),
        }


class Document(Protocol):
    """What can be printed."""

    template: ClassVar[str]

    def data(self) -> dict[str, object]: ...


class Issuable(Document, Protocol):
    """What can be numbered, coded and sealed besides."""

    @property
    def of(self) -> Kind: ...

    @property
    def front(self) -> Front: ...


def shown_number(number: str) -> str:
    is_public = is_credit_shape(number) and not is_id_shape(number)
    return number if is_public else mask_id(number)


def chinese_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_time(at: datetime) -> str:
    local = at.astimezone(CHINA)
    return f"{chinese_date(local.date())} {local:%H:%M}"
