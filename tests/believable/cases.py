"""What people come for on a day: an item, an applicant, and answers that the item's form takes.

Made from the types of the fields, with a look at their labels for sense; so it holds for any item of any
catalogue, in every situation. Whoever uses it turns a Coming into drafts, papers and acts.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from protocol.catalogue.items import (
    About,
    Field,
    FieldRole,
    FieldType,
    Item,
    Mode,
    StationKind,
)
from protocol.clock import CHINA
from tests.believable.district import District
from tests.believable.people import Applicant, credit_code, id_number, person_name, phone
from tests.believable.syllables import FIRMS, ROADS, TRADES

TODAY = date(2026, 3, 2)
OPENS, OPEN_FOR_S = time(8, 30), 9 * 3600
FILLED_IF_OPTIONAL = 0.7
_TAKING = frozenset(Mode) - {Mode.INFORM}


@dataclass(frozen=True, slots=True)
class Coming:
    """Somebody at a desk. `answers` pass check_form; `situations` answer every question of the item."""

    at: datetime
    station: str
    item: Item
    applicant: Applicant
    answers: Mapping[str, str]
    situations: Mapping[str, str]
    channel: str  # window, kiosk, online

    @property
    def everything(self) -> dict[str, str]:
        """What decides which materials apply."""
        return {**self.situations, **self.answers}


def day_of_cases(
    seed: int, n: int, items: Sequence[Item], district: District, *, day: date = TODAY
) -> Iterator[Coming]:
    """`n` people between opening and closing, in the order in which they come; few items make most of the day."""
    rng = random.Random(f"day {seed} {day}")
    open_at = {item.code: _where(item, district) for item in items}
    weights = [1 / (place + 1) ** 0.7 for place in range(len(items))]
    chosen = rng.choices(rng.sample(list(items), len(items)), weights, k=n)
    firms = [person for person in district.applicants if person.enterprise]
    opening = datetime.combine(day, OPENS, CHINA)
    for moment, item in zip(sorted(rng.uniform(0, OPEN_FOR_S) for _ in range(n)), chosen, strict=True):
        for_firm = any(f.role is FieldRole.APPLICANT_ID and f.type is FieldType.CREDIT_CODE for f in item.fields)
        applicant = rng.choice(firms if for_firm and firms else district.applicants)
        situations = {one.key: rng.choice(one.choices).value for one in item.situations}
        answers = answers_in(item, situations, applicant, rng, day=day)
        yield Coming(
            at=opening + timedelta(seconds=round(moment)),
            station=rng.choice(open_at[item.code]),
            item=item,
            applicant=applicant,
            answers=answers,
            situations=situations,
            channel=rng.choices(("window", "kiosk", "online"), (80, 12, 8))[0],
        )


def situations_of(item: Item) -> Iterator[dict[str, str]]:
    """Every combination of answers to the questions of an item; one empty one if it asks nothing."""
    keys = [one.key for one in item.situations]
    for combination in itertools.product(*([choice.value for choice in one.choices] for one in item.situations)):
        yield dict(zip(keys, combination, strict=True))


def answers_in(
    item: Item, situations: Mapping[str, str], applicant: Applicant, rng: random.Random, *, day: date = TODAY
) -> dict[str, str]:
    """Key -> answer for every field that applies in these situations, some optional ones left empty."""
    answers: dict[str, str] = {}
    applying = {field.key for field in item.fields_for(situations)}
    for field in item.fields:
        if field.key in situations and field.type is FieldType.CHOICE:
            answers[field.key] = situations[field.key]
        elif field.key in applying and (field.required or rng.random() < FILLED_IF_OPTIONAL):
            answers[field.key] = _answer(field, applicant, rng, day)
    return answers


def _where(item: Item, district: District) -> list[str]:
    kinds = {kind for kind in StationKind if item.mode_at(kind) in _TAKING}
    found = [place.code for place in district.stations if place.tier in kinds]
    return found or [place.code for place in district.stations if place.tier == "town"] or [district.stations[0].code]


def _answer(field: Field, applicant: Applicant, rng: random.Random, day: date) -> str:
    own = field.about is About.APPLICANT
    firm = applicant.enterprise
    match field.type:
        case FieldType.ID_NUMBER:
            return (
                applicant.number
                if own or field.role
                else id_number(rng, day - timedelta(days=rng.randint(7000, 25000)))
            )
        case FieldType.CREDIT_CODE:
            return firm.code if firm else credit_code(rng)
        case FieldType.PHONE:
            return applicant.phone if own or field.role else phone(rng)
        case FieldType.DATE:
            return _date(field, applicant, rng, day)
        case FieldType.NUMBER:
            return _number(field, rng)
        case FieldType.CHOICE:
            return rng.choice(field.choices).value
        case FieldType.ADDRESS:
            text = firm.address if firm and field.about is About.ENTERPRISE else applicant.address
        case FieldType.LONG_TEXT:
            text = _sentences(field, rng)
        case _:
            text = _text(field, applicant, rng)
    return text[: field.max_length] if field.max_length else text


def _date(field: Field, applicant: Applicant, rng: random.Random, day: date) -> str:
    if "出生" in field.label:
        found = applicant.born if field.about is About.APPLICANT else day - timedelta(days=rng.randint(3, 60))
    elif any(word in field.label for word in ("拟", "预计", "计划", "届满", "截止", "到期", "结束")):
        found = day + timedelta(days=rng.randint(20, 300))
    else:
        found = day - timedelta(days=rng.randint(1, 900))
    return found.isoformat()


def _number(field: Field, rng: random.Random) -> str:
    most = 10 ** min(field.max_length or 3, 6) - 1
    for word, top in (("人", 60), ("面积", 1200), ("万元", 2000), ("金额", 50_000), ("年", 10), ("月", 12)):
        if word in field.label:
            return str(rng.randint(1, min(top, most)))
    return str(rng.randint(1, min(200, most)))


def _text(field: Field, applicant: Applicant, rng: random.Random) -> str:
    firm = applicant.enterprise
    if field.role is FieldRole.APPLICANT_NAME:
        return firm.name if firm and field.about is About.ENTERPRISE else applicant.name
    if "姓名" in field.label or "联系人" in field.label or "代表人" in field.label:
        return applicant.name if field.about is About.APPLICANT else person_name(rng)
    if "名称" in field.label or field.about is About.ENTERPRISE:
        made = f"{rng.choice(FIRMS)}{rng.choice(FIRMS)}{rng.choice(TRADES)}"
        return firm.name if firm and field.about is About.ENTERPRISE else made
    if "号" in field.label:
        return f"{rng.choice('ABCDEFGH')}{rng.randrange(10**8):08d}"
    return f"{rng.choice(ROADS)}{rng.choice(TRADES)}{rng.randint(1, 99)}"


def _sentences(field: Field, rng: random.Random) -> str:
    told = rng.sample(
        (
            f"主要从事{rng.choice(TRADES)}。",
            f"位于{rng.choice(ROADS)}路，周边无学校和居民投诉记录。",
            "材料由本人准备，内容属实。",
            f"计划投入{rng.randint(3, 80)}万元，自有资金。",
            "此前没有办理过同类事项。",
            "家中有老人需要照顾，希望尽快办结。",
        ),
        rng.randint(1, 3),
    )
    return "".join(told)
