"""Whether the answers fit the item's form, and what exactly is wrong with those that do not.

Pure, and never raises whatever was typed. Hostile text is data: `<script>` is kept as it was
written and escaped where it is shown. Problems are codes with parameters, never sentences: the
consoles say them in the reader's language. Nothing is silently dropped from an answer; a rare
character, also one from a private-use area, stays what it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from protocol.catalogue.items import Field, FieldType, Item
from protocol.catalogue.numbers import (
    CREDIT_CODE_LENGTH,
    ID_NUMBER_LENGTH,
    birth_date,
    credit_check_character,
    id_check_character,
    is_credit_shape,
    is_id_shape,
    is_old_residence_shape,
)


class Wrong(StrEnum):
    """What can be wrong with an answer; each is a translation key. The parameters stand beside it."""

    MISSING = "form.missing"
    TOO_LONG = "form.too-long"  # length, limit: characters
    CONTROL_CHARACTER = "form.control-character"  # position: of the first, from 1
    UNKNOWN_FIELD = "form.unknown-field"
    ID_LENGTH = "form.id-number.length"  # length
    ID_CHARACTERS = "form.id-number.characters"
    ID_DATE = "form.id-number.date"
    ID_CHECK = "form.id-number.check"
    CREDIT_LENGTH = "form.credit-code.length"  # length
    CREDIT_CHARACTERS = "form.credit-code.characters"
    CREDIT_CHECK = "form.credit-code.check"
    PHONE = "form.phone"
    DATE = "form.date"
    NUMBER = "form.number"
    CHOICE = "form.choice"


@dataclass(frozen=True, slots=True)
class Problem:
    field: str
    code: Wrong
    params: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Checked:
    """`answers` holds every answer to a known field, cleaned, the wrong ones too: what was typed is kept."""

    answers: dict[str, str]
    problems: tuple[Problem, ...]

    @property
    def is_good(self) -> bool:
        return not self.problems

    def problem_of(self, field: str) -> Problem | None:
        return next((problem for problem in self.problems if problem.field == field), None)


def check_form(item: Item, answers: Mapping[str, str]) -> Checked:
    """Clean the answers and name at most one problem for each field, in the order of the form."""
    cleaned: dict[str, str] = {}
    problems: list[Problem] = []
    for field in item.fields:
        answer = _clean(field.type, answers.get(field.key, ""))
        wrong = _first_problem(field, answer)
        if answer:
            cleaned[field.key] = answer
        if wrong:
            problems.append(wrong)
    known = {field.key for field in item.fields}
    problems.extend(Problem(key, Wrong.UNKNOWN_FIELD, {}) for key in answers if key not in known)
    return Checked(cleaned, tuple(problems))


def _first_problem(field: Field, answer: str) -> Problem | None:
    if not answer:
        return Problem(field.key, Wrong.MISSING, {}) if field.required else None
    if position := _control_character(answer, newlines_allowed=field.type is FieldType.LONG_TEXT):
        return Problem(field.key, Wrong.CONTROL_CHARACTER, {"position": position})
    if field.max_length and len(answer) > field.max_length:
        return Problem(field.key, Wrong.TOO_LONG, {"length": len(answer), "limit": field.max_length})
    if field.type is FieldType.CHOICE and all(choice.value != answer for choice in field.choices):
        return Problem(field.key, Wrong.CHOICE, {})
    if wrong := _SHAPES[field.type](answer) if field.type in _SHAPES else None:
        length = {"length": len(answer)} if wrong in (Wrong.ID_LENGTH, Wrong.CREDIT_LENGTH) else {}
        return Problem(field.key, wrong, length)
    return None


# Bidirectional overrides make a line read other than it is stored; line separators break a printed line.
_DECEIVING = frozenset("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _control_character(text: str, newlines_allowed: bool) -> int:
    """The position, from 1, of the first character that no keyboard writes into an answer; 0 if there is none."""
    for position, character in enumerate(text, start=1):
        if newlines_allowed and character in "\n\t":
            continue
        if character in _DECEIVING or unicodedata.category(character) in ("Cc", "Cs"):
            return position
    return 0


def _clean(kind: FieldType, answer: str) -> str:
    """NFC without space around it. Numbers also lose their full-width digits and the spaces that group them."""
    text = unicodedata.normalize("NFC", answer).replace("\r\n", "\n").strip()
    if kind in (FieldType.ID_NUMBER, FieldType.CREDIT_CODE):
        return _narrow(text).replace(" ", "").upper()
    if kind is FieldType.PHONE:
        return re.sub(r"^(\+86|0086)", "", re.sub(r"[ \-()]", "", _narrow(text)))
    if kind is FieldType.NUMBER:
        return _narrow(text)
    if kind is FieldType.DATE:
        return _iso_date(_narrow(text))
    return text


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


_WRITTEN_DATE = re.compile(r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?")


def _iso_date(text: str) -> str:
    written = _WRITTEN_DATE.fullmatch(text)
    return f"{written[1]}-{written[2]:0>2}-{written[3]:0>2}" if written else text


def _id_number(text: str) -> Wrong | None:
    if is_old_residence_shape(text):
        return None
    if len(text) != ID_NUMBER_LENGTH:
        return Wrong.ID_LENGTH
    if not is_id_shape(text):
        return Wrong.ID_CHARACTERS
    if id_check_character(text[:17]) != text[17]:
        return Wrong.ID_CHECK
    return None if birth_date(text) else Wrong.ID_DATE


def _credit_code(text: str) -> Wrong | None:
    if len(text) != CREDIT_CODE_LENGTH:
        return Wrong.CREDIT_LENGTH
    if not is_credit_shape(text):
        return Wrong.CREDIT_CHARACTERS
    return None if credit_check_character(text[:17]) == text[17] else Wrong.CREDIT_CHECK


_MOBILE_OR_LANDLINE = re.compile(r"1[3-9][0-9]{9}|0[1-9][0-9]{1,2}[2-9][0-9]{6,7}")


def _phone(text: str) -> Wrong | None:
    return None if _MOBILE_OR_LANDLINE.fullmatch(text) else Wrong.PHONE


def _date(text: str) -> Wrong | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return Wrong.DATE
    return None if day.isoformat() == text else Wrong.DATE  # fromisoformat also reads 20260302 and 2026-W10-1


def _number(text: str) -> Wrong | None:
    return None if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) else Wrong.NUMBER


_SHAPES: dict[FieldType, Callable[[str], Wrong | None]] = {
    FieldType.ID_NUMBER: _id_number,
    FieldType.CREDIT_CODE: _credit_code,
    FieldType.PHONE: _phone,
    FieldType.DATE: _date,
    FieldType.NUMBER: _number,
}
