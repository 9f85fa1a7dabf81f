"""The register's tables. A change is a new function at the end; old ones stay as they are."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("microcenter.register")


@migrations()
def stations_boxes_tokens(db: Database) -> None:
    # `boxes`: one row a box in the life of a party, the hub's among them; rows are never deleted.
    # `serial` is decimal text: 160 bits do not fit an integer. `tokens.key` is scrypt of the token (tokens.py);
    # `closed` means that a newer token or a revocation took its place; `box` is what the first good request pinned.
    # `numbers` is one row that only rises: how often the keyring and the CRL changed.
    for statement in (
        """create table stations (
            name text primary key, zh text not null, en text not null, tier text not null, planned_at text not null
        ) strict""",
        """create table boxes (
            station text not null references stations (name),
            box integer not null,
            state text not null,
            spki blob,
            signing blob not null,
            sealing blob not null,
            certificate text,
            serial text,
            not_after text,
            since text not null,
            reason text not null,
            primary key (station, box)
        ) strict""",
        "create unique index one_box_in_use on boxes (station) where state in ('issued', 'active')",
        """create table tokens (
            id integer primary key,
            station text not null references stations (name),
            purpose text not null,
            key blob not null,
            planned_at text not null,
            expires_at text not null,
            closed integer not null,
            box integer
        ) strict""",
        "create table failures (station text not null, at text not null) strict",
        """create table alarms (
            id integer primary key, at text not null, station text not null, kind text not null, text text not null
        ) strict""",
        """create table numbers (
            id integer primary key check (id = 1), keyring integer not null, crl integer not null, changed_at text not null
        ) strict""",
        "insert into numbers values (1, 0, 0, '')",
    ):
        db.execute(statement)


@migrations()
def alarms_are_dealt_with(db: Database) -> None:
    db.execute("alter table alarms add column seen_at text")


@migrations()
def publishers_of_the_catalogue(db: Database) -> None:
    # rows are never deleted; `publishers_number` only rises, with every list that is signed
    for statement in (
        """create table publishers (
            account text not null, name text not null, key blob not null, may text not null, since text not null,
            until text not null, revoked_at text not null, primary key (account, key)
        ) strict""",
        "create table publishers_number (id integer primary key check (id = 1), number integer not null) strict",
        "insert into publishers_number values (1, 0)",
    ):
        db.execute(statement)
