"""Applicants who do not exist: answers that a form takes, with right check digits and nobody behind them."""

from __future__ import annotations

import random

from protocol.catalogue.items import About, Field, FieldRole, FieldType, Item
from protocol.catalogue.numbers import credit_check_character, id_check_character

_STEMS = "甲乙丙丁戊己庚辛壬癸"
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def answers_for(item: Item, rng: random.Random) -> dict[str, str]:
    """Every field of the item's form, key -> what would be typed."""
    return {field.key: _answer(field, rng) for field in item.fields}


def id_number(rng: random.Random) -> str:
    first = f"510114{rng.randint(1950, 2005)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{rng.randint(0, 999):03d}"
    return first + id_check_character(first)


def _credit_code(rng: random.Random) -> str:
    first = "91510114" + "".join(rng.choice(_CREDIT) for _ in range(9))
    return first + credit_check_character(first)


def _answer(field: Field, rng: random.Random) -> str:
    match field.type:
        case FieldType.ID_NUMBER:
            return id_number(rng)
        case FieldType.CREDIT_CODE:
            return _credit_code(rng)
        case FieldType.PHONE:
            return f"1390000{rng.randint(0, 9999):04d}"
        case FieldType.DATE:
            return f"2026-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}"
        case FieldType.NUMBER:
            return str(rng.randint(2, 10 ** min(field.max_length or 3, 3) - 1))
        case FieldType.CHOICE:
            return rng.choice(field.choices).value
        case FieldType.ADDRESS:
            return f"新都区演示路{rng.randint(1, 400)}号{rng.randint(1, 30)}栋{rng.randint(101, 2404)}"
        case _:
            name = "演" + rng.choice(_STEMS) + rng.choice(_STEMS)
            if field.about is About.ENTERPRISE:
                return f"新都区{name}商店"
            is_name = field.role is FieldRole.APPLICANT_NAME or "name" in field.key
            return name if is_name else f"演示{rng.randint(1, 999)}"
