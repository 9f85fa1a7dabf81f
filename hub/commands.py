"""The commands of a publication, as `microcenter-hub catalogue …` has them beside the pages.

The same use cases and the same two persons: an account that is named here needs the role that the page asks for, and
to sign or approve the pass phrase of its own key. What is said, is said in both languages.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlite_utils import Database

from hub import publisher_keys
from hub.adoption import adoption, reach
from hub.changes import Change, What
from hub.publishing import Publication, Publishing, publications, under_way
from protocol.cases.rules import Role
from protocol.catalogue.calendar_files import load_calendars
from protocol.catalogue.publishers import make_key
from protocol.catalogue.reading import load_folder, read_item
from protocol.catalogue.reference import read_list
from protocol.catalogue.remits import read_csv, write_csv
from protocol.clock import CHINA, WallClock, moment
from protocol.errors import Refused
from protocol.store import Store

Say = Callable[[str], None]
AskPhrase = Callable[[bool], str]  # twice, if a new one is chosen
SIGNS = {What.ADDED: "+ 新增 added  ", What.REMOVED: "- 取消 removed", What.CHANGED: "~ 修改 changed"}


class Hub(Protocol):
    store: Store
    publishing: Publishing

    def parties(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Terminal:
    """What a command needs of its surroundings; hub/cli.py has them."""

    open_hub: Callable[[Path], AbstractContextManager[Hub]]
    require: Callable[[Database, str, Role], None]  # :raises Refused: the account may not, or is closed
    ask_phrase: AskPhrase
    say: Say


class Commands:
    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._say = terminal.say

    def load(self, options: argparse.Namespace) -> int:
        """A folder is the whole catalogue; files are put beside what is there."""
        with self._acting(options, Role.EDITOR) as (hub, at):
            one = _draft_of(hub) or hub.publishing.draft(options.by, options.note, at)
            folders = [path for path in options.items if path.is_dir()]
            files = [path for path in options.items if not path.is_dir()]
            for folder in folders:
                hub.publishing.load_items(one.id, load_folder(folder), whole=not options.part, by=options.by, at=at)
            if files:
                items = [read_item(file.name, file.read_bytes()) for file in files]
                hub.publishing.load_items(one.id, items, whole=False, by=options.by, at=at)
            if options.lists:
                lists = [read_list(file.name, file.read_bytes()) for file in options.lists]
                hub.publishing.load_lists(one.id, lists, options.by, at)
            if options.calendars:
                hub.publishing.load_calendars(one.id, load_calendars(options.calendars), options.by, at)
            if options.authority:
                rows = read_csv(options.authority.name, options.authority.read_text("utf-8-sig"))
                hub.publishing.set_remits(one.id, rows, options.by, at)
            self._difference(hub, _needed(hub))
        return 0

    def diff(self, options: argparse.Namespace) -> int:
        with self._terminal.open_hub(options.folder) as hub:
            self._difference(hub, _needed(hub))
        return 0

    def authority(self, options: argparse.Namespace) -> int:
        """The table as CSV, of what is drafted or else in force; exit 1 if a row is in doubt."""
        with self._terminal.open_hub(options.folder) as hub:
            with hub.store.read() as db:
                one = under_way(db)
            catalogue = hub.publishing.content(one) if one else hub.publishing.in_force()
            if options.out:
                options.out.write_text(write_csv(catalogue.remits.rows if catalogue else ()), "utf-8")
            found = hub.publishing.doubts_about(catalogue) if catalogue else []
            for doubt in found:
                self._say(f"第 {doubt.row} 行 row {doubt.row}: {doubt.code} {doubt.about}")
            rows = len(catalogue.remits.rows) if catalogue else 0
            self._say(f"{rows} 行，{len(found)} 处有问题 {rows} rows, {len(found)} in doubt")
        return 1 if found else 0

    def key(self, options: argparse.Namespace) -> int:
        public, pem = make_key(self._terminal.ask_phrase(True))
        with self._acting(options, Role.EDITOR, Role.PUBLISHER) as (hub, at), hub.store.write() as tx:
            made = publisher_keys.keep(tx, options.by, public, pem, at)
        self._say(f"公钥 public key: {made.public}")
        self._say(
            f"请区中心登记 have the office enter it: microcenter-provision publisher {options.by} --key {made.public}"
        )
        return 0

    def sign(self, options: argparse.Namespace) -> int:
        phrase = self._terminal.ask_phrase(False)
        with self._acting(options, Role.EDITOR) as (hub, at):
            hub.publishing.sign(_needed(hub).id, options.by, phrase, at)
            self._say(f"第 {_needed(hub).number} 号已签署，等待另一人批准 signed, another person approves")
        return 0

    def approve(self, options: argparse.Namespace) -> int:
        phrase = self._terminal.ask_phrase(False)
        with self._acting(options, Role.PUBLISHER) as (hub, at):
            hub.publishing.approve(_needed(hub).id, options.by, phrase, options.canary, at)
            self._say("已批准，先行站点开始使用 approved: the chosen stations have it first")
        return 0

    def release(self, options: argparse.Namespace) -> int:
        with self._acting(options, Role.PUBLISHER) as (hub, at):
            hub.publishing.to_all(_needed(hub).id, options.by, hub.parties(), at, options.reason)
            self._say("已发给全部站点 published to every station")
        return 0

    def roll_back(self, options: argparse.Namespace) -> int:
        with self._acting(options, Role.EDITOR) as (hub, at):
            hub.publishing.roll_back(options.number, options.by, options.note, at)
            self._difference(hub, _needed(hub))
        return 0

    def drop(self, options: argparse.Namespace) -> int:
        with self._acting(options, Role.EDITOR, Role.PUBLISHER) as (hub, at):
            hub.publishing.drop(_needed(hub).id, options.by, at)
            self._say("已作废 dropped")
        return 0

    def status(self, options: argparse.Namespace) -> int:
        """Who goes by the newest issue, and why the others do not."""
        with self._terminal.open_hub(options.folder) as hub, hub.store.read() as db:
            for one in reversed(publications(db, 10)):
                self._say(
                    f"{one.id}\t{one.state}\tno. {one.number or '—'}\t{one.signed_by}\t{one.approved_by}\t{one.note}"
                )
            number = max((one.number for one in publications(db) if one.approved_at), default=0)
            every = adoption(db, number, WallClock().now())
            for each in every:
                heard = moment(each.heard_at).astimezone(CHINA).strftime("%m-%d %H:%M") if each.heard_at else "—"
                self._say(f"  {each.station}\t{each.step}\tno. {each.in_force or '—'}\t{heard}")
            counted = reach(every)
            self._say(
                f"第 {number} 号：{counted.adopted}/{counted.told} 站已启用 no. {number}: {counted.adopted} go by it"
            )
        return 0

    @contextmanager
    def _acting(self, options: argparse.Namespace, *roles: Role) -> Iterator[tuple[Hub, datetime]]:
        with self._terminal.open_hub(options.folder) as hub:
            with hub.store.read() as db:
                refusals = [why for role in roles if (why := self._refusal(db, options.by, role)) is not None]
            if len(refusals) == len(roles):
                raise refusals[0]
            yield hub, WallClock().now()

    def _refusal(self, db: Database, account: str, role: Role) -> Refused | None:
        try:
            self._terminal.require(db, account, role)
        except Refused as why:
            return why
        return None

    def _difference(self, hub: Hub, one: Publication) -> None:
        found: Sequence[Change] = hub.publishing.differences(one)
        for change in found:
            versions = " → ".join(f"v{version}" for version in change.versions if version)
            self._say(f"{SIGNS[change.what]} {change.sort} {change.code} {change.name} {versions}")
            for field in change.fields:
                self._say(f"      {field.path}: {field.before or '—'} → {field.after or '—'}")
        for doubt in hub.publishing.doubts(one):
            self._say(f"  权限表第 {doubt.row} 行 authority, row {doubt.row}: {doubt.code} {doubt.about}")
        self._say(f"{len(found)} 处不同 {len(found)} differences to no. {one.base}")


def _draft_of(hub: Hub) -> Publication | None:
    with hub.store.read() as db:
        return under_way(db)


def _needed(hub: Hub) -> Publication:
    one = _draft_of(hub)
    if one is None:
        raise Refused("refused.no-publication")
    return one


def add_commands(
    commands: Commands,
    command: Callable[..., argparse.ArgumentParser],
    under: object,
    folder: Callable[[argparse.ArgumentParser], object],
) -> None:
    """Below `catalogue`. `command` makes one, `folder` gives it --folder."""

    def made(name: str, run: object, text: str, *, by: bool = True) -> argparse.ArgumentParser:
        parser = command(name, run, text, under)
        folder(parser)
        if by:
            parser.add_argument("--by", required=True, metavar="ACCOUNT", help="办理人账号 account of who does it")
        return parser

    load = made("load", commands.load, "载入草稿 load items, calendars or the table of authority as a draft")
    load.add_argument("items", type=Path, nargs="*", help="事项文件夹或文件 a folder of item files, or files")
    load.add_argument("--part", action="store_true", help="文件夹只是一部分 the folder is a part: nothing is taken out")
    load.add_argument(
        "--lists", type=Path, nargs="+", default=[], help="参照清单文件 reference lists, list.<name>.yaml"
    )
    load.add_argument("--calendars", type=Path, help="日历文件夹 folder of calendar files")
    load.add_argument("--authority", type=Path, help="权限表 the table of authority, CSV in UTF-8")
    load.add_argument("--note", default="", help="说明 what it is for")
    made("diff", commands.diff, "与现行目录比较 what is different from what is in force", by=False)
    authority = made(
        "authority", commands.authority, "检查、导出权限表 check the table of authority, write it", by=False
    )
    authority.add_argument("--out", type=Path, help="写成 CSV write it here")
    made("key", commands.key, "生成签名密钥 make a signing key, closed with a pass phrase")
    made("sign", commands.sign, "签署 sign the draft")
    approve = made("approve", commands.approve, "批准，先行站点试用 approve what another signed; these try it first")
    approve.add_argument("--canary", nargs="+", required=True, metavar="STATION", help="先行站点 stations that try it")
    release = made("release", commands.release, "发给全部站点 publish it to every station")
    release.add_argument("--reason", default="", help="不等先行站点的理由 why it does not wait for those that try it")
    back = made("roll-back", commands.roll_back, "恢复以前的内容 draft the content of an earlier number anew")
    back.add_argument("number", type=int, help="第几号 the number to go back to")
    back.add_argument("--note", default="", help="说明 why")
    made("drop", commands.drop, "作废草稿 drop what has reached no station")
    made("status", commands.status, "各站启用情况 who goes by the newest, and who not", by=False)
