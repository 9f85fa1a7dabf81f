"""What stands on a card that was put on a reader, read strictly.

Pure. Every maker's service has a table of its own (dialects.py); what comes out of it passes here, and what does
not fit together is no card: a citizen's name with half its characters is worse than one that is typed by hand.
Nothing is cleaned: a rare character stays what the reader gave, or what rare.py knows it to be.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from node.devices.rare import as_written
from protocol.catalogue.numbers import birth_date, id_check_character, is_id_shape, is_old_residence_shape
from protocol.errors import Refused

LONGEST_NAME = 60  # the old card for foreigners holds a Latin name of 120 bytes
LONGEST_LINE = 120
_LONG_TERM = "长期"
_DAY = re.compile(r"([0-9]{4})[-./年]?([0-9]{2})[-./月]?([0-9]{2})日?")
_SEX = {"男": "male", "女": "female", "1": "male", "2": "female", "M": "male", "F": "female"}
_HK_MO_TW = ("81", "82", "83")  # the region with which a residence permit's number begins


class CardKind(StrEnum):
    RESIDENT = "resident"
    FOREIGN = "foreign"  # permanent resident, the form of 2023: 18 characters that begin with 9
    FOREIGN_OLD = "foreign-old"  # the same, the form of 2017: three letters and twelve digits
    HK_MO_TW = "hk-mo-tw"  # residence permit for people from Hong Kong, Macao and Taiwan


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True, slots=True, repr=False)  # what can print itself ends up in a log one day
class IdCard:
    """An identity card whose parts agree with each other. That it is genuine is the reader's word, not ours."""

    kind: CardKind
    name: str
    sex: Sex
    nation: str  # 民族; of a foreigner the code of his country; empty on a residence permit
    birth: date
    address: str  # empty on a foreigner's card
    number: str
    issuer: str
    valid_from: date
    valid_to: date | None  # None: 长期, for as long as its holder lives
    photo: bytes | None = None  # JPEG
    reader_serial: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class SocialCard:
    """A social security card: whose it is, and its own number."""

    name: str
    id_number: str
    card_number: str


def id_card(said: Mapping[str, str]) -> IdCard:
    """The card in what a dialect's table found: name, sex, nation, birth, address, number, issuer, from, to, ...

    :raises Refused: card-unreadable: something lacks, is not what it must be, or contradicts something else
    """
    number = _line(said, "number").upper()
    kind = _kind(number)
    birth = _day(_line(said, "birth"))
    sex = _sex(_line(said, "sex"))
    if kind is not CardKind.FOREIGN_OLD and birth_date(number) != birth:
        raise unreadable("birth")
    if kind in (CardKind.RESIDENT, CardKind.HK_MO_TW) and (int(number[16]) % 2 == 1) != (sex is Sex.MALE):
        raise unreadable("sex")  # GB 11643: the 17th digit is odd for a man
    at_home = kind in (CardKind.RESIDENT, CardKind.HK_MO_TW)
    valid_from, valid_to = _validity(said)
    return IdCard(
        kind=kind,
        name=_line(said, "name", LONGEST_NAME),
        sex=sex,
        nation=_line(said, "nation", required=kind is CardKind.RESIDENT),
        birth=birth,
        address=_line(said, "address", required=at_home),
        number=number,
        issuer=_line(said, "issuer", required=at_home),
        valid_from=valid_from,
        valid_to=valid_to,
        photo=_jpeg(said.get("photo", "")),
        reader_serial=_line(said, "serial", required=False),
    )


def social_card(said: Mapping[str, str]) -> SocialCard:
    """:raises Refused: card-unreadable"""
    number = _line(said, "number").upper()
    _kind(number)
    return SocialCard(_line(said, "name", LONGEST_NAME), number, _line(said, "card_number", 32))


def unreadable(why: str) -> Refused:
    """`why` names the part, never what stood in it: errors are logged."""
    return Refused("refused.card-unreadable", why=why)


def age_on(birth: date, day: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _kind(number: str) -> CardKind:
    if is_old_residence_shape(number):
        return CardKind.FOREIGN_OLD
    if not is_id_shape(number) or id_check_character(number[:17]) != number[17]:
        raise unreadable("number")
    if number.startswith("9"):
        return CardKind.FOREIGN
    return CardKind.HK_MO_TW if number.startswith(_HK_MO_TW) else CardKind.RESIDENT


def _line(said: Mapping[str, str], part: str, longest: int = LONGEST_LINE, required: bool = True) -> str:
    """One line of the card without the blanks that fill up its chip's fixed fields."""
    text = as_written(said.get(part, "").strip(" \u3000\0"))
    if not text and not required:
        return ""
    # a question mark or U+FFFD is what a careless service makes of a character that it could not say
    if not text or len(text) > longest or any(_is_noise(character) for character in text):
        raise unreadable(part)
    return text


def _is_noise(character: str) -> bool:
    return character in "?？\ufffd" or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _sex(text: str) -> Sex:
    if text not in _SEX:
        raise unreadable("sex")
    return Sex(_SEX[text])


def _day(text: str) -> date:
    written = _DAY.fullmatch(text)
    if written is None:
        raise unreadable("date")
    try:
        return date(int(written[1]), int(written[2]), int(written[3]))
    except ValueError as why:
        raise unreadable("date") from why


def _validity(said: Mapping[str, str]) -> tuple[date, date | None]:
    """From two parts, or from one that holds both with a dash between them."""
    first, last = said.get("from", ""), said.get("to", "")
    if not first and not last:
        first, _, last = said.get("validity", "").strip().replace("--", "-").partition("-")
    begins = _day(first.strip())
    ends = None if last.strip() == _LONG_TERM else _day(last.strip())
    if begins.year < 1984 or (ends is not None and ends < begins):  # 1984: the first identity card
        raise unreadable("validity")
    return begins, ends


def _jpeg(text: str) -> bytes | None:
    """The photo if it is one that a page can show; a card without it is a card all the same."""
    try:
        data = base64.b64decode(text.rpartition(",")[2], validate=True)
    except ValueError:
        return None
    return data if data.startswith(b"\xff\xd8\xff") else None
