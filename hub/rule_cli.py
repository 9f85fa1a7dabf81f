"""Instant rules at the hub's command: tried on past cases before anybody signs them.

What was tried is kept with its digest, so that the page of the publication knows of it; no case is changed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from sqlite_utils import Database

from hub import rehearsing
from hub.publishing import Publishing, under_way
from hub.rehearsing import Rehearsal
from protocol.casebook import Casebook
from protocol.cases.rules import Role
from protocol.catalogue.bundle import Catalogue
from protocol.catalogue.items import Item
from protocol.catalogue.reading import read_item
from protocol.clock import CHINA, WallClock
from protocol.errors import Refused
from protocol.store import Store

Command = Callable[..., argparse.ArgumentParser]
OFFICERS = {
    "denied": "不予 denied",
    "refused": "不予受理 acceptance refused",
    "closed": "撤回或终止 withdrawn or closed",
    "corrected": "先要求补正 correction asked for first",
    "reversed": "曾撤回即时办结 decided at once and reversed",
}


class Hub(Protocol):
    store: Store
    book: Casebook
    publishing: Publishing


class RuleCommands:
    def __init__(
        self,
        open_hub: Callable[[Path], AbstractContextManager[Hub]],
        require: Callable[[Database, str, Role], None],
        say: Callable[[str], None],
    ) -> None:
        self._open_hub, self._require, self._say = open_hub, require, say

    def rehearse(self, options: argparse.Namespace) -> int:
        """Exit 1 if the rule would have granted what officers did not."""
        at = WallClock().now()
        with self._open_hub(options.folder) as hub:
            with hub.store.read() as db:
                self._require(db, options.by, Role.EDITOR)
                one = under_way(db)
            catalogue = hub.publishing.content(one) if one is not None else hub.publishing.in_force()
            item = self._item(options, catalogue)
            with hub.store.read() as db:
                parts = catalogue.extras if catalogue is not None else {}
                found = rehearsing.rehearse(db, hub.book, item, parts, by=options.by, at=at)
            with hub.store.write() as tx:
                rehearsing.keep(tx, found)
        self._show(found)
        return 1 if found.differences else 0

    def _item(self, options: argparse.Namespace, catalogue: Catalogue | None) -> Item:
        if options.file is not None:
            return read_item(options.file.name, options.file.read_bytes())
        if catalogue is None:
            raise Refused("refused.no-item", item=options.code)
        newest = [item for item in catalogue.versions() if item.code == options.code]
        return newest[-1] if newest else catalogue.current(options.code, WallClock().now().astimezone(CHINA).date())

    def _show(self, found: Rehearsal) -> None:
        self._say(f"{found.item} v{found.version} 规则 rule {found.digest[:12]}")
        self._say(f"以往办件 past cases: {found.cases}，其中未办结 of them open {found.still_open}")
        self._say(f"  当场准予 granted: {found.granted}")
        self._say(
            f"  转人工 to a person: {found.handed}，其中人工直接准予 granted there as they came {found.handed_granted}"
        )
        for one in found.differences:
            self._say(f"  ≠ {one.number}: {OFFICERS[one.officers]}；规则 rules {' '.join(one.rules)}")
        self._say(f"与人工决定不同 different from officers: {len(found.differences)}")


def add_commands(
    commands: RuleCommands,
    under: Any,
    command: Command,
    with_folder: Callable[[argparse.ArgumentParser], argparse.ArgumentParser],
) -> None:
    """Below `rule`."""
    rehearse = with_folder(
        command("rehearse", commands.rehearse, "用以往办件试算规则 try an item's instant rule on past cases", under)
    )
    rehearse.add_argument("code", help="事项编码 code of the item")
    rehearse.add_argument(
        "--file", type=Path, help="事项文件；不写即草稿或现行目录 item file; without it the draft, or what is in force"
    )
    rehearse.add_argument("--by", required=True, metavar="ACCOUNT", help="办理人账号 account of who does it")
