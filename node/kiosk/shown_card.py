"""An identity card that was read at the kiosk, as a page of the application: who it was, which reader said so, when.

Most items want to see the applicant's identity card. At the counter a clerk looks at it; here the reader has. The page
says in full what was read, because it goes to whoever decides and to nobody else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from node.devices.cards import IdCard
from protocol.catalogue.items import Material, PaperForm
from protocol.clock import stamp
from protocol.documents.front import chinese_date, chinese_time

# what an item calls it, where reading the card itself is the best proof of it
SHOWN_BY_CARD = frozenset({"居民身份证", "身份核验", "经营者身份证件"})


class Printer(Protocol):
    def print_pdf(self, template: str, data: dict[str, object], fill_by_hand: bool = False) -> bytes: ...


def is_shown_by_card(material: Material) -> bool:
    """An item that wants the card on paper, or keeps it, does not take it electronically."""
    return material.name in SHOWN_BY_CARD and PaperForm.E_CERTIFICATE in material.forms


def printed_card(press: Printer, card: IdCard, read_at: datetime, station: str, machine: str) -> bytes:
    """A PDF; the same card at the same moment makes the same bytes.

    :raises Damaged: there is no font for Chinese on this machine
    """
    data: dict[str, object] = {
        "printed_at": stamp(read_at),
        "facts": [
            ["姓名", card.name],
            ["证件号码", card.number],
            ["出生日期", chinese_date(card.birth)],
            ["住址", card.address or "证件上没有"],
            ["签发机关", card.issuer or "证件上没有"],
            ["有效期至", chinese_date(card.valid_to) if card.valid_to else "长期"],
            ["读取时间", chinese_time(read_at)],
            ["读取地点", f"{station}自助终端（{machine}）"],
            ["读卡器", card.reader_serial or "没有编号"],
        ],
    }
    return press.print_pdf("card_read", data, True)
