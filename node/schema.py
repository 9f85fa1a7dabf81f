"""The tables of a station's store. Changes are new functions at the end; old ones stay as they are."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from node.asking import question_tables
from node.deliver import reminder_table
from node.demands import demand_tables
from node.endings import ending_tables
from node.hall.appointments import appointment_tables
from node.hall.day import day_tables
from node.hall.estimates import times_tables
from node.hall.ledger import hall_tables
from node.hall.signs import sign_tables
from node.instant import applicants_of_older_cases, instant_tables
from node.kiosk.codes import code_tables
from node.kiosk.meters import meter_tables
from node.kiosk.sessions import session_tables, visits_of_form_machines
from node.machines import machine_tables
from node.opening import opening_table
from node.paper_ratings import paper_rating_table
from node.places import place_tables
from node.prefills import prefill_tables
from node.printing import print_tables
from node.ratings import rating_tables
from protocol.casebook import case_tables
from protocol.console.accounts import account_tables, several_roles, terms_and_codes
from protocol.console.looks import look_table
from protocol.copies import cases_that_move
from protocol.exchange.schema import exchange_tables
from protocol.licences import licence_tables
from protocol.transfer_book import transfer_tables

migrations = Migrations("node")


@migrations()
def first_tables(db: Database) -> None:
    exchange_tables(db)
    case_tables(db)
    account_tables(db)
    db.executescript("""
    create table drafts (
        id text primary key,            -- becomes the id of the case
        item text not null,
        item_version integer not null,
        supplements text,               -- the case that it answers a correction notice of
        answers text not null,
        begun_by text not null,
        begun_at text not null,
        saved_at text not null
    ) without rowid;
    create table draft_papers (
        draft text not null references drafts (id) on delete cascade,
        digest text not null,
        size integer not null,
        type text not null,
        material text not null,
        name text not null,
        added_at text not null,
        primary key (draft, material, digest)
    ) without rowid;
    create table counters (
        name text primary key,
        value integer not null
    ) without rowid;
    create table shelf (                -- catalogue bundles that were published to this station
        number integer primary key,
        digest text not null,
        size integer not null,
        heard_at text not null
    );
    """)


@migrations()
def reveals(db: Database) -> None:
    """Who looked at the numbers of which applicant, and when: kept, and never sent with the case."""
    db.executescript("""
    create table reveals (
        id integer primary key,
        case_id text not null,
        account text not null,
        at text not null
    );
    create index reveals_by_case on reveals (case_id);
    """)


@migrations()
def accounts_have_several_roles(db: Database) -> None:
    several_roles(db)


@migrations()
def issues_by_their_changes(db: Database) -> None:
    """An issue may come as what changed since the one before; what was whole until now is looked at anew."""
    db.executescript("""
    alter table shelf add column base integer not null default 0;
    alter table shelf add column delta text not null default '';    -- digest; '' if there is none
    alter table shelf add column delta_size integer not null default 0;
    alter table shelf add column state text not null default 'told';
    alter table shelf add column file text not null default '';     -- digest of the whole that is here
    alter table shelf add column list_number integer not null default 0;    -- of the publishers' list that was believed
    """)


@migrations()
def rules_that_were_read(db: Database) -> None:
    """Who of this station has read which version of which internal-control rule; the district is told."""
    db.executescript("""
    create table rule_readings (
        code text not null,
        version integer not null,
        account text not null,
        at text not null,
        primary key (code, version, account)
    ) without rowid;
    """)


@migrations()
def people_and_looks(db: Database) -> None:
    """What the hub says of the people here; who looked at what."""
    terms_and_codes(db)
    look_table(db)


@migrations()
def what_an_intake_says_besides_the_form(db: Database) -> None:
    """Situations, commitment, papers to follow, first stage, licence, channel, parts of a matter."""
    db.execute("alter table drafts add column details text not null default '{}'")


@migrations()
def licences_of_their_own(db: Database) -> None:
    """The licences of the cases here, and the district's list of those that hold no more."""
    licence_tables(db)
    ending_tables(db)


@migrations()
def the_room(db: Database) -> None:
    """What happens in the hall, and which machines stand in it."""
    hall_tables(db)
    machine_tables(db)


@migrations()
def cases_move_between_stations(db: Database) -> None:
    """Copies of what another desk said of a case that was moved here, or away."""
    cases_that_move(db)


@migrations()
def ratings(db: Database) -> None:
    """What citizens say of the service, and what followed."""
    rating_tables(db)
    paper_rating_table(db)


@migrations()
def days_of_the_hall(db: Database) -> None:
    """Which day of the hall has people in it whom no other day has taken over."""
    day_tables(db)


@migrations()
def the_kiosk(db: Database) -> None:
    """Visits, receipt codes, days that were told; a citizen's own cases are found by the applicant's name."""
    session_tables(db)
    code_tables(db)
    meter_tables(db)
    db.execute("create index cases_by_applicant on cases (applicant)")


@migrations()
def demands(db: Database) -> None:
    """What people ask, report or complain of at the counter."""
    demand_tables(db)


@migrations()
def questions_left(db: Database) -> None:
    """What the catalogue did not answer."""
    question_tables(db)


@migrations()
def cases_of_one_applicant(db: Database) -> None:
    """Rules that decide on the spot ask how many cases of the same kind somebody has here."""
    instant_tables(db)


@migrations()
def signs_of_the_hall(db: Database) -> None:
    """What counter screens say beside the number."""
    sign_tables(db)


@migrations()
def papers_that_travel_and_doors(db: Database) -> None:
    """The other stations, lists of papers on their way, when this station is open."""
    place_tables(db)
    transfer_tables(db)
    opening_table(db)
    reminder_table(db)


@migrations()
def waiting_times_and_appointments(db: Database) -> None:
    """How long turns took on each day, and who comes to the hall when."""
    times_tables(db)
    appointment_tables(db)


@migrations()
def the_form_machine(db: Database) -> None:
    """Its visits, and the forms that wait for the desk."""
    visits_of_form_machines(db)
    prefill_tables(db)


@migrations()
def what_was_sent_to_the_printer(db: Database) -> None:
    """Print jobs, so that a power cut loses no paper that somebody waits for."""
    print_tables(db)


@migrations()
def licences_by_their_day(db: Database) -> None:
    """The list shows the newest first; every page counts those to be renewed, from the index alone."""
    db.execute("create index licences_by_issue on licences (issued_at desc, act_id)")
    db.execute("drop index licences_by_window")
    db.execute(
        "create index licences_by_window on licences (renew_from, valid_to, number, issued_at) where renew_from != ''"
    )


@migrations()
def applicants_of_cases_before(db: Database) -> None:
    """A station that has worked for a while asks its older cases as well before it decides on the spot."""
    applicants_of_older_cases(db)
