"""Ten thousand cases that nobody typed: real SUBMIT acts of about 2 KB in a station's own journal."""

from __future__ import annotations

import random

from protocol.casebook import tell
from protocol.cases.acts import Applicant, CaseAct, Intake
from protocol.cases.rules import Act
from protocol.clock import stamp
from protocol.exchange.messages import Kind
from protocol.exchange.topics import HUB
from protocol.settings import Settings
from tests.district_data import answers_for, example_item, id_number
from tests.journeys.processes import CLERK, Pen

BODY_BYTES = 2000
PER_COMMIT = 500


def act_of(number: int, station: str, at: str, rng: random.Random) -> CaseAct:
    """A case whose answers bring its body to about 2 KB; characters by chance, so nothing deflates for free."""
    item = example_item()
    answers = answers_for(item, rng)
    answers["remarks"] = "".join(chr(rng.randint(0x4E00, 0x55FF)) for _ in range(500))
    case = rng.randbytes(16).hex()
    return CaseAct(
        case=case,
        id=case,
        act=Act.SUBMIT,
        follows=None,
        by=CLERK,
        at=at,
        intake=Intake(
            number=f"{station.upper()}-26-{number:05d}-AAA",
            station=station,
            item=item.code,
            item_version=item.version,
            applicant=Applicant(name="测试甲", number=id_number(rng), phone="13900000000"),
            answers=answers,
        ),
    )


def fill(settings: Settings, count: int, rng: random.Random) -> None:
    """`count` cases in the journal of a station at rest, owed to the hub."""
    with Pen(settings, rng) as pen:
        for begun in range(0, count, PER_COMMIT):
            at = pen.clock.now()
            with pen.store.write() as tx:
                for number in range(begun, min(count, begun + PER_COMMIT)):
                    act = act_of(number + 1, settings.party, stamp(at), rng)
                    body = tell(act)
                    pen.pen.write(tx, HUB, Kind.CASE_ACT, body, by=CLERK.account, at=at, case=act.case)
        # what a running station would have left to Litestream or done by itself long before
        assert pen.store._writer is not None
        pen.store._writer.execute("pragma wal_checkpoint(truncate)")
