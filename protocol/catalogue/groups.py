"""Groups of items that one person can know: what a counter is skilled in, and the letter of a ticket.

Ten to twenty groups stand for a catalogue of any size. An item names its group; one that names none belongs
where the first letter of its code says. The six big doors are what a ticket machine and a kiosk begin with.
"""

from __future__ import annotations

from dataclasses import dataclass

from protocol.catalogue.items import Item


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    letter: str  # of the ticket
    name: str
    name_en: str
    codes: str  # first letters of the items' codes
    minutes: int  # a turn at the counter, until the station has measured its own


@dataclass(frozen=True, slots=True)
class Door:
    """One of six, said as people say it."""

    code: str
    name: str
    name_en: str
    groups: tuple[str, ...]


GROUPS: tuple[Group, ...] = (
    Group("general", "A", "综合咨询", "General and advice", "I", 8),
    Group("business", "B", "企业开办", "Businesses", "M", 18),
    Group("permits", "C", "经营许可", "Trade permits", "FDHCTE", 20),
    Group("building", "D", "城建农业", "Building and farming", "UB", 20),
    Group("insurance", "E", "社保就业", "Social insurance, work", "L", 12),
    Group("medical", "F", "医疗保障", "Medical insurance", "Y", 12),
    Group("welfare", "G", "民政救助", "Welfare", "S", 15),
    Group("residence", "H", "户籍证件", "Residence and identity", "P", 12),
    Group("housing", "J", "不动产公积金", "Property and housing fund", "RG", 18),
    Group("tax", "K", "税务", "Taxes", "X", 10),
    Group("transport", "L", "交通车驾", "Vehicles and licences", "V", 10),
)

DOORS: tuple[Door, ...] = (
    Door("card", "社保医保", "Insurance", ("insurance", "medical")),
    Door("home", "户口证件", "Residence, identity", ("residence",)),
    Door("help", "补贴救助", "Welfare", ("welfare",)),
    Door("shop", "开店经营", "Shops and firms", ("business", "permits", "tax")),
    Door("house", "房子车子", "House, land, vehicle", ("housing", "building", "transport")),
    Door("other", "其他、不清楚", "Other, not sure", ("general",)),
)

_BY_CODE = {group.code: group for group in GROUPS}
_BY_LETTER = {letter: group for group in GROUPS for letter in group.codes}


def group_of(item: Item) -> Group:
    """Where nothing is said, the general group: a person there can always help on."""
    return _BY_CODE.get(item.group) or _BY_LETTER.get(item.code[:1]) or _BY_CODE["general"]


def group(code: str) -> Group:
    """An unknown code (of a newer catalogue) is shown as the general group."""
    return _BY_CODE.get(code) or _BY_CODE["general"]
