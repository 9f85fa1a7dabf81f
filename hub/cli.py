"""The hub's command: serve it, its accounts, its catalogue, its stick, its restore drill."""

from __future__ import annotations

import argparse
import getpass
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from hub import schema
from hub.app import create_app
from protocol.cases.rules import Role
from protocol.clock import WallClock
from protocol.console import accounts
from protocol.errors import MicrocenterError
from protocol.settings import Settings, read_settings
from protocol.store import Store

ROLES = (Role.OFFICER, Role.OPERATOR, Role.ADMIN)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    try:
        return int(options.run(options))
    except MicrocenterError as why:
        print(f"没有完成 not done: {why}", file=sys.stderr)
        if why.hint:
            print(f"下一步 next: {why.hint}", file=sys.stderr)
        return 1


def _serve(options: argparse.Namespace) -> int:
    settings = read_settings(options.folder)
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
            tx, options.name, options.display or options.name, Role(options.role), kept, at=WallClock().now()
        )
    print(f"账号已建立 account made: {made.name} ({made.role})")
    return 0


def _account_list(options: argparse.Namespace) -> int:
    with _opened(read_settings(options.folder)) as store, store.read() as db:
        for account in accounts.accounts(db):
            print(f"{account.name}\t{account.role}\t{account.display_name}\t{'' if account.active else 'closed'}")
    return 0


def _ask_password() -> str:
    first = getpass.getpass("密码 password: ")
    if first != getpass.getpass("再输一次 again: "):
        print("两次输入不一致 the two differ", file=sys.stderr)
        raise SystemExit(1)
    return first


class _opened:
    """The hub's store beside a hub that may be serving: SQLite lets one of them write at a time."""

    def __init__(self, settings: Settings) -> None:
        self._store = Store(settings.db, schema.migrations, replicated=True)

    def __enter__(self) -> Store:
        self._store.open()
        return self._store

    def __exit__(self, *_: object) -> None:
        self._store.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="microcenter-hub", description="区中心 the district hub")
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
    add.add_argument("--role", choices=[str(role) for role in ROLES], required=True, help="角色 role")
    add.add_argument("--display", default="", help="显示姓名 name shown to people")
    add.add_argument("--password-stdin", action="store_true", help="从标准输入读密码 read the password from stdin")
    with_folder(command("list", _account_list, "列出账号 list accounts", account))
    return parser


if __name__ == "__main__":
    sys.exit(main())
