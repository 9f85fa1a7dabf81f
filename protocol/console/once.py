"""The same form posted twice has one effect.

Every form carries a random number that was made when its page was shown. Whoever takes the form asks first
where that number led, and writes down where it leads now, both in the unit of work that does what the form
asks. A second click, a reload or a browser that sends again then lands on the same page.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from sqlite_utils import Database

from protocol.clock import stamp
from protocol.errors import Refused

KEPT = timedelta(days=3)

_FORM_ID = re.compile(r"[A-Za-z0-9_-]{22}")


def new_form_id() -> str:
    return secrets.token_urlsafe(16)


def posted_before(tx: Database, form_id: str) -> str | None:
    """Where this very form led when it was taken; None if it is new.

    :raises Refused: form-expired, for a number that no page of ours has made
    """
    if not _FORM_ID.fullmatch(form_id):
        raise Refused("refused.form-expired")
    row = tx.execute("select url from posted_forms where form_id = ?", (form_id,)).fetchone()
    return str(row["url"]) if row else None


def remember_post(tx: Database, form_id: str, url: str, *, at: datetime) -> None:
    """From here on `form_id` leads to `url`, for three days. `url` is a path of this console."""
    tx.execute("insert into posted_forms (form_id, url, at) values (?, ?, ?)", (form_id, url, stamp(at)))
    tx.execute("delete from posted_forms where at < ?", (stamp(at - KEPT),))
