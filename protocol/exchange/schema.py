"""The tables of the exchange, the same at station and hub. Called by the first migration of each.

Never edited: a change is a new function, called by a new migration at the end of both schema.py.
"""

from __future__ import annotations

from sqlite_utils import Database


def exchange_tables(db: Database) -> None:
    """epochs and entries hold both journals (author = us) and inboxes (reader = us)."""
    db.executescript("""
    create table self (
        only integer primary key check (only = 1),
        life integer not null,          -- rises whenever this store begins again from an older copy
        checked_at text not null default ''
    );
    create table epochs (
        id integer primary key,
        author text not null,
        reader text not null,
        epoch text not null,
        life integer not null,
        head integer not null default 0,            -- last number here
        head_chain blob not null,
        genesis blob not null,
        told integer not null default 0,            -- author = us: what the reader has receipted
        replicated integer not null default 0,      -- the reader's own off-machine copy has this much
        wants integer not null default 0,           -- author = us: the reader proved to hold this much more than we do
        began_at text not null,
        unique (author, reader, epoch)              -- per pair: nobody can take a name before its owner
    );
    create index epochs_by_pair on epochs (author, reader, life);
    create table entries (
        -- epoch_id * 2^40 + seq: one B-tree, appended to in order, with rows of 2 KB in its leaves
        place integer primary key,
        kind text not null,
        version integer not null,
        case_id text not null,
        by text not null,
        at text not null,
        clock text not null,
        salt blob not null,
        digest blob not null,
        chain blob not null,
        body blob,
        state integer not null default 0,           -- inbox.State
        heard_at text not null
    );
    create index entries_not_applied on entries (state) where state != 0;
    create table proofs (
        epoch_id integer not null references epochs (id),
        last integer not null,
        first integer not null,
        header blob not null,
        payload_digest blob not null,
        signature blob not null,
        primary key (epoch_id, last)
    ) without rowid;
    create table receipts (
        epoch_id integer not null,
        upto integer not null,
        at text not null,
        primary key (epoch_id, upto)
    ) without rowid;
    create table peers (
        name text primary key,
        heard_at text not null default '',          -- last message whose signature was right
        skew_s real not null default 0,             -- peer's wall clock minus ours
        boot blob,
        report text not null default '{}',
        owes integer not null default 0             -- entries that the peer says it still has for us
    );
    create table papers (
        digest text not null,
        case_id text not null,
        peer text not null,
        size integer not null,
        type text not null,
        here integer not null,                      -- whole in our blob store
        there integer not null default 0,           -- the peer said so
        lost integer not null default 0,            -- asked for and the peer lacks it too
        primary key (digest, case_id, peer)         -- one bundle goes to many stations
    ) without rowid;
    create index papers_by_case on papers (case_id);
    create index papers_wanted on papers (peer) where here = 0;
    create index papers_unconfirmed on papers (peer) where there = 0;
    create table set_aside (
        id integer primary key,
        at text not null,
        sender text not null,
        code text not null,
        data blob not null
    );
    create table attention (
        id integer primary key,
        kind text not null,
        subject text not null,                      -- what it is about: a case, an entry, a station
        case_id text not null default '',
        detail text not null default '{}',          -- codes and numbers, never a person's data
        raised_at text not null,
        settled_at text,
        settled_by text,
        note text
    );
    create unique index attention_open on attention (kind, subject) where settled_at is null;
    create index attention_by_case on attention (case_id) where settled_at is null;
    """)


def blob_tables(db: Database) -> None:
    """The second file: papers in pieces, so that Litestream carries them too."""
    db.executescript("""
    create table blobs (
        digest text primary key,
        size integer not null,
        whole integer not null,
        kept_at text not null
    ) without rowid;
    create table pieces (
        id integer primary key,
        digest text not null,
        number integer not null,
        data blob not null,
        unique (digest, number)
    );
    """)
