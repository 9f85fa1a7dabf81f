"""The proof by one run: the whole journey of a case, and again through every disaster; then everything is counted.

Everything is done over HTTP as clerks and officers would, on free ports, in one folder. What is believed is
what stands on their screens. Nothing here knows how a station or the hub works inside.
"""

from __future__ import annotations

import hashlib
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from protocol.cases.rules import Status
from protocol.catalogue.items import Item
from protocol.catalogue.reading import standard_items
from protocol.documents.kinds import Kind as Document
from protocol.settings import Kind, Settings, read_settings, write_settings
from stage import district
from stage.browser import NotThere
from stage.house import House
from stage.officers import Officers
from stage.people import Clerk, Filed, Seen
from stage.processes import at_work_in
from stage.telling import Teller, told_about_fonts
from stage.wire import Wire

SEED = 20260302
DELIVERED_S = 45.0  # a mended link is found within 15 s, and two cores may be busy
LOOK_S = 0.1
T = TypeVar("T")
WIRED = "boya"  # the station whose wire is cut and mended


@dataclass(slots=True)
class Stage:
    """Who and what the journeys use. `filed` is every case that was taken in, with the status that it must have."""

    teller: Teller
    house: House
    clerks: dict[str, Clerk]
    officers: Officers
    wire: Wire
    rng: random.Random
    items: dict[str, Item]
    filed: list[tuple[Filed, Status]] = field(default_factory=list)

    def files(self, station: str, code: str, then: Status = Status.RECEIVED) -> Filed:
        filed = self.clerks[station].submits(self.items[code])
        self.keep(filed, then)
        return filed

    def keep(self, filed: Filed, then: Status) -> None:
        """From now on this case must exist, once, with this status."""
        self.filed = [(one, status) for one, status in self.filed if one is not filed]
        self.filed.append((filed, then))

    def until(self, wanted: str, look: Callable[[], T], seconds: float = DELIVERED_S) -> T:
        """What `look` found when it found something for the first time.

        :raises NotThere: it did not come to be in time
        """
        deadline = time.monotonic() + seconds
        while True:
            try:
                if found := look():
                    return found
                seen = "not so"
            except (NotThere, OSError) as why:
                seen = str(why)
            if time.monotonic() > deadline:
                raise NotThere(f"after {seconds:.0f} s still not: {wanted} ({seen})")
            time.sleep(LOOK_S)

    def delivered(self, *every: Filed) -> None:
        """Each of them is shown as received by the district, with its number, and is on the hub's screen."""
        for filed in every:
            self.until(f"{filed.number} delivered", partial(self._is_called_received, filed))
            if not self.officers.has(filed):
                raise NotThere(f"{filed.number} is called received, and the hub does not have it")

    def _is_called_received(self, filed: Filed) -> bool:
        return "区中心已收" in self.clerks[filed.station].sees(filed).sync

    def whole_at_hub(self, *every: Filed) -> None:
        """The hub shows each paper that was attached, byte by byte, and no other."""
        for filed in every:
            self.until(f"every paper of {filed.number} at the hub", partial(self._has_papers, filed))

    def _has_papers(self, filed: Filed) -> bool:
        return self.officers.opens_papers(filed) == set(filed.papers)

    def home(self, filed: Filed, status: Status) -> None:
        """The station shows this status."""
        clerk = self.clerks[filed.station]
        self.until(f"{filed.number} {status} at {filed.station}", lambda: clerk.sees(filed).status is status)
        self.keep(filed, status)

    def paper(self, filed: Filed, *documents: Document) -> None:
        """What the hub made is at the station, byte by byte, and genuine to whoever asks there. Nothing without fonts."""
        clerk = self.clerks[filed.station]
        for document in documents if clerk.has_fonts else ():
            data = self.until(
                f"{document} of {filed.number} at {filed.station}", partial(clerk.document, filed, document)
            )
            if hashlib.sha256(data).hexdigest() not in self.officers.documents(filed):
                raise NotThere(f"{filed.station} prints another {document} of {filed.number} than the hub")
            said = clerk.verifies(data)
            if not said.says("真实有效"):
                raise NotThere(f"{document} of {filed.number} is not called genuine: {said.text[:400]}")

    def hands_over(self, filed: Filed, recipient: str = "本人签收") -> None:
        """As soon as everything that is handed over has come; seen at the hub."""
        clerk = self.clerks[filed.station]
        self.until(f"{filed.number} handed over", partial(clerk.hands_over, filed, recipient))
        self.at_hub(filed, Status.HANDED_OVER)

    def at_hub(self, filed: Filed, status: Status) -> None:
        self.until(f"{filed.number} {status} at the hub", lambda: self.officers.sees(filed).status is status)
        self.keep(filed, status)


def run(teller: Teller, folder: Path, *, stop: Callable[[], None]) -> bool:
    """True if all of it held. `stop` is called when only ending is left."""
    from stage import afterwards, disasters, ends, hall, journey

    teller.say("自动检查：全部数据在", f"the check keeps everything in {folder}")
    held, count = False, 0
    try:
        with _stage(teller, folder) as stage:
            for chapter in (
                *journey.CHAPTERS,
                *ends.CHAPTERS,
                *hall.CHAPTERS,
                *afterwards.CHAPTERS,
                *disasters.CHAPTERS,
            ):
                chapter(stage)
            _count(stage)
            _start_again(stage)
            _nobody_in_logs(stage)
        _nothing_left(teller, folder, stage.house)
        held, count = True, len(stage.filed)
    except KeyboardInterrupt:
        teller.say("已中断", "interrupted")
    except Exception:  # the border: whatever it was, it is shown, and everything is ended
        traceback.print_exc(file=sys.stdout)
    finally:
        stop()
    teller.line()
    if held:
        teller.say(f"全部通过：{count} 件，{teller.steps} 步", f"all held: {count} cases, {teller.steps} steps")
    else:
        teller.say("未通过", "it did not hold")
    return held


@contextmanager
def _stage(teller: Teller, folder: Path) -> Iterator[Stage]:
    made = district.prepare(folder, any_ports=True, tell=teller.say)
    wire = Wire(made.hub.broker.port)
    wire.start()
    house = House(made)
    boya = house.stations[WIRED]
    boya.settings = on_wire(boya.settings, wire)
    try:
        with teller.step("区中心、消息服务和三个服务站已启动", "hub, broker and three stations are at work"):
            house.start(teller)
        rng, has_fonts = random.Random(SEED), told_about_fonts(teller)
        clerks = {
            name: Clerk(name, party.url, "clerk", house.passwords[name]["clerk"], rng, has_fonts=has_fonts)
            for name, party in house.stations.items()
        }
        roles = {person.account: person.role for person in district.PEOPLE[Kind.HUB]}
        officers = Officers(house.hub.url, roles, house.passwords["hub"])
        yield Stage(teller, house, clerks, officers, wire, rng, {item.code: item for item in standard_items()})
    finally:
        house.stop()
        wire.stop()


def on_wire(settings: Settings, wire: Wire) -> Settings:
    """The station's way to its broker leads over our wire."""
    write_settings(replace(settings, broker=replace(settings.broker, port=wire.port)))
    return read_settings(settings.folder)


def _count(stage: Stage) -> None:
    stage.teller.chapter("清点", "Everything is counted")
    with stage.teller.step(
        "每件恰好一次，两端状态一致，决定全部回到服务站",
        "every case once, the same on both screens, every decision home",
    ):
        stage.delivered(*(filed for filed, _ in stage.filed))
        stage.until("the screens agree", lambda: not differences(stage), 20)


def differences(stage: Stage) -> list[str]:
    """What is not as it must be, one line each; raised if there is any, so that it is read."""
    found: list[str] = []
    at_hub = _by_number(found, "hub", stage.officers.all_cases())
    every: set[str] = set()
    for name, clerk in stage.clerks.items():
        here = _by_number(found, name, clerk.all_cases())
        wanted = {filed.number: status for filed, status in stage.filed if filed.station == name}
        every |= wanted.keys()
        for number in sorted(wanted.keys() | here.keys()):
            seen, hub, must = here.get(number), at_hub.get(number), wanted.get(number)
            if seen is None or hub is None or must is None or not seen.status == hub.status == must:
                found.append(f"{number}: must be {must}, {name} shows {seen}, the hub {hub}")
            elif "区中心已收" not in seen.sync:
                found.append(f"{number}: {name} calls it {seen.sync}")
    found += [f"{number}: only at the hub" for number in at_hub.keys() - every]
    if found:
        raise NotThere("; ".join(found))
    return found


def _by_number(found: list[str], where: str, lines: list[tuple[str, Seen]]) -> dict[str, Seen]:
    seen: dict[str, Seen] = {}
    for number, one in lines:
        if number in seen:
            found.append(f"{number}: twice at {where}")
        seen[number] = one
    return seen


def _start_again(stage: Stage) -> None:
    with stage.teller.step(
        "全部停止后再启动，昨天的件都在", "all of it stopped and started: yesterday's cases are there"
    ):
        stage.house.stop()
        stage.house.start(stage.teller)
        stage.until("the screens agree", lambda: not differences(stage), 20)


def _nobody_in_logs(stage: Stage) -> None:
    with stage.teller.step(
        "日志里没有任何人的姓名、证件号、电话", "no name, number or telephone of anybody is in a log"
    ):
        private = {
            answer
            for filed, _ in stage.filed
            for one in filed.item.fields
            if (answer := filed.answers.get(one.key, ""))
            and one.type in ("id_number", "phone", "credit_code", "address")
        }
        for log in stage.house.district.folder.glob("logs/*.log"):
            text = log.read_text("utf-8", "replace")
            if any(answer in text for answer in private):
                raise NotThere(f"{log.name} holds what an applicant has written")


def _nothing_left(teller: Teller, folder: Path, house: House) -> None:
    with teller.step("没有遗留的进程，端口全部释放", "no process is left, and all ports are free"):
        left = at_work_in(folder)
        ports = [party.settings.http.port for party in house.parties()] + [house.district.hub.broker.port]
        taken = [port for port in ports if not district.is_free(port)]
        if left or taken:
            raise NotThere(f"processes {left}, ports {taken}")
