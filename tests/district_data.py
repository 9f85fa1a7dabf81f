"""Believable cases without a real person: answers and papers that a seed decides."""

from __future__ import annotations

import functools
import random

from protocol.catalogue.items import Field, FieldRole, FieldType, Item
from protocol.catalogue.reading import standard_items

_SURNAMES = "甲乙丙丁戊己庚辛"


@functools.cache
def all_items() -> tuple[Item, ...]:
    return tuple(standard_items())


def example_item() -> Item:
    """P08: a residence permit; a form of ordinary length."""
    return next(item for item in all_items() if item.code == "P08")


def id_number(rng: random.Random) -> str:
    body = f"510114{rng.randint(1950, 2005)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{rng.randint(0, 999):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def credit_code(rng: random.Random) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "91510114" + "".join(rng.choice(alphabet) for _ in range(9))
    total = sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + alphabet[(31 - total % 31) % 31]


def answer_for(field: Field, rng: random.Random) -> str:
    match field.type:
        case FieldType.ID_NUMBER:
            return id_number(rng)
        case FieldType.CREDIT_CODE:
            return credit_code(rng)
        case FieldType.PHONE:
            return f"1390000{rng.randint(0, 9999):04d}"
        case FieldType.DATE:
            return f"2026-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}"
        case FieldType.NUMBER:
            return str(rng.randint(1, 90))
        case FieldType.CHOICE:
            return rng.choice(field.choices).value
        case _:
            if field.role is FieldRole.APPLICANT_NAME:
                return f"测试{rng.choice(_SURNAMES)}"
            return f"测试地址{rng.randint(1, 999)}号"


def answers_for(item: Item, rng: random.Random) -> dict[str, str]:
    return {field.key: answer_for(field, rng) for field in item.fields}


def paper_bytes(rng: random.Random, number: int) -> bytes:
    """Not a picture, but bytes of a size that needs more than one piece now and then."""
    return b"\xff\xd8\xff" + rng.randbytes(rng.choice((200, 900, 250_000))) + bytes([number]) + b"\xff\xd9"
