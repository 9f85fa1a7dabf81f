"""Cards of people who do not exist, one of each kind that a counter meets.

Numbers are made with the right check character; names are nobody's. What is here is what a reader says, before
anything of it is checked.
"""

from __future__ import annotations

from collections.abc import Mapping

from protocol.catalogue.numbers import id_check_character

_JPEG = "/9j/4AAQSkZJRgABAQAAAQABAAD/2Q=="


def number(first_17: str) -> str:
    return first_17 + id_check_character(first_17)


def _card(name: str, sex: str, nation: str, first_17: str, address: str, to: str, **other: str) -> dict[str, str]:
    return {
        "name": name, "sex": sex, "nation": nation, "birth": first_17[6:14], "address": address,
        "number": number(first_17), "issuer": "大丰县公安局", "from": "20160302", "to": to,
        "serial": "05.03-20160302-0000000001", "photo": _JPEG,
    } | other  # fmt: skip


# what is on the card -> the parts as a reader says them
PEOPLE: Mapping[str, Mapping[str, str]] = {
    "ordinary": _card("测试甲", "男", "汉", "51011419880312001", "四川省成都市新都区测试街道1号", "20360302"),
    "long-term": _card("测试乙", "女", "汉", "51011419500708002", "四川省成都市新都区测试街道2号", "长期"),
    "rare": _card("测\ue854𬱖", "女", "汉", "51011419950101004", "四川省成都市新都区测试街道3号", "20360302"),
    "unknown-character": _card(
        "测\ue5f1", "男", "汉", "51011419950102005", "四川省成都市新都区测试街道3号", "20360302"
    ),
    "long-name": _card(
        "阿测试·买试验·库测·图尔荪", "男", "维吾尔", "51011419790909003", "四川省成都市新都区测试街道4号", "20360302"
    ),
    "expired": _card("测试丙", "男", "汉", "51011419900505005", "四川省成都市新都区测试街道5号", "20260301"),
    "foreign": _card(
        "TEST PERSON ALEXANDRA", "女", "CAN", "91112419810326002", "", "20360302", issuer="国家移民管理局"
    ),
    "foreign-old": _card(
        "TEST PERSON JOHN", "男", "CAN", "00000019810326000", "", "20271130", number="CAN110181032601", issuer="公安部"
    ),
    "hk-mo-tw": _card("测试丁", "女", "", "81000019920404006", "四川省成都市新都区测试街道6号", "20360302"),
}
SOCIAL: Mapping[str, Mapping[str, str]] = {
    key: {"name": person["name"], "number": person["number"], "card_number": f"A0000000{place}"}
    for place, (key, person) in enumerate(PEOPLE.items(), start=1)
}
