"""The log of who looked at what, as a page and as CSV: the same at station and hub.

The address holds accounts and case numbers, never anything of a citizen. Whoever takes the file away has looked too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlite_utils import Database
from starlette.requests import Request
from starlette.responses import Response

from protocol.cases.rules import Role
from protocol.catalogue.tables import harmless
from protocol.clock import CHINA
from protocol.console import accounts
from protocol.console.looks import Look, looks
from protocol.console.pages import render, translator, url
from protocol.console.parts import Filled, Pager
from protocol.console.protect import ConsoleRoute, page

PER_PAGE = 100
FILE_LINES = 50_000


@dataclass(frozen=True, slots=True)
class LooksPage:
    template = "looks.html"
    section = "looks"
    lines: Sequence[tuple[Look, str]]  # and the name as it is shown
    form: Filled
    csv_href: str
    pager: Pager
    as_of: datetime


def looking(to: Collection[Role]) -> list[ConsoleRoute]:
    """The routes, for the roles that may see who looked."""
    return [
        page("/looks", _show, to=to, name="looks"),
        page("/looks.csv", _file, to=to, name="looks.csv", looks="export"),
    ]


def _show(request: Request) -> Response:
    shell = request.app.state.shell
    account, case = _asked(request)
    number = max(1, _number(request.query_params.get("page", "")))
    with shell.store.read() as db:
        found = _found(db, account, case, PER_PAGE + 1, (number - 1) * PER_PAGE)
        names = {one.name: one.display_name for one in accounts.accounts(db)}
    asked = {key: value for key, value in (("account", account), ("case", case)) if value}
    pager = Pager(number, number + (len(found) > PER_PAGE), f"{url(request, 'looks')}?{urlencode(asked)}&page={{page}}")
    shown = LooksPage(
        [(one, names.get(one.account, one.account)) for one in found[:PER_PAGE]],
        Filled({"account": account, "case": case}),
        f"{url(request, 'looks.csv')}?{urlencode(asked)}",
        pager,
        shell.clock.now(),
    )
    return render(request, shown)


def _file(request: Request) -> Response:
    shell, words = request.app.state.shell, translator(request)
    account, case = _asked(request)
    with shell.store.read() as db:
        found = _found(db, account, case, FILE_LINES, 0)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([words(f"looks.{column}") for column in ("at", "account", "role", "what", "case")])
    for one in found:
        when = f"{one.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
        role = words(f"role.{one.role}") if one.role else ""
        writer.writerow([when, one.account, role, words(f"looks.what-{one.what}"), harmless(one.number or one.case_id)])
    headers = {"Content-Disposition": 'attachment; filename="looks.csv"'}
    return Response(text.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


def _found(db: Database, account: str, case: str, limit: int, offset: int) -> list[Look]:
    """`case` is a number or an id; one that is not known finds nothing."""
    case_id = ""
    if case:
        row = db.execute("select id from cases where number = ? or id = ? limit 1", (case, case)).fetchone()
        if row is None:
            return []
        case_id = str(row[0])
    return looks(db, account=account, case_id=case_id, limit=limit, offset=offset)


def _asked(request: Request) -> tuple[str, str]:
    asked = request.query_params
    return asked.get("account", "").strip()[:40], asked.get("case", "").strip()[:60]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
