"""Which fields of a form a card fills, and with what.

Pure. By the roles of the fields and, where a role does not say it, by what the form calls them: an item's author
writes 户籍地址 or 常住户口地址 and means the same line of the card. An address where somebody lives or trades is never
filled: the card does not know it. What cannot be told for certain stays empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from node.devices.cards import IdCard, Sex, SocialCard
from protocol.catalogue.items import About, Field, FieldType


class Whose(StrEnum):
    """Whom a card is laid down for."""

    APPLICANT = "applicant"
    AGENT = "agent"


_ABOUT = {Whose.APPLICANT: About.APPLICANT, Whose.AGENT: About.AGENT}
_NAME_ENDS = "姓名"
_NATION, _SEX, _BIRTH = "民族", "性别", "出生日期"
_REGISTERED = frozenset({"户籍地址", "常住户口地址", "户口所在地", "身份证住址", "住址"})
_SOCIAL_NUMBER = frozenset({"社会保障卡号", "社会保障号码", "社保卡号"})
_SEX_WORDS = {Sex.MALE: "男", Sex.FEMALE: "女"}


def can_fill(fields: Iterable[Field], whose: Whose) -> bool:
    """Whether the form asks for the number of somebody's identity card."""
    return any(_says(field, whose) == "number" for field in fields)


def filled(fields: Iterable[Field], card: IdCard | SocialCard, whose: Whose = Whose.APPLICANT) -> dict[str, str]:
    """Key of the field -> what the card says; each part of the card once, in the first field that asks for it."""
    parts = _parts(card)
    found: dict[str, str] = {}
    for field in fields:
        part = _says(field, whose)
        value = _as_answered(field, parts.pop(part, ""))
        if value:
            found[field.key] = value
    return found


def _parts(card: IdCard | SocialCard) -> dict[str, str]:
    if isinstance(card, SocialCard):
        return {"name": card.name, "number": card.id_number, "card_number": card.card_number}
    return {
        "name": card.name,
        "number": card.number,
        "nation": card.nation,
        "sex": _SEX_WORDS[card.sex],
        "birth": card.birth.isoformat(),
        "address": card.address,
    }


def _says(field: Field, whose: Whose) -> str:
    """The part of a card that a field asks for; empty if none."""
    at_home = whose is Whose.APPLICANT and field.about in (About.APPLICANT, About.HOUSEHOLD)
    if at_home and field.label in _REGISTERED:
        return "address"
    if field.about is not _ABOUT[whose]:
        return ""
    if field.type is FieldType.ID_NUMBER:
        return "number"
    if field.type is FieldType.TEXT and field.label.endswith(_NAME_ENDS):
        return "name"
    if field.type is FieldType.DATE and field.label == _BIRTH:
        return "birth"
    if field.label in _SOCIAL_NUMBER:
        return "card_number"
    return {_SEX: "sex", _NATION: "nation"}.get(field.label, "")


def _as_answered(field: Field, value: str) -> str:
    """A choice by its value; what the form does not offer is left to a person."""
    if field.type is not FieldType.CHOICE:
        return value
    return next((choice.value for choice in field.choices if choice.label == value), "")
