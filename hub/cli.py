"""The hub's command: serve it, its accounts, its catalogue, its stick, its restore drill."""

from __future__ import annotations

import argparse
import getpass
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from sqlite_utils import Database

from hub import archive_cli, catalogue_cli, rule_cli, schema
from hub.app import Hub, create_app
from hub.commands import Commands, Terminal, add_commands
from hub.jobs import drill_now
from hub.rebuilding import rebuild_all
from protocol.cases.rules import Role
from protocol.catalogue.bundle import open_bundle
from protocol.claim import claim
from protocol.clock import WallClock
from protocol.console import accounts
from protocol.console.terminal import told
from protocol.errors import MicrocenterError, Refused
from protocol.identity import read_authority
from protocol.replica import refuse_empty_start
from protocol.settings import Settings, read_settings, write_whole
from protocol.store import Store

ROLES = tuple(role for role in Role if role not in (Role.CLERK, Role.HEAD, Role.APPLICANT, Role.SYSTEM))


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    try:
        return int(options.run(options))
    except OSError as why:
        print(f"没有完成 not done: {why.strerror}: {why.filename}", file=sys.stderr)
        return 1
    except MicrocenterError as why:
        print(told(why), file=sys.stderr)
        return 1


def _serve(options: argparse.Namespace) -> int:
    os.umask(0o077)  # cases and scans are for this account's eyes, whatever the folder's owner has set up
    settings = read_settings(options.folder)
    refuse_empty_start(settings)  # said before the server starts, without its traceback
    port = options.port or settings.http.port
    app = create_app(settings)
    logging.getLogger(__name__).info("hub serves at http://%s:%d", settings.http.host, port)
    uvicorn.run(app, host=settings.http.host, port=port, workers=1, log_config=None, access_log=False)
    return 0


def _account_add(options: argparse.Namespace) -> int:
    password = sys.stdin.readline().rstrip("\n") if options.password_stdin else _ask_password()
    kept = accounts.secret(password)
    with _opened(read_settings(options.folder)) as store, store.write() as tx:
        made = accounts.create_account(
            tx,
            options.name,
            options.display or options.name,
            [Role(role) for role in options.role],
            kept,
            at=WallClock().now(),
        )
    print(f"账号已建立 account made: {made.name} ({', '.join(sorted(made.roles))})")
    return 0


def _account_password(options: argparse.Namespace) -> int:
    """Whoever is signed in under the name is signed out; a lock is lifted."""
    password = sys.stdin.readline().rstrip("\n") if options.password_stdin else _ask_password()
    kept = accounts.secret(password)
    with _opened(read_settings(options.folder)) as store, store.write() as tx:
        accounts.set_password(tx, options.name, kept)
    return 0


def _account_close(options: argparse.Namespace) -> int:
    with _opened(read_settings(options.folder)) as store, store.write() as tx:
        accounts.set_active(tx, options.name, False)
    return 0


def _account_open(options: argparse.Namespace) -> int:
    with _opened(read_settings(options.folder)) as store, store.write() as tx:
        accounts.set_active(tx, options.name, True)
    return 0


def _account_unlock(options: argparse.Namespace) -> int:
    """Wrong passwords are forgotten; the password stays as it is."""
    with _opened(read_settings(options.folder)) as store, store.write() as tx:
        accounts.lift_lock(tx, options.name)
    return 0


def _account_list(options: argparse.Namespace) -> int:
    with _opened(read_settings(options.folder)) as store, store.read() as db:
        for account in accounts.accounts(db):
            print(
                f"{account.name}\t{','.join(sorted(account.roles))}\t{account.display_name}\t{'' if account.active else 'closed'}"
            )
    return 0


def _catalogue_publish(options: argparse.Namespace) -> int:
    settings = read_settings(options.folder)
    data = options.bundle.read_bytes()
    catalogue = open_bundle(data, read_authority(settings.authority_pub))
    write_whole(settings.catalogue_bundle, data, 0o644)
    print(f"目录第 {catalogue.number} 版已交给区中心 catalogue no. {catalogue.number} is handed to the hub")
    return 0


def _export(options: argparse.Namespace) -> int:
    with _hub_beside(options.folder) as hub:
        made = hub.export_stick(options.station, options.to)
    print(f"{made.file} 校验码 code {made.code}")
    print(f"记录 entries {made.entries}, 材料 papers {made.papers}, 未装下 left {made.entries_left + made.papers_left}")
    return 0


def _import(options: argparse.Namespace) -> int:
    with _hub_beside(options.folder) as hub:
        tally = hub.import_stick(options.stick)
    print(f"新记录 new {tally.entries}, 已有 known {tally.duplicates}, 材料 papers {tally.papers}")
    aside = tally.set_aside + tally.no_room + tally.gaps
    if aside:
        print(f"未收下 not taken {aside}", file=sys.stderr)
    return 1 if aside else 0


def _drill(options: argparse.Namespace) -> int:
    for held in drill_now(read_settings(options.folder)):
        print(f"{held.name}: 恢复演练通过 restored and counted, {held.size_bytes} bytes in {held.took_s:.1f} s")
    return 0


def _rebuild(options: argparse.Namespace) -> int:
    """The hub must not be at work: two writers would make one record of two halves."""
    settings = read_settings(options.folder)
    lock = claim(settings.run / "hub.lock")
    try:
        with _opened(settings) as store:
            count = rebuild_all(store, settings.letters_key, _progress, options.processes)
    finally:
        os.close(lock)
    print(f"\n已重建 {count} 件 {count} cases made again from the journals", file=sys.stderr)
    return 0


def _progress(done: int, every: int) -> None:
    print(f"\r{done}/{every} 条 entries", end="", file=sys.stderr, flush=True)


@contextmanager
def _hub_beside(folder: Path) -> Iterator[Hub]:
    """The hub's records for one command; the hub itself may be at work beside it."""
    hub = Hub(read_settings(folder))
    hub.open_beside()
    try:
        yield hub
    finally:
        hub.close()


@contextmanager
def _opened(settings: Settings) -> Iterator[Store]:
    """The hub's store beside a hub that may be serving: SQLite lets one of them write at a time."""
    refuse_empty_start(settings)
    store = Store(settings.db, schema.migrations, replicated=True)
    store.open()
    try:
        yield store
    finally:
        store.close()


def _require(db: Database, name: str, role: Role) -> None:
    """:raises Refused: no such account, it is closed, or it does not have the role"""
    account = accounts.account(db, name)
    if not account.active or not account.may(role):
        raise Refused("refused.role", act="publication", needed=role)


def _pass_phrase(new: bool) -> str:
    """Typed, twice if it is a new one; or the first line of standard input where nobody sits at a terminal."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("口令 pass phrase: ")
    if new and first != getpass.getpass("再输一次 again: "):
        print("两次输入不一致 the two differ", file=sys.stderr)
        raise SystemExit(1)
    return first


def _ask_password() -> str:
    first = getpass.getpass("密码 password: ")
    if first != getpass.getpass("再输一次 again: "):
        print("两次输入不一致 the two differ", file=sys.stderr)
        raise SystemExit(1)
    return first


def _parser() -> argparse.ArgumentParser:
    about = "区中心 the district hub. 退出码 exit codes: 0 完成 done, 1 未完成 not done"
    parser = argparse.ArgumentParser(prog="microcenter-hub", description=about)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: object, text: str, under: object = None) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = (under or commands).add_parser(name, help=text, description=text)  # type: ignore[attr-defined]  # argparse has no public name for it
        made.set_defaults(run=run)
        return made

    def with_folder(made: argparse.ArgumentParser) -> argparse.ArgumentParser:
        made.add_argument("--folder", type=Path, required=True, help="区中心文件夹 the hub's folder, with party.toml")
        return made

    serve = with_folder(command("serve", _serve, "启动区中心 serve the hub until stopped"))
    serve.add_argument("--port", type=int, default=0, help="网页端口 instead of the port in party.toml")

    account = command("account", None, "账号 accounts").add_subparsers(required=True, metavar="WHAT")
    add = with_folder(command("add", _account_add, "新建账号 make an account", account))
    add.add_argument("name", help="登录名 name to sign in with")
    add.add_argument(
        "--role",
        action="append",
        choices=[str(role) for role in ROLES],
        required=True,
        help="角色 role; several: name it again",
    )
    add.add_argument("--display", default="", help="显示姓名 name shown to people")
    add.add_argument("--password-stdin", action="store_true", help="从标准输入读密码 read the password from stdin")
    password = with_folder(command("password", _account_password, "设置新密码 set a new password", account))
    password.add_argument("--password-stdin", action="store_true", help="从标准输入读密码 read the password from stdin")
    close = with_folder(
        command("close", _account_close, "停用账号 close an account; accounts are never deleted", account)
    )
    reopen = with_folder(command("open", _account_open, "恢复账号 open a closed account", account))
    unlock = with_folder(command("unlock", _account_unlock, "解除锁定 lift the lock after wrong passwords", account))
    for made in (password, close, reopen, unlock):
        made.add_argument("name", help="登录名 name to sign in with")
    with_folder(command("list", _account_list, "列出账号 list accounts", account))

    catalogue = command("catalogue", None, "事项目录 the catalogue").add_subparsers(required=True, metavar="WHAT")
    catalogue_cli.add_commands(catalogue, command)
    publish = with_folder(command("publish", _catalogue_publish, "发布签过名的目录 publish a signed bundle", catalogue))
    publish.add_argument("bundle", type=Path, help="目录文件 the bundle")

    add_commands(Commands(Terminal(_hub_beside, _require, _pass_phrase, print)), command, catalogue, with_folder)

    rule = command("rule", None, "即时办理规则 instant rules").add_subparsers(required=True, metavar="WHAT")
    rule_cli.add_commands(rule_cli.RuleCommands(_hub_beside, _require, print), rule, command, with_folder)

    archive = command("archive", None, "电子档案 the archive").add_subparsers(required=True, metavar="WHAT")
    archive_cli.add_commands(archive, command, with_folder, _hub_beside)

    export = with_folder(command("export", _export, "导出到 U 盘 export what a station is owed to a stick"))
    export.add_argument("station", help="服务站 station")
    export.add_argument("to", type=Path, help="U 盘文件夹 folder on the stick")
    bring_in = with_folder(command("import", _import, "从 U 盘导入 import a station's stick"))
    bring_in.add_argument("stick", type=Path, help="文件或文件夹 file, or the folder that holds it")
    again = with_folder(command("rebuild", _rebuild, "由日志重建全部办件 make every case again from the journals"))
    again.add_argument("--processes", type=int, default=1, help="读取进程数 processes that read; 0: all in this one")
    with_folder(command("drill", _drill, "恢复演练 restore the replica beside its place and count"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
