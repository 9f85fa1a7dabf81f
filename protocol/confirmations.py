"""Whether the district has confirmed what a station decided at once, as far as the records of this machine say.

Asked by the verify page with the number of a case, which stands in the code on the paper. A machine that does not know
the case says so: only the hub, and the station that has it, can tell.
"""

from __future__ import annotations

from protocol.cases.words import Flag
from protocol.documents.verify import Confirmed
from protocol.store import Store


def confirmed(store: Store, case_number: str) -> Confirmed:
    with store.read() as db:
        row = db.execute("select flags from cases where number = ?", (case_number,)).fetchone()
    flags = str(row[0]).split() if row is not None else []
    if Flag.INSTANT not in flags:
        return Confirmed.UNKNOWN
    if Flag.DOUBTED in flags:
        return Confirmed.DOUBTED
    return Confirmed.PROVISIONAL if Flag.PROVISIONAL in flags else Confirmed.CONFIRMED
