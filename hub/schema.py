"""The tables of the hub's store. Changes are new functions at the end; old ones stay as they are."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from protocol.casebook import case_tables
from protocol.console.accounts import account_tables, several_roles
from protocol.exchange.schema import exchange_tables

migrations = Migrations("hub")


@migrations()
def first_tables(db: Database) -> None:
    exchange_tables(db)
    case_tables(db)
    account_tables(db)
    db.executescript("""
    create table stations (
        name text primary key,
        title text not null,
        title_en text not null,
        tier text not null
    ) without rowid;
    create table shelf (                -- catalogue bundles, the newest is in force
        number integer primary key,
        digest text not null,
        size integer not null,
        published_at text not null
    );
    """)


@migrations()
def what_officers_do_beside_the_case(db: Database) -> None:
    db.executescript("""
    create table reveals (              -- who has looked at a person's full numbers, and when
        id integer primary key,
        case_id text not null,
        account text not null,
        at text not null
    );
    create index reveals_by_case on reveals (case_id, account, at);
    create table contested_at (         -- where a refusal of this organ is contested, as last written by an officer
        organ text primary key,
        reconsideration_body text not null,
        court text not null
    ) without rowid;
    """)


@migrations()
def accounts_have_several_roles(db: Database) -> None:
    several_roles(db)
