"""Where and until when a refusal can be contested: the item's words with the district's bodies in them.

The law asks for it with every refusal. The item says the sentence; which body and which court it is, an
officer writes once for each organ, and finds it again the next time.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from protocol.catalogue.items import Item

# what an officer reads in the place of the catalogue's keys
BODY, COURT = "{行政复议机关}", "{人民法院}"


@dataclass(frozen=True, slots=True)
class Bodies:
    reconsideration_body: str = ""
    court: str = ""

    @property
    def are_known(self) -> bool:
        return bool(self.reconsideration_body and self.court)


def bodies_of(db: Database, organ: str) -> Bodies:
    row = db.execute("select reconsideration_body, court from contested_at where organ = ?", (organ,)).fetchone()
    return Bodies(str(row[0]), str(row[1])) if row else Bodies()


def remember_bodies(tx: Database, organ: str, bodies: Bodies) -> None:
    tx.execute(
        "insert into contested_at (organ, reconsideration_body, court) values (?,?,?) on conflict (organ) do update set"
        " reconsideration_body = excluded.reconsideration_body, court = excluded.court",
        (organ, bodies.reconsideration_body, bodies.court),
    )


def needs_bodies(text: str) -> bool:
    """Whether places are left in the sentence that only the district can fill."""
    return BODY in text or COURT in text


def filled(text: str, bodies: Bodies) -> str:
    return text.replace(BODY, bodies.reconsideration_body).replace(COURT, bodies.court)


def template_of(item: Item | None) -> str:
    """The item's sentence with its open places as an officer reads them."""
    return item.remedies.fill(BODY, COURT) if item is not None else ""
