"""microcenter-node: a station from the command line.

Every command takes the folder that holds the station's party.toml. A password is asked for or read from
standard input, never taken as an argument: arguments stand in the process list.
"""

from __future__ import annotations

import argparse
import getpass
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from node import jobs
from node.app import Station, create_app
from node.schema import migrations
from protocol.cases.rules import Role
from protocol.clock import WallClock
from protocol.console import accounts
from protocol.errors import Damaged, MicrocenterError, Refused
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
        settings = read_settings(arguments.folder)
        if settings.kind is not Kind.STATION:
            raise Damaged("damaged.config", file=str(arguments.folder), why="this is not a station's")
        return int(arguments.do(settings, arguments))
    except MicrocenterError as why:
        print(f"{why}\n{why.hint}".strip(), file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="microcenter-node", description="A station of a district's micro-centers.")
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, do: object, about: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=about, description=about)
        made.add_argument("--folder", type=Path, default=Path(), help="the station's folder with its party.toml")
        made.set_defaults(do=do)
        return made

    command("serve", _serve, "Serve the desk and exchange with the district until SIGTERM.")
    account = command(
        "account", _account, "Add an account, set its password, close or open it, lift its lock, or list all."
    )
    account.add_argument("what", choices=("add", "password", "close", "open", "unlock", "list"))
    account.add_argument("name", nargs="?", default="", help="2 to 32 of a-z, 0-9, dot and dash")
    account.add_argument("--role", choices=[role.value for role in ROLES], default=Role.CLERK.value)
    account.add_argument("--display", default="", help="the name that colleagues and the district see")
    out = command(
        "export", _export, "Write what the district has not receipted to one sealed file; stop the station first."
    )
    out.add_argument("to", type=Path, help="a folder, usually on a stick")
    into = command("import", _import, "Take in what the district put on a stick; stop the station first.")
    into.add_argument("path", type=Path, help="the file, or the folder with it")
    command("drill", _drill, "Restore the replica beside its place and check it, as is done every month.")
    return parser


def _serve(settings: Settings, arguments: argparse.Namespace) -> int:
    config = uvicorn.Config(
        create_app(settings),
        host=settings.http.host,
        port=settings.http.port,
        workers=1,  # a party is one process: one writer, one courier
        lifespan="on",
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = uvicorn.Server(config)
    server.run()
    return 0 if server.started else 1


def _account(settings: Settings, arguments: argparse.Namespace) -> int:
    name, at = arguments.name, WallClock().now()
    if arguments.what == "list":
        with _store(settings) as store, store.read() as db:
            for one in accounts.accounts(db):
                print(f"{one.name}\t{one.role}\t{'open' if one.active else 'closed'}\t{one.display_name}")
        return 0
    if not name:
        raise Refused("refused.account-name")
    secret = accounts.secret(_password()) if arguments.what in ("add", "password") else None
    with _store(settings) as store, store.write() as tx:
        if arguments.what == "add":
            assert secret is not None
            accounts.create_account(tx, name, arguments.display or name, Role(arguments.role), secret, at=at)
        elif arguments.what == "password":
            assert secret is not None
            accounts.set_password(tx, name, secret)
        elif arguments.what == "unlock":
            accounts.lift_lock(tx, name)
        else:
            accounts.set_active(tx, name, arguments.what == "open")
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
    if not settings.db.exists() and settings.waterline.exists():
        raise Damaged("damaged.store-missing", party=settings.party)
    store = Store(settings.db, migrations, replicated=True)
    store.open()
    try:
        yield store
    finally:
        store.close()


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    while (first := getpass.getpass("Password: ")) != getpass.getpass("Again: "):
        print("These were not the same.", file=sys.stderr)
    return first


if __name__ == "__main__":
    sys.exit(main())
