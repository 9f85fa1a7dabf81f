"""Days of disasters: what a seed does to a district, and the count at the end.

play() is what `scripts/simulate` runs and what the state machine of test_simulation.py shrinks. Every
choice comes from one generator, so a seed that loses a case loses it again.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from hub.documents import kinds_of
from node import desk
from protocol.cases.case import Standing
from protocol.cases.rules import Act, Side
from protocol.documents.kinds import HANDED
from protocol.errors import Damaged, Refused
from tests.district_data import all_items
from tests.instant.desks import Shelf, issue, looks, may_decide, prints
from tests.world import HUB, Party, Station, World, open_acts

STEPS = 120
# a permit with a notice that lapses, a survey and papers that may follow; a limit for the correction; an ordinary one
ITEMS = [item for item in all_items() if item.code in ("F01", "D01", "P08", "S11")]

SIGNED = Shelf(issue())  # of rules that decide at once
PEOPLE = ("510114199003070018", "510114198003070013", "510114201503070014")  # two of age and a child


@dataclass
class Outcome:
    seed: int
    lost: int = 0
    doubled: int = 0
    untrue: int = 0
    other: list[str] = field(default_factory=list)
    cases: int = 0
    void: int = 0  # held by one disk only when that disk was lost
    disasters: dict[str, int] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.untrue or self.other)


class Day:
    """One world and what can happen to it. Each public method is one step."""

    STEPS: ClassVar[tuple[tuple[Callable[[Day], None], int], ...]]

    def __init__(self, folder: Path, seed: int, stations: int = 2) -> None:
        names = [f"station-{number + 1}" for number in range(stations)]
        self.world = World(folder, seed, names)
        self.rng = random.Random(seed ^ 0x5EED)
        self.happened: dict[str, int] = {}

    # -- who

    def _station(self) -> Station:
        return self.rng.choice(list(self.world.stations.values()))

    def _a_place(self) -> str:
        return self.rng.choice(list(self.world.stations))

    def _party(self) -> Party:
        return self.rng.choice(self.world.parties())

    def _case_at(self, party: Party) -> tuple[str, list[Act]] | None:
        """A case in which this party has something to do."""
        if not party.alive:
            return None
        ids = party.case_ids()
        self.rng.shuffle(ids)
        for case_id in ids[:6]:
            case = party.case(case_id)
            if case is not None and case.status is not None:
                acts = open_acts(case, party)
                if acts:
                    return case_id, acts
        return None

    # -- ordinary work

    def take_in(self) -> None:
        station = self._station()
        if station.alive:
            item = self.rng.choice(ITEMS)
            station.submits(
                item,
                papers=self.rng.choice((1, 1, 2)),
                follows=self.rng.random() < 0.5,
                fetch_at=self._a_place() if self.rng.random() < 0.25 else "",
            )

    def decide_at_once(self) -> None:
        """By rules, with or without a wire; some of it is a person's after all."""
        station = self._station()
        if station.alive:
            may_decide(
                station, SIGNED, "R02", id_number=self.rng.choice(PEOPLE), range=self.rng.choice(("district", "city"))
            )

    def decide(self) -> None:
        found = self._case_at(self.world.hub)
        if found:
            act = self.rng.choice([one for one in found[1] if one is not Act.MOVE] or found[1])
            self.world.hub.decides(found[0], act, to=self._a_place() if act is Act.MOVE else "")

    def move(self) -> None:
        """A person at the district gives a case to another desk."""
        found = self._case_at(self.world.hub)
        if found and Act.MOVE in found[1]:
            self.world.hub.decides(found[0], Act.MOVE, to=self._a_place())

    def ask_move(self) -> None:
        """The applicant says that he will fetch the result elsewhere."""
        station = self._station()
        if station.alive and (ids := station.case_ids()):
            station.asks_move(self.rng.choice(ids), self._a_place())

    def note(self) -> None:
        if self.world.hub.alive and (ids := self.world.hub.case_ids()):
            self.world.hub.notes(self.rng.choice(ids), "seen")

    def work_at_desk(self) -> None:
        station = self._station()
        found = self._case_at(station)
        if not found:
            return
        case_id, acts = found
        match self.rng.choice(acts):
            case Act.SUPPLEMENT:
                station.supplies(case_id)
            case Act.ASK_WITHDRAWAL:
                station.asks_withdrawal(case_id)
            case Act.HAND_OVER:
                prints(station, case_id)
                if station.alive:
                    station.hands_over(case_id)
            case Act.RETURN_RESULT:
                station.returns_result(case_id)
            case Act.LAPSE:
                station.lapses(case_id)

    def bring_later(self) -> None:
        """A paper for a case that has gone back to the district: what was to follow, or a correction that came late."""
        station = self._station()
        if not station.alive:
            return
        waiting = [case for case in map(station.case, station.case_ids()) if case and desk.waits_for_papers(case)]
        if waiting:
            station.supplies(self.rng.choice(waiting).id)

    def print_at_desk(self) -> None:
        station = self._station()
        if station.alive and (ids := station.case_ids()):
            station.names_a_paper(self.rng.choice(ids))

    def chores(self) -> None:
        hub = self.world.hub
        if hub.alive:
            hub.does_its_chores()
        if hub.alive:
            hub.does(lambda: looks(self.world, SIGNED))

    def days_pass(self) -> None:
        """Time limits run out while nobody moves."""
        self.world.advance(self.rng.choice((1, 4, 9, 40)) * 86_400)
        if self.rng.random() < 0.7:
            for name in self.world.stations:
                self.world.network.cut(name)
                self.world.network.mend(name)
            for _ in range(12):
                self.world.turn()
        self.chores()

    def settle_aside(self) -> None:
        hub = self.world.hub
        if hub.alive and (ids := [one for one in hub.case_ids() if (case := hub.case(one)) and case.set_aside]):
            hub.settles(self.rng.choice(ids))

    def wait(self) -> None:
        self.world.advance(self.rng.choice((0.2, 3.0, 20.0, 600.0)))

    def carry(self) -> None:
        for _ in range(self.rng.randint(1, 8)):
            self.world.turn()

    def calm(self) -> None:
        """An hour in which nothing goes wrong: all is delivered, and every machine's copy is fresh."""
        self.disk_freed()
        self.start()
        if all(party.alive and party.fuse.left is None for party in self.world.parties()):
            self.world.heal()
            for party in self.world.parties():
                party.copy_disk()

    # -- disasters

    def cut(self) -> None:
        self.world.network.cut(self._party().name)

    def mend(self) -> None:
        self.world.network.mend(self._party().name)

    def bad_wire(self) -> None:
        network = self.world.network
        network.lose, network.double, network.delay = (self.rng.choice((0.0, 0.15)) for _ in range(3))

    def broker_wiped(self) -> None:
        self.world.network.broker_down()
        if self.rng.random() < 0.5:
            self.world.turn()
        self.world.network.broker_up()

    def broker_swallows(self) -> None:
        self.world.network.swallow(self._party().name, self.rng.random() < 0.5)

    def kill(self) -> None:
        self._party().kill()

    def light_fuse(self) -> None:
        """The power goes at some statement of what comes next."""
        self._party().fuse.left = self.rng.randint(1, 80)

    def start(self) -> None:
        for party in self.world.parties():
            if not party.alive:
                self._start(party)

    def _start(self, party: Party) -> None:
        if party.alive:
            return
        try:
            party.start()
        except Damaged:
            # the disk is empty and nobody said so: the installer restores with the note
            party.lose_disk(len(party.copies) - 1 if party.copies else None, told=True)
            party.start()

    def copy_disk(self) -> None:
        party = self._party()
        if party.alive:
            party.copy_disk()

    def lose_disk(self) -> None:
        self._lose(self._party())

    def work_on_in_the_dark(self) -> None:
        """A disk is lost while the wire is out, and people work on with what the older copy shows them."""
        party = self._party()
        if not party.copies:
            return
        self.world.network.cut(party.name)
        self._lose(party)
        self._start(party)
        for _ in range(self.rng.randint(3, 9)):
            self.take(
                self.decide
                if party.name == HUB
                else self.rng.choice((self.take_in, self.decide_at_once, self.work_at_desk))
            )
        self.world.network.mend(party.name)

    def _lose(self, party: Party) -> None:
        if party.name == HUB and not party.copies and self.rng.random() < 0.7:
            return
        copy = self.rng.choice(range(len(party.copies))) if party.copies else None
        told = self.rng.random() < 0.5
        party.lose_disk(copy, told=told, mark="kept" if told else self.rng.choice(("kept", "gone", "copied", "copied")))
        if told and isinstance(party, Station) and self.rng.random() < 0.4:
            self.world.replace_box(party)
        if self.rng.random() < 0.7:
            self._start(party)

    def clock_jumps(self) -> None:
        self._party().clock.skew = timedelta(days=self.rng.choice((-4000, -1, 0, 0, 2, 700)))

    def disk_full(self) -> None:
        party = self._party()
        if party.alive:
            party.fill_disk()

    def disk_freed(self) -> None:
        for party in self.world.parties():
            if party.alive:
                party.free_disk()

    # -- a day

    def step(self) -> None:
        choices, weights = zip(*self.STEPS, strict=True)
        chosen = self.rng.choices(choices, weights)[0]
        self.take(getattr(self, chosen.__name__))

    def take(self, what: Callable[[], None]) -> None:
        if what.__name__ in DISASTERS:
            self.happened[what.__name__] = self.happened.get(what.__name__, 0) + 1
        with contextlib.suppress(Refused):  # a person was told no; nothing happened
            what()
        self.world.look()

    def end(self) -> Outcome:
        """Everything heals, and it is counted."""
        for party in self.world.parties():
            party.fuse.left = None
        self.disk_freed()
        self.start()
        self.disk_freed()
        self.world.heal()
        self._print_what_is_left()
        self.world.look()
        outcome = Outcome(self.world.seed, disasters=dict(self.happened))
        for line in self.world.differences():
            if line.startswith("lost"):
                outcome.lost += 1
            elif line.startswith("doubled"):
                outcome.doubled += 1
            elif " says that " in line:
                outcome.untrue += 1
            outcome.other.append(line)
        for line in self._papers():
            outcome.doubled += line.startswith("doubled")
            outcome.lost += line.startswith("lost")
            outcome.other.append(line)
        outcome.cases = len(self.world.hub.case_ids())
        outcome.void = sum(promise.void for promise in self.world.promises.values())
        return outcome

    def _print_what_is_left(self) -> None:
        """Every act that stands has its document, and every station has heard of it, before the count."""
        hub = self.world.hub
        while hub.clockwork.make_papers(hub.clock.now()) + hub.clockwork.carry_cases(hub.clock.now()):
            self.world.settle()
        self.world.settle()

    def _papers(self) -> list[str]:
        """Documents that lack, are other than they were at first, or are not at both ends."""
        found: list[str] = []
        hub = self.world.hub
        for case_id in hub.case_ids():
            case = hub.case(case_id)
            assert case is not None
            made: dict[tuple[str, str], set[str]] = {}
            sent: set[tuple[str, str, str]] = set()  # station, kind, digest: to whom the bytes have to go
            attached = [step.told for step in case.steps if step.act.made and step.standing is Standing.STANDS]
            for told in attached:
                assert told.act.made is not None
                if told.act.request is None or told.side is Side.STATION:
                    continue  # a station's own: its page makes the same bytes again
                made.setdefault((told.act.request, told.act.made.kind), set()).add(told.act.made.digest)
                handed = [case.station] if told.act.made.kind in HANDED else []
                sent |= {
                    (station, told.act.made.kind, told.act.made.digest) for station in (HUB, told.station, *handed)
                }
            found += [
                f"doubled: {kind} of {case_id} was made with other bytes"
                for (_, kind), all_ in made.items()
                if len(all_) > 1
            ]
            for act in case.line:
                found += [f"lost: {kind} of {case_id}" for kind in kinds_of(act) if (act.id, str(kind)) not in made]
            ends = {party.name: party for party in self.world.parties()}
            found += [
                f"lost: {kind} of {case_id} at {name}"
                for name, kind, digest in sorted(sent)
                if case.station and not ends[name].office.blobs.has(digest)
            ]
        return found

    def close(self) -> None:
        for party in self.world.parties():
            party.kill()


# How often each step is taken, in proportion.
_WORK = (
    (Day.take_in, 14), (Day.decide_at_once, 5), (Day.decide, 14), (Day.chores, 4), (Day.days_pass, 1), (Day.bring_later, 3),
    (Day.print_at_desk, 1), (Day.settle_aside, 1), (Day.note, 1), (Day.move, 3), (Day.ask_move, 2), (Day.calm, 2),
    (Day.work_at_desk, 8), (Day.wait, 6),
    (Day.carry, 24), (Day.mend, 6), (Day.start, 8), (Day.copy_disk, 5), (Day.disk_freed, 3),
)  # fmt: skip
_TROUBLE = (
    (Day.cut, 3), (Day.bad_wire, 2), (Day.broker_wiped, 1), (Day.broker_swallows, 1), (Day.kill, 1), (Day.light_fuse, 4),
    (Day.lose_disk, 3), (Day.work_on_in_the_dark, 3), (Day.clock_jumps, 1), (Day.disk_full, 1),
)  # fmt: skip
Day.STEPS = _WORK + _TROUBLE
DISASTERS = frozenset(step.__name__ for step, _ in _TROUBLE)


def play(folder: Path, seed: int, stations: int = 2, steps: int = STEPS) -> Outcome:
    """One seed, one day."""
    day = Day(folder, seed, stations)
    try:
        for _ in range(steps):
            day.step()
        return day.end()
    finally:
        day.close()
