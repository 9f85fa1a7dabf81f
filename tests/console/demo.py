"""A small console of its own: a list, a form, a page that breaks. It stands for both real ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database, Migrations
from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from protocol.cases.rules import Role
from protocol.clock import ClockQuality
from protocol.console import accounts, forms
from protocol.console.accounts import Account
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import Shell, render, see_other, see_other_url, url
from protocol.console.parts import (
    Chip,
    Filled,
    Icon,
    NavItem,
    Pager,
    PaperFile,
    PaperLine,
    Row,
    Step,
    SyncBar,
    Tone,
)
from protocol.console.protect import EVERYBODY, PUBLIC, form, page
from protocol.console.shell import console
from protocol.console.texts import Phrase, Texts, say
from protocol.errors import Unreachable
from protocol.store import Store

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 at the counter
PASSWORD = "correct horse battery"

WORDS: Texts = {
    "demo.name": ("窗口工作台", "Station desk"),
    "demo.cases": ("办件", "Cases"),
    "demo.new": ("收件", "Take in"),
    "demo.attention": ("待处理", "Attention"),
    "demo.number": ("编号", "Number"),
    "demo.applicant": ("申请人", "Applicant"),
    "demo.item": ("事项", "Item"),
    "demo.state": ("送达", "Exchange"),
    "demo.status": ("状态", "Status"),
    "demo.phone": ("手机号", "Phone"),
    "demo.phone-hint": ("11 位数字，用于通知取件", "11 digits; the applicant is told by it"),
    "demo.phone-wrong": ("手机号应为 11 位数字", "A phone number has 11 digits"),
    "demo.name-missing": ("请填写申请人姓名", "Enter the applicant's name"),
    "demo.saved": ("已存本机，编号 {number}", "Saved on this station, number {number}"),
    "demo.papers": ("材料", "Papers"),
    "demo.progress": ("办理经过", "What happened"),
    "demo.change": ("修改", "Change"),
    "demo.local": ("已存本机", "Saved on this station"),
    "demo.queued": ("等待上传", "Waiting to upload"),
    "demo.partial": ("材料 {done}/{all} 已上传", "{done} of {all} files uploaded"),
    "demo.acked": ("区中心已收（{at:time}，回执 H-88213）", "Received by the district centre ({at:time}, H-88213)"),
    "demo.stuck": ("需要处理", "Needs attention"),
    "demo.dark": ("离线办理中", "Working offline"),
    "demo.dark-for": ("已离线 {length}", "offline for {length}"),
    "demo.owed": ("本机待上传 {count} 件", "{count:case|cases} waiting here"),
    "demo.can": ("可正常收件、打印", "intake and printing work as usual"),
    "demo.farewell": (
        "您已退出。本机还有 {count} 件未上传，请不要关机。",
        "You are signed out. {count:case has|cases have} not been sent yet: leave the machine on.",
    ),
}

HOSTILE = "<script>alert('王')</script>"


class StoppedClock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def quality(self) -> ClockQuality:
        return ClockQuality.SYNCED

    def pass_(self, **length: float) -> None:
        self.at += timedelta(**length)


@dataclass(frozen=True, slots=True)
class Line:
    number: str
    applicant: str
    item: str
    status: Chip
    state: Chip


@dataclass(frozen=True, slots=True)
class ListPage:
    template = "demo_list.html"
    lines: Sequence[Line]
    pager: Pager


@dataclass(frozen=True, slots=True)
class CasePage:
    template = "demo_case.html"
    section = "cases"
    rows: Sequence[Row]
    steps: Sequence[Step]
    papers: Sequence[PaperLine]


@dataclass(frozen=True, slots=True)
class FormPage:
    template = "demo_form.html"
    form: Filled


@dataclass(frozen=True, slots=True)
class HolePage:
    template = "demo_case.html"
    rows: Sequence[Row]


class FillingDisk(sqlite3.Connection):
    """Writes until `full` is set, then answers as SQLite does on a full disk."""

    full = False

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if FillingDisk.full and sql.startswith(("insert", "update", "delete")):
            why = sqlite3.OperationalError("database or disk is full")
            why.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise why
        return super().execute(sql, *values)


def _connect(path: Path, read_only: bool) -> sqlite3.Connection:
    mode = "ro" if read_only else "rwc"
    connection = sqlite3.connect(
        f"file:{path}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False, factory=FillingDisk
    )
    connection.row_factory = sqlite3.Row
    return connection


class Demo:
    """The console with its store and clock, and browsers to open on it."""

    def __init__(self, folder: Path, *, hosts: frozenset[str] = frozenset()) -> None:
        migrations = Migrations("demo")

        @migrations()
        def begin(db: Database) -> None:
            accounts.account_tables(db)
            accounts.several_roles(db)
            accounts.terms_and_codes(db)
            db.execute("create table saved (number integer primary key, name text not null) strict")

        self.clock = StoppedClock()
        self.store = Store(folder / "demo" / "store.db", migrations, durable=False, connect=_connect)
        self.store.open()
        self.bar = SyncBar(
            Tone.WARN,
            Icon.DARK,
            (
                say("demo.dark"),
                say("demo.dark-for", length=timedelta(hours=2, minutes=14)),
                say("demo.owed", count=17),
                say("demo.can"),
            ),
            NOON,
            href="/cases",
            farewell=say("demo.farewell", count=17),
        )
        self.app = self._console(hosts)
        secret = accounts.secret(PASSWORD)
        with self.store.write() as tx:
            accounts.create_account(tx, "limin", "李敏", [Role.CLERK], secret, at=NOON)
            accounts.create_account(tx, "zhaoqiang", "赵强", [Role.HEAD], secret, at=NOON)

    def browser(self) -> TestClient:
        return TestClient(self.app, base_url="http://desk.lan", follow_redirects=False)

    def signed_in(self, name: str = "limin") -> TestClient:
        browser = self.browser()
        answer = browser.post("/sign-in", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return browser

    def saved(self) -> list[str]:
        with self.store.read() as db:
            return [row["name"] for row in db.query("select name from saved order by number")]

    def _console(self, hosts: frozenset[str]) -> Starlette:
        shell = Shell(
            party="tongxing",
            store=self.store,
            clock=self.clock,
            name=say("demo.name"),
            place="同兴街道便民服务站",
            home="cases",
            texts=WORDS,
            templates=Path(__file__).parent / "templates",
            navigation=_navigation,
            bar=lambda: self.bar,
            hosts=hosts,
        )
        routes = [
            page("/cases", _list, to=EVERYBODY, name="cases"),
            page("/cases/new", _new, to={Role.CLERK, Role.HEAD}, name="new"),
            form("/cases/new", _save, to={Role.CLERK, Role.HEAD}, name="save", max_files=4, max_bytes=forms.MIB),
            page("/cases/{number:int}", _case, to=EVERYBODY, name="case"),
            page("/head", _list, to={Role.HEAD}, name="head"),
            page("/broken", _broken, to=PUBLIC, name="broken"),
            page("/hole", _hole, to=PUBLIC, name="hole"),
            page("/dark", _dark, to=PUBLIC, name="dark"),
        ]
        return console(shell, routes)


def _navigation(request: Request, account: Account) -> list[NavItem]:
    return [
        NavItem("cases", say("demo.cases")),
        NavItem("new", say("demo.new")),
        NavItem("head", say("demo.attention"), count=2),
    ]


def _list(request: Request) -> Response:
    chips = [
        Chip(say("demo.local"), Tone.PLAIN, Icon.SAVED),
        Chip(say("demo.queued"), Tone.WARN, Icon.UP),
        Chip(say("demo.partial", done=3, all=5), Tone.WARN, Icon.HALF),
        Chip(say("demo.acked", at=NOON), Tone.GOOD, Icon.CHECK),
        Chip(say("demo.stuck"), Tone.BAD, Icon.ALERT),
    ]
    items = ["食品经营许可（新办）", "城乡居民基本医疗保险参保登记", "老年优待证申领", "门头招牌备案", "残疾人证换领"]
    statuses = [
        Chip(say("status.received"), Tone.PLAIN, Icon.CHECK),
        Chip(say("status.received"), Tone.PLAIN, Icon.CHECK),
        Chip(say("status.returned"), Tone.WARN, Icon.ALERT),
        Chip(say("status.granted"), Tone.GOOD, Icon.CHECK),
        Chip(say("status.denied"), Tone.BAD, Icon.CROSS),
    ]
    lines = [
        Line(f"TX-260302-{n:04d}", name, item, status, state)
        for n, (name, item, status, state) in enumerate(
            zip(["王小明", "欧阳兰", "𬱖云飞", "张三丰", HOSTILE], items, statuses, chips, strict=True), 321
        )
    ]
    return render(request, ListPage(lines, Pager(2, 5, "/cases?page={page}")), block="lines")


def _case(request: Request) -> Response:
    rows = [
        Row(say("demo.number"), "TX-260302-0323"),
        Row(say("demo.applicant"), "𬱖云飞"),
        Row(say("demo.item"), "老年优待证申领"),
        Row(say("demo.phone"), "138****5678", "/cases/new", say("demo.change")),
    ]
    steps = [
        Step(
            say("act.ask-correction"),
            NOON + timedelta(hours=1),
            "王强",
            say("side.hub"),
            "身份证复印件背面不清楚，请重新拍摄。",
            Tone.WARN,
            Icon.ALERT,
        ),
        Step(say("act.submit"), NOON, "李敏", say("side.station"), tone=Tone.GOOD),
    ]
    chip = Chip(say("demo.queued"), Tone.WARN, Icon.UP)
    papers = [
        PaperLine("居民身份证", True, (PaperFile("1", "#a", 812_345), PaperFile("2", "#b", 1_812_345, chip))),
        PaperLine("近期免冠照片", True),
        PaperLine("委托书", False),
    ]
    return render(request, CasePage(rows, steps, papers))


def _new(request: Request) -> Response:
    return render(request, FormPage(Filled()))


def _save(request: Request, body: FormData) -> Response:
    typed = {"name": forms.text(body, "name"), "phone": forms.text(body, "phone")}
    problems: dict[str, Phrase] = {}
    if not typed["name"]:
        problems["name"] = say("demo.name-missing")
    if typed["phone"] and not (typed["phone"].isdigit() and len(typed["phone"]) == 11):
        problems["phone"] = say("demo.phone-wrong")
    if problems:
        return render(request, FormPage(Filled(typed, problems)), status=422)
    shell: Shell = request.app.state.shell
    with shell.store.write() as tx:
        form_id = forms.text(body, "form_id")
        if before := posted_before(tx, form_id):
            return see_other_url(request, before)
        number = tx.execute("insert into saved (name) values (?) returning number", (typed["name"],)).fetchone()[0]
        remember_post(tx, form_id, url(request, "case", number=number), at=shell.clock.now())
    return see_other(request, "case", number=number, said=say("demo.saved", number=number))


def _broken(request: Request) -> Response:
    raise ValueError("510114199001011234 is not a number")


def _hole(request: Request) -> Response:
    return render(request, HolePage([]))


def _dark(request: Request) -> Response:
    raise Unreachable("unreachable.no-link")


def good_bar(bar: SyncBar) -> SyncBar:
    return replace(bar, tone=Tone.GOOD, icon=Icon.LINK)
