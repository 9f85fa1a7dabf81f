"""What the district's office gives the demo's hub: an electronic seal, and two publishers with keys of their own.

A pass phrase is its owner's password here, so that the terminal can say it; nothing of the kind in a real district.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

from hub import publisher_keys
from protocol.catalogue.publishers import May
from protocol.clock import CHINA, WallClock
from protocol.errors import Damaged
from protocol.replica import refuse_empty_start
from provisioning.district import District
from provisioning.office import Office, open_office
from provisioning.publishers import DAYS, Entry, enter, listed
from stage.district import FOUNDED, PEOPLE, Passwords, opened

PUBLISHERS = {"editor": May.SIGN, "publisher": May.APPROVE}


def give_powers(made: District, passwords: Passwords) -> None:
    """The seal is good and both publishers count. What is there stays. Not while the hub is at work."""
    at = WallClock().now()
    with open_office(made.folder) as office, suppress(Damaged):  # its store is gone: whoever starts it is told so
        refuse_empty_start(made.hub)
        office.issue_seal(made.hub.name.zh, at if made.hub.seal_crt.exists() else at - FOUNDED)
        last = at.astimezone(CHINA).date() + timedelta(days=DAYS)
        for account, may in PUBLISHERS.items():
            _enter(office, made, account, may, passwords[made.hub.party][account], last)


def _enter(office: Office, made: District, account: str, may: May, phrase: str, last: date) -> None:
    at = WallClock().now()
    with office.store.read() as db:
        known = {one.key.hex() for one in listed(db) if one.counts(may, at)}
    with opened(made.hub) as store:
        with store.read() as db:
            if publisher_keys.counting(db, account, known) is not None:
                return
        public, pem = publisher_keys.make_key(phrase)
        with store.write() as tx:
            publisher_keys.keep(tx, account, public, pem, at)
    name = next(person.zh for person in PEOPLE[made.hub.kind] if person.account == account)
    enter(office, Entry(account, name, public, (may,), last), at)
