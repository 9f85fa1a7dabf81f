"""What hundreds of tests would do again in the same way, done once in the life of the test run.

Nothing here changes what is tested: a fresh store has the tables that its migrations made, a password is an argon2id
hash that is verified. Only the repeating is saved. Processes that a journey starts know nothing of this.
"""

from __future__ import annotations

import functools
import os
import sqlite3
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlite_utils import Database, Migrations

from protocol.console import accounts
from provisioning.tokens import Token

AS_DELIVERED = accounts._HASHER  # what people's passwords are kept with; tests of its strength look here
STEP_BY_STEP = Migrations.apply  # as every process of a party does it


def cheap_passwords(patch: pytest.MonkeyPatch) -> None:
    """A hash takes 0.1 ms instead of the 20 ms that it takes on purpose. To be called before a test module is imported:
    a hash is verified with the parameters it was made with."""
    patch.setattr(accounts, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def copied_stores(patch: pytest.MonkeyPatch) -> None:
    """An empty file gets its tables as a copy (1 ms) of what the same migrations made the first time (30 ms)."""
    made: dict[tuple[Any, ...], sqlite3.Connection] = {}

    def apply(self: Migrations, db: Database, **how: Any) -> None:
        # a store whose power is about to be cut is migrated step by step: the cut may come between two of them
        burning = getattr(getattr(db.conn, "fuse", None), "left", None) is not None
        if how or burning or db.execute("select 1 from sqlite_master").fetchone():
            return STEP_BY_STEP(self, db, **how)
        functions = (self.name, *(one.fn for one in self._migrations))
        if functions not in made:
            made[functions] = sqlite3.connect(":memory:", check_same_thread=False)
            STEP_BY_STEP(self, Database(made[functions]))
        made[functions].backup(db.conn)
        return None

    patch.setattr(Migrations, "apply", apply)


def remembered_tokens(patch: pytest.MonkeyPatch) -> None:
    """The key of a token (scrypt, 60 ms) is made once, though office, door and box each ask for it."""
    patch.setattr(Token, "key", functools.cache(Token.key))


def no_waiting_for_the_disk(patch: pytest.MonkeyPatch) -> None:
    """A whole file is still written beside the old one and renamed. Only a power cut of the real machine, which no test
    can make, would tell that it was not waited for (some thousand times 2 ms, and far more on a busy disk)."""
    patch.setattr(os, "fsync", lambda descriptor: None)
