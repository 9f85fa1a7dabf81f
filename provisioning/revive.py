"""A dead box is replaced: its copy is brought back, a new epoch begins, and the old box stays outside.

Never from nothing: without a replica the work stops and says so, unless a person gives the reason
why there is none; then everything comes back from the district, and what the old box had not sent
is lost. The databases are restored before the box gets its identity, so a box that was left half
way cannot start as somebody who has forgotten everything.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from protocol.clock import stamp
from protocol.errors import Refused, Unreachable
from protocol.exchange.topics import HUB
from protocol.identity import Keys
from protocol.replica import restore
from protocol.replica.alone import claim
from protocol.replica.configured import target_of
from protocol.replica.target import FolderTarget, lies_in
from protocol.settings import Http, Replica, Settings, read_settings, write_whole
from provisioning.answer import answer, confirm
from provisioning.enrol import confirmation, install, installed_by, make_request, planned_settings, read_answer
from provisioning.office import Office
from provisioning.register import State
from provisioning.tokens import Invitation, Purpose

Say = Callable[[str], None]
ORPHAN_S = 10.0  # for the last sync of a litestream whose party is dead


def fence_and_plan(office: Office, station: str, reason: str, at: datetime, url: str = "") -> Invitation:
    """The office's half: the old box is out from now on, and one token for its successor is open for 24 h."""
    office.fence(station, State.SUPERSEDED, reason, at)
    return office.plan(station, Purpose.REPLACE, at, url)


def revive(
    folder: Path,
    invitation: Invitation,
    ask: Callable[[bytes], bytes],
    at: datetime,
    *,
    http: Http | None = None,
    replica: Replica | None = None,
    without_replica: str = "",
    say: Say = lambda line: None,
) -> Settings:
    """The box's half: ask, restore, note the restore, install. Running it again goes on where it stopped.

    `ask` carries the request to the office and brings the answer. `without_replica` is the reason why
    there is none.

    :raises Refused: no-replica: there is nothing to restore from and no reason was given
    :raises Damaged: the replica is no whole database
    """
    if done := installed_by(folder, invitation.token):
        return done
    with nobody_at_work(folder):
        set_aside(folder, at)
        data = ask(make_request(folder, invitation.token))
        settings = planned_settings(folder, read_answer(data, invitation)[0], http, replica)
        bring_back(settings, at, without_replica=without_replica, say=say)
        return install(folder, data, invitation, http, replica)


def revive_hub(office: Office, at: datetime, *, without_replica: str = "", say: Say = lambda line: None) -> None:
    """The hub's databases from its replica. Its identity is not new: office and escrow keep it."""
    with nobody_at_work(office.hub.folder):
        _aside(office.hub.data, at)
        bring_back(office.hub, at, without_replica=without_replica, say=say)


def revive_here(
    office: Office,
    place: Path,
    reason: str,
    at: datetime,
    *,
    without_replica: str = "",
    say: Say = lambda line: None,
) -> Settings:
    """Both halves in one process, for a district in one folder. `place` is the station's folder, or a new box's
    folder with nothing but the party.toml of the old one."""
    before = read_settings(place)
    if before.party == HUB:
        revive_hub(office, at, without_replica=without_replica, say=say)
        return office.hub
    with nobody_at_work(place):
        pass  # before the fence: a station that works is not put out by a slip
    invitation = fence_and_plan(office, before.party, reason, at)
    settings = revive(
        place,
        invitation,
        lambda request: answer(office, request, at),
        at,
        http=before.http,
        replica=before.replica,
        without_replica=without_replica,
        say=say,
    )
    confirm(office, confirmation(settings))
    return settings


def bring_back(settings: Settings, at: datetime, *, without_replica: str = "", say: Say = lambda line: None) -> None:
    """Afterwards the databases are as the replica has them, and the note is there that begins a new epoch.

    :raises Refused: no-replica: nothing was changed
    """
    copied = {}
    if not without_replica:
        target = target_of(settings)
        if target is None:
            raise Refused("refused.no-replica", name=settings.party)
        for db in settings.databases:
            if isinstance(target, FolderTarget) and not lies_in(target, db.stem):
                raise Refused("refused.no-replica", name=f"{db.name} ({target.folder})")
            restored = restore(target, db.stem, db)
            copied[db.stem] = restored.txid
            say(f"恢复 restored {db.name}: {restored.size_bytes} bytes, {restored.took_s:.1f} s")
    settings.data.mkdir(parents=True, exist_ok=True)
    note = {"at": stamp(at), "reason": without_replica, "transactions": copied}
    write_whole(settings.restored_note, json.dumps(note, ensure_ascii=False).encode())


@contextmanager
def nobody_at_work(folder: Path) -> Iterator[None]:
    """A litestream that outlived its party is ended: it would copy what is put in place over what it was taken from.

    :raises Refused: running: the party itself lives
    """
    run = folder / "run"
    run.mkdir(parents=True, exist_ok=True)
    try:
        lock = claim(run / "litestream.lock", run / "litestream.yml", ORPHAN_S)
    except Unreachable as why:
        raise Refused("refused.running", folder=str(folder)) from why
    try:
        yield
    finally:
        os.close(lock)


def set_aside(folder: Path, at: datetime) -> None:
    """Identity and data of the box that stood here before are kept under another name; nothing is deleted.

    A half-done replacement (no letters.key yet) is left to go on.
    """
    identity = folder / "identity"
    if (identity / "letters.key").exists():
        Keys.load(identity / "letters.key")  # a key file that cannot be read is looked at by a person first
        _aside(identity, at)
        _aside(folder / "data", at)


def _aside(folder: Path, at: datetime) -> None:
    if folder.exists():
        folder.rename(folder.with_name(f"{folder.name}.before-{at:%Y%m%dT%H%M%S}"))
