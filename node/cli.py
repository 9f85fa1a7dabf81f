"""microcenter-node: a station from the command line.

Every command takes the folder that holds the station's party.toml. A password is asked for or read from
standard input, never taken as an argument: arguments stand in the process list.
"""

from __future__ import annotations

import argparse
import getpass
import logging
import os
import ssl
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from node import jobs, leaving
from node.app import Station, create_app
from node.redirect import Redirector
from node.rehearse import MOST_PEOPLE, PEOPLE, rehearse
from node.rehearse_drawing import drawing, figures
from node.schema import migrations
from protocol.cases.rules import Role
from protocol.clock import WallClock
from protocol.console import accounts, managed
from protocol.console.terminal import told
from protocol.errors import Damaged, MicrocenterError
from protocol.replica import refuse_empty_start
from protocol.settings import Kind, Settings, read_settings
from protocol.store import Store

ROLES = (Role.CLERK, Role.HEAD, Role.ADMIN)
GRACE_S = 10  # for requests under way when the service is asked to end


def main(argv: Sequence[str] | None = None) -> int:
    """0: done; 1: refused or damaged, with the reason and the next step on standard error."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    try:
        if arguments.do is _rehearse:  # the one command that needs no station
            return int(_rehearse(arguments))
        settings = read_settings(arguments.folder)
        if settings.kind is not Kind.STATION:
            raise Damaged("damaged.config", file=str(arguments.folder), why="this is not a station's")
        return int(arguments.do(settings, arguments))
    except MicrocenterError as why:
        print(told(why), file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="microcenter-node", description="服务站 a station. 退出码 exit codes: 0 完成 done, 1 未完成 not done"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, do: object, about: str, under: Any = None) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = (under or commands).add_parser(name, help=about, description=about)
        made.add_argument(
            "--folder",
            type=Path,
            default=Path(),
            help="站点文件夹 the station's folder with its party.toml (default: .)",
        )
        made.set_defaults(do=do)
        return made

    command("serve", _serve, "启动站点，直到停止 serve the desk and exchange with the district until stopped")
    about = "账号 accounts"
    account = commands.add_parser("account", help=about, description=about)
    verbs = account.add_subparsers(required=True, metavar="WHAT", dest="what")
    for what, about in (
        ("add", "新建账号 make an account"),
        ("password", "设置新密码 set a new password"),
        ("close", "停用账号 close an account; accounts are never deleted"),
        ("open", "恢复账号 open a closed account"),
        ("unlock", "解除锁定 lift the lock after wrong passwords"),
        ("confirm", "确认留用 confirm that somebody still works here, while the district is not heard"),
    ):
        made = command(
            what, _account, f"{about}; 密码从终端或标准输入读 a password is read from terminal or stdin", verbs
        )
        made.add_argument("name", help="登录名 name to sign in with: 2 to 32 of a-z, 0-9, dot and dash")
        if what == "add":
            roles = [role.value for role in ROLES]
            made.add_argument(
                "--role",
                action="append",
                choices=roles,
                help="角色 role; several: name it again (default: clerk)",
            )
            made.add_argument("--display", default="", help="显示姓名 the name that colleagues and the district see")
    command("list", _account, "列出账号 list accounts", verbs)
    out = command(
        "export",
        _export,
        "导出到 U 盘（先停站点）write what the district has not receipted to one sealed file; stop the station first",
    )
    out.add_argument("to", type=Path, help="U 盘文件夹 a folder, usually on a stick")
    into = command(
        "import", _import, "从 U 盘导入（先停站点）take in what the district sent by stick; stop the station first"
    )
    into.add_argument("path", type=Path, help="文件或文件夹 the file, or the folder with it")
    command(
        "reset",
        _reset,
        "清空本机前（先停站点）：还有未送达的就拒绝，否则把数据移到一边"
        " before a box is given away (stop the station first): refused while anything is only here; nothing is deleted",
    )
    command("drill", _drill, "恢复演练 restore the replica beside its place and check it, as is done every month")
    about = "演练大厅的一个上午 play a morning of the hall and draw what happened; no station is needed"
    play = commands.add_parser("rehearse", help=about, description=about)
    play.add_argument("--seed", type=int, default=1, help="同一个数，同一个上午 the same number gives the same morning")
    play.add_argument(
        "--people", type=int, default=PEOPLE, help=f"人数 people, at most {MOST_PEOPLE} (default: {PEOPLE})"
    )
    play.add_argument("--out", type=Path, help="SVG 图 the drawing")
    play.set_defaults(do=_rehearse)
    return parser


def _rehearse(arguments: argparse.Namespace) -> int:
    morning = rehearse(arguments.seed, max(1, min(MOST_PEOPLE, arguments.people)))
    for line in figures(morning):
        print(line)
    if arguments.out:
        arguments.out.write_text(drawing(morning), encoding="utf-8")
    return 0 if not morning.unexplained else 1


def _serve(settings: Settings, arguments: argparse.Namespace) -> int:
    os.umask(0o077)  # cases and scans are for this account's eyes, whatever the folder's owner has set up
    refuse_empty_start(settings)  # said before the server starts, without its traceback
    files = tls_files(settings)
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.http.host,
        port=settings.http.port,
        workers=1,  # a party is one process: one writer, one courier
        lifespan="on",
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=files[0] if files else None,
        ssl_keyfile=files[1] if files else None,
    )
    server = uvicorn.Server(config)
    app.state.is_ending = lambda: server.should_exit  # the screens of the hall let go of it then
    redirector = Redirector(settings.http.host, settings.http.redirect_port, settings.http.port)
    if settings.http.redirect_port:
        redirector.start()
    try:
        server.run()
    finally:
        redirector.stop()
    return 0 if server.started else 1


def tls_files(settings: Settings) -> tuple[Path, Path] | None:
    """Certificate and key for the pages; None where they are served over plain http.

    :raises Damaged: pages: they are not there, or do not belong together
    """
    if not settings.http.tls:
        return None
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(settings.pages_crt, settings.tls_key)
    except OSError as why:  # ssl's own errors among them
        raise Damaged("damaged.pages", why=type(why).__name__) from why
    return settings.pages_crt, settings.tls_key


def _account(settings: Settings, arguments: argparse.Namespace) -> int:
    at = WallClock().now()
    if arguments.what == "list":
        with _store(settings) as store, store.read() as db:
            for one in accounts.accounts(db):
                print(
                    f"{one.name}\t{','.join(sorted(one.roles))}\t{'open' if one.active else 'closed'}\t{one.display_name}"
                )
        return 0
    name: str = arguments.name
    secret = accounts.secret(_password()) if arguments.what in ("add", "password") else None
    with _store(settings) as store, store.write() as tx:
        if arguments.what == "add":
            assert secret is not None
            roles = [Role(role) for role in arguments.role or [Role.CLERK]]
            accounts.create_account(tx, name, arguments.display or name, roles, secret, at=at)
        elif arguments.what == "password":
            assert secret is not None
            accounts.set_password(tx, name, secret)
        elif arguments.what == "confirm":
            managed.confirm(tx, name, at=at)
        elif arguments.what == "unlock":
            accounts.lift_lock(tx, name)
        else:
            accounts.set_active(tx, name, arguments.what == "open")
    print(f"完成 done: account {arguments.what} {name}")
    return 0


def _export(settings: Settings, arguments: argparse.Namespace) -> int:
    with _opened(settings) as station:
        made = station.export_to(arguments.to)
    print(f"{made.file}: {made.entries} entries, {made.papers} papers, check code {made.code}")
    if made.entries_left or made.papers_left:
        print(f"{made.entries_left} entries and {made.papers_left} papers did not fit: make another one later")
    return 0


def _import(settings: Settings, arguments: argparse.Namespace) -> int:
    with _opened(settings) as station:
        tally = station.import_here(arguments.path)
    print(
        f"{tally.entries} new entries, {tally.duplicates} known, {tally.receipts} receipts, {tally.papers} papers,"
        f" {tally.set_aside} set aside, {tally.gaps} with gaps, {tally.no_room} without room"
    )
    return 0


def _reset(settings: Settings, arguments: argparse.Namespace) -> int:
    with _opened(settings) as station, station.store.read() as db:
        left = leaving.left_here(db)
    aside = leaving.reset(settings, left, WallClock().now())
    print(f"数据已移到 the data lies in {aside}")
    return 0


@contextmanager
def _opened(settings: Settings) -> Iterator[Station]:
    """A station without wire, litestream and chores.

    :raises Refused: running
    """
    station = Station(settings)
    try:
        station.open()
        yield station
    finally:
        station.close()


def _drill(settings: Settings, arguments: argparse.Namespace) -> int:
    """Beside a station at work too: nothing of it is touched."""
    held = jobs.drill_now(settings)
    for one in held:
        print(f"{one.name}: {one.size_bytes} bytes restored in {one.took_s:.1f} s, {sum(one.rows.values())} rows")
    return 0


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    """The store beside a station that may be at work. Checkpoints stay Litestream's."""
    refuse_empty_start(settings)
    store = Store(settings.db, migrations, replicated=True)
    store.open()
    try:
        yield store
    finally:
        store.close()


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    while (first := getpass.getpass("密码 password: ")) != getpass.getpass("再输一次 again: "):
        print("两次输入不一致 the two differ", file=sys.stderr)
    return first


if __name__ == "__main__":
    sys.exit(main())
