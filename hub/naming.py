"""Giving an item another name, and changing the table of words: into the draft of the next issue of the catalogue.

What people call a thing is no law, so a name makes no new version of the item. It goes the way of every change all
the same: two persons sign, some stations try it, every station checks the signatures.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlite_utils import Database

from hub.publishing import Publication, Publishing, State, under_way
from protocol.asking.synonyms import (
    ASKING,
    Synonyms,
    called_part,
    delivered,
    parts_of_ours,
    synonyms_of,
    table_part,
)
from protocol.asking.words import fold
from protocol.errors import Refused

LONGEST_NAME, MOST_NAMES = 30, 60  # characters; of one item


def give_name(
    publishing: Publishing, db: Database, code: str, name: str, *, by: str, note: str, at: datetime
) -> Publication:
    """Put another name of an item into the draft that is open, or into a new one. It counts when that is published.

    :raises Refused: no-item; publication-moved: one is signed or tried already; catalogue: the name is no name
    """
    name = " ".join(name.split())
    if not fold(name) or len(name) > LONGEST_NAME:
        problem = f"must have 1 to {LONGEST_NAME} characters; write what people call it, not the whole question"
        raise Refused("refused.catalogue", file=code, field="aliases", problem=problem)
    one = _draft(publishing, db, by, note, at)
    catalogue = publishing.content(one)
    item = catalogue.current(code)
    known = synonyms_of(catalogue.extras).called.get(code, ())
    if len(known) >= MOST_NAMES:
        problem = f"has {MOST_NAMES} added names; put the best of them into its next version"
        raise Refused("refused.catalogue", file=code, field="aliases", problem=problem)
    if name not in (*known, *item.aliases, item.name):
        parts = parts_of_ours(catalogue.extras) | called_part(code, [*known, name])
        publishing.set_parts(one.id, ASKING, parts, by, at)
    return one


def load_table(
    publishing: Publishing, db: Database, table: Synonyms, *, by: str, note: str, at: datetime
) -> Publication:
    """Put another table of words into the draft that is open, or into a new one.

    :raises Refused: publication-moved
    """
    one = _draft(publishing, db, by, note, at)
    parts = parts_of_ours(publishing.content(one).extras) | table_part(table)
    publishing.set_parts(one.id, ASKING, parts, by, at)
    return one


def table_in_force(publishing: Publishing) -> Synonyms:
    catalogue = publishing.in_force()
    return synonyms_of(catalogue.extras) if catalogue else delivered()


def _draft(publishing: Publishing, db: Database, by: str, note: str, at: datetime) -> Publication:
    one = under_way(db)
    if one is not None and one.state is not State.DRAFT:
        raise Refused("refused.publication-moved")
    return one or publishing.draft(by, note, at)


def plain_table(table: Synonyms) -> dict[str, object]:
    """As lists and mappings, for the file that a person edits."""
    plain: dict[str, object] = msgspec.to_builtins(table.table)
    return plain
