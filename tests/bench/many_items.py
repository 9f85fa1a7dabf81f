"""A district's whole list for measurements: as many items as are asked for, derived from the delivered ones.

Every item has a code and a name of its own and differs in length as real ones do; what one of them
names (a first stage, a part of one matter) names its own copy. The same count gives the same items.
"""

from __future__ import annotations

import functools
import itertools
import string
from dataclasses import replace

from protocol.catalogue.items import InstantRule, Item
from protocol.catalogue.reading import standard_items

TRADES = (
    "住宿", "餐饮", "批发", "零售", "仓储", "物流", "养殖", "种植", "加工", "维修", "印刷", "培训",
    "美容", "洗染", "家政", "养老", "托育", "体育", "演出", "会展", "广告", "咨询", "检测", "租赁",
)  # fmt: skip


@functools.cache
def many_items(count: int = 1400) -> tuple[Item, ...]:
    """At most 26 x 999 items."""
    delivered = standard_items()
    items: list[Item] = []
    for turn in itertools.count():
        codes = {item.code: _code(len(delivered) * turn + place) for place, item in enumerate(delivered)}
        for item in delivered:
            if len(items) == count:
                return tuple(sorted(items, key=lambda one: one.code))
            items.append(_another(item, turn, codes))
    raise AssertionError("count() has no end")


def _code(number: int) -> str:
    letter, rest = divmod(number, 999)
    return f"{string.ascii_uppercase[letter]}{rest + 1:03d}"


def _another(item: Item, turn: int, codes: dict[str, str]) -> Item:
    code = codes[item.code]
    if turn == 0:
        trade, name = "", item.name
    else:
        trade = TRADES[turn % len(TRADES)] + (f"{turn}类" if turn >= len(TRADES) else "")
        name = f"{trade}{item.name}"
    codes_of_materials = {material.code: f"{code}-{number}" for number, material in enumerate(item.materials, start=1)}
    return replace(
        item,
        code=code,
        name=name,
        name_en=f"{item.name_en} ({turn})" if turn else item.name_en,
        aliases=tuple(f"{trade}{alias}" for alias in item.aliases),
        materials=tuple(replace(material, code=codes_of_materials[material.code]) for material in item.materials),
        instant=item.instant and _with_these_papers(item.instant, codes_of_materials),
        after=() if turn else tuple(codes[one] for one in item.after),
        bundle=() if turn else tuple(codes[one] for one in item.bundle),
        task_code=f"511400{code}".ljust(31, "0"),
    )


def _with_these_papers(rule: InstantRule, codes: dict[str, str]) -> InstantRule:
    return replace(rule, inputs=tuple(replace(one, of=codes.get(one.of, one.of)) for one in rule.inputs))
