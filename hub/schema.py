"""The tables of the hub's store. Changes are new functions at the end; old ones stay as they are."""

from __future__ import annotations

import secrets

from sqlite_utils import Database, Migrations

from hub.counting import counting_tables
from hub.demands import demand_tables
from hub.directory import directory_tables
from hub.endings import ending_tables
from hub.finished import archive_tables
from hub.hall_days import hall_tables
from hub.instant import instant_tables
from hub.kiosk_days import kiosk_day_table
from hub.openings import openings_table
from hub.people import people_tables
from hub.people_record import people_record_table
from hub.questions import question_tables
from hub.ratings import rating_tables
from hub.rehearsing import rehearsal_tables
from hub.retelling import moving_tables
from hub.sections import section_tables
from protocol.casebook import case_tables
from protocol.console.accounts import account_tables, several_roles, terms_and_codes
from protocol.console.looks import look_table
from protocol.copies import cases_that_move
from protocol.exchange.schema import exchange_tables
from protocol.licences import licence_tables
from protocol.standing import standing_tables
from protocol.transfer_book import transfer_tables

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


@migrations()
def publishing(db: Database) -> None:
    """How a change of the catalogue comes about, by whom, and whose keys sign it."""
    db.executescript("""
    alter table shelf add column stage text not null default 'all';
    create table deltas (               -- made once, told to every station that has the base
        base integer not null,
        number integer not null,
        digest text not null,
        size integer not null,
        primary key (base, number)
    ) without rowid;
    create table publications (
        id integer primary key,
        state text not null,            -- publishing.State
        base integer not null,          -- the issue in force when it was drafted
        number integer not null,        -- its own; 0 until it is signed
        rolls_back_to integer not null, -- whose content it brings back; 0 for none
        note text not null,             -- what it is for
        content text not null,          -- digest of the drafted parts, then of the signed bundle
        drafted_by text not null,
        drafted_at text not null,
        signed_by text not null default '',
        signed_at text not null default '',
        approved_by text not null default '',
        approved_at text not null default '',
        canaries text not null default '[]',
        all_by text not null default '',
        all_at text not null default '',
        all_reason text not null default '',    -- why it did not wait for every canary
        ended_by text not null default '',      -- who dropped it
        ended_at text not null default ''
    );
    create unique index one_publication_under_way on publications ((1)) where state in ('draft', 'signed', 'canary');
    create table publisher_keys (       -- a person's signing key, closed with that person's pass phrase
        account text not null,
        public text not null,           -- 32 bytes as hex
        pem text not null,
        made_at text not null,
        primary key (account, public)
    ) without rowid;
    """)


@migrations()
def rule_library(db: Database) -> None:
    """Versions that were made here, who has read which, and what was tried against them."""
    db.executescript("""
    create table rule_versions (
        code text not null,
        version integer not null,
        state text not null,            -- library.State
        body text not null,             -- a ControlRule as JSON
        opinion text not null,          -- the lawyer's
        opinion_by text not null,
        moved_at text not null,
        primary key (code, version)
    ) without rowid;
    create table rule_steps (
        id integer primary key,
        code text not null,
        version integer not null,
        at text not null,
        account text not null,          -- whoever lent the role behind a blank
        step text not null,
        note text not null
    );
    create index rule_steps_by_rule on rule_steps (code, version);
    create table rule_readings (
        code text not null,
        version integer not null,
        station text not null,
        account text not null,
        name text not null,
        at text not null,
        primary key (code, version, station, account)
    ) without rowid;
    create table rule_readers (         -- how many people of a station have to read, as it said last
        station text primary key,
        readers integer not null,
        at text not null
    ) without rowid;
    create table breaches (
        id text primary key,
        at text not null,
        account text not null,
        role text not null,
        case_id text not null,
        act text not null,
        refusal text not null,
        control text not null,
        rule text not null,
        version integer not null
    ) without rowid;
    create index breaches_by_rule on breaches (rule, at);
    """)


@migrations()
def people_and_looks(db: Database) -> None:
    """Persons with their stations, sections and delegations; who looked at what."""
    terms_and_codes(db)
    people_tables(db)
    section_tables(db)
    look_table(db)


@migrations()
def where_each_case_stands(db: Database) -> None:
    standing_tables(db)


@migrations()
def documents_to_be_made(db: Database) -> None:
    """Acts whose document has not been produced yet; emptied by hub/papermaking.py."""
    db.executescript("""
    create table to_print (
        act_id text not null,
        kind text not null,
        case_id text not null,
        problem text not null default '',   -- code of what kept it from being made
        primary key (act_id, kind)
    ) without rowid;
    """)


@migrations()
def worklists(db: Database) -> None:
    """Claims, saved filters, what is searched, and counts that cost nothing to read with 300,000 cases."""
    db.executescript("""
    create table holdings (             -- who works on what now; hub-local, told to nobody
        case_id text primary key,
        account text not null,
        section text not null,
        link text not null,             -- the claim ends when the case goes on to another link
        since text not null
    ) without rowid;
    create index holdings_by_account on holdings (account);
    create table filters (              -- of a worklist, by name
        id integer primary key,
        account text not null,
        name text not null,
        query text not null,
        made_at text not null,
        removed_at text not null default ''
    );
    create index filters_by_account on filters (account);
    create table link_counts (link text primary key, n integer not null) without rowid;
    insert into link_counts select link, count(*) from standing group by link;
    create trigger standing_in after insert on standing begin
        insert into link_counts values (new.link, 1) on conflict do update set n = n + 1;
    end;
    create trigger standing_moves after update of link on standing when old.link != new.link begin
        update link_counts set n = n - 1 where link = old.link;
        insert into link_counts values (new.link, 1) on conflict do update set n = n + 1;
    end;
    create trigger standing_out after delete on standing begin
        update link_counts set n = n - 1 where link = old.link;
    end;
    create table status_counts (status text primary key, n integer not null) without rowid;
    insert into status_counts select status, count(*) from cases group by status;
    create trigger cases_in after insert on cases begin
        insert into status_counts values (new.status, 1) on conflict do update set n = n + 1;
    end;
    create trigger cases_move after update of status on cases when old.status != new.status begin
        update status_counts set n = n - 1 where status = old.status;
        insert into status_counts values (new.status, 1) on conflict do update set n = n + 1;
    end;
    create trigger cases_out after delete on cases begin
        update status_counts set n = n - 1 where status = old.status;
    end;
    """)


@migrations()
def searching(db: Database) -> None:
    """What cases are found by. No ID number: its last four characters, and a hash under a key of this store."""
    db.executescript("""
    create table search_key (key blob not null);
    create table traces (
        id integer primary key,         -- newer cases have the higher number: the search goes backwards through it
        case_id text not null unique,
        person text not null,           -- keyed hash of the applicant's number
        item text not null,
        made_of text not null           -- keyed hash of all that it was made from
    );
    create index traces_by_person on traces (person, item);
    create virtual table sought using fts5 (
        number, name, sound, tail, item, station, tokenize = "unicode61 remove_diacritics 0 tokenchars '-'",
        prefix = '2 3 4'
    );
    insert or ignore into stale (case_id) select id from cases;
    """)
    db.execute("insert into search_key (key) values (?)", (secrets.token_bytes(32),))


@migrations()
def yellow_and_red_cards(db: Database) -> None:
    """The cards as lists show them, and the day on which each case may get its next one."""
    db.executescript("""
    create table cards (
        id text primary key,            -- of the CARD act
        case_id text not null,
        colour text not null,
        basis text not null,            -- rule and clock, or that a person gave it
        link text not null,             -- in whose hands the case was
        holder text not null,           -- the account that had claimed it; '' for nobody: its section answers
        given_by text not null,
        given_at text not null,
        answered_at text not null default '',
        escalated_at text not null default ''
    ) without rowid;
    create index cards_by_case on cards (case_id);
    create index cards_open on cards (colour, given_at) where answered_at = '';
    create table card_due (case_id text primary key, on_day text not null) without rowid;
    create index card_due_by_day on card_due (on_day);
    """)


@migrations()
def licences_of_their_own(db: Database) -> None:
    """Licences as records, and which stations have the list of those that hold no more."""
    licence_tables(db)
    ending_tables(db)


@migrations()
def statistics(db: Database) -> None:
    """A line a case, and the sums of each month."""
    counting_tables(db)


@migrations()
def archive(db: Database) -> None:
    """Which cases are to be archived."""
    archive_tables(db)


@migrations()
def open_cases_are_searched_apart(db: Database) -> None:
    """The search of a worklist looks at open cases only, however many closed ones would be newer."""
    db.executescript("""
    drop table sought;
    create virtual table sought using fts5 (
        number, name, sound, tail, item, station, state, tokenize = "unicode61 remove_diacritics 0 tokenchars '-'",
        prefix = '2 3 4'
    );
    delete from traces;
    insert or ignore into stale (case_id) select id from cases;
    """)


@migrations()
def trail_of_accounts(db: Database) -> None:
    """Who changed what about whose account."""
    people_record_table(db)


@migrations()
def cases_move_between_stations(db: Database) -> None:
    """Copies of what another desk said; which cases have to be told on, or moved."""
    cases_that_move(db)
    moving_tables(db)


@migrations()
def ratings(db: Database) -> None:
    """What citizens say of the service at the stations."""
    rating_tables(db)


@migrations()
def days_of_the_kiosks(db: Database) -> None:
    """What was done at the stations' kiosks, day by day."""
    kiosk_day_table(db)


@migrations()
def questions_left(db: Database) -> None:
    """What people asked at the stations and no item answered."""
    question_tables(db)


@migrations()
def demands(db: Database) -> None:
    """What people ask, report or complain of at the stations."""
    demand_tables(db)


@migrations()
def what_stations_decided_at_once(db: Database) -> None:
    """Which of it waits for the district's look."""
    instant_tables(db)


@migrations()
def papers_that_travel_and_doors(db: Database) -> None:
    """Who knows which stations, lists of papers on their way, when each station is open."""
    directory_tables(db)
    transfer_tables(db)
    openings_table(db)


@migrations()
def rehearsals_of_instant_rules(db: Database) -> None:
    """What a rule would have done with past cases, before anybody signed it."""
    rehearsal_tables(db)


@migrations()
def halls_of_the_stations(db: Database) -> None:
    """Each day of each hall in figures."""
    hall_tables(db)
