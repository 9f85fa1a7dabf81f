"""What the promises are about: no hub, no broker, killed processes, lost disks, files copied back by hand."""

from __future__ import annotations

import random
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from protocol.cases.rules import Act, Status
from protocol.clock import WallClock
from protocol.settings import read_settings
from provisioning.office import open_office
from provisioning.revive import revive_here
from stage.browser import NotThere, Page
from stage.check import Stage
from stage.papers import Sheet, picture
from stage.people import Filed, number_on
from stage.processes import Party, at_work_in

KILLS = 10
AT_ONCE = 3  # forms that are being sent when the process is killed


def hub_and_broker_gone(stage: Stage) -> None:
    """The embedded broker remembers nothing: killed and started again, it is a broker that was wiped."""
    teller, hub = stage.teller, stage.house.hub
    teller.chapter("区中心和消息服务断电，消息服务清空", "Hub and broker gone, the broker wiped")
    decided = stage.files("guihu", "P08")
    stage.delivered(decided)
    with teller.step(
        "断电前一刻作出的决定，恢复后送到服务站", "a decision of the last moment comes home when the power is back"
    ):
        stage.officers.acts(decided, Act.ACCEPT)
        hub.kill()
    with teller.step("三个服务站照常收件：等待上传", "all three stations go on: waiting to upload"):
        dark = [stage.files(name, "P08") for name in stage.clerks]
        for filed in dark:
            if (sync := stage.clerks[filed.station].sees(filed).sync) != "等待上传":
                raise NotThere(f"{filed.number} is shown as {sync}")
    with teller.step("恢复：区中心已收，不多不少", "back again: received, each of them once"):
        hub.start()
        stage.delivered(*dark)
        stage.home(decided, Status.ACCEPTED)


# -- killed in the middle of submitting


@dataclass(slots=True)
class Sent:
    """One press of the button, and what came of it before the process died."""

    filed: Filed
    again: Callable[[], Page]
    answer: Page | None = None


def killed_while_submitting(stage: Stage) -> None:
    """`kill -9` while forms are being sent, sooner and later; what was answered is there, what was not is sent again."""
    teller, station = stage.teller, stage.house.stations["guihu"]
    clerk, item = stage.clerks["guihu"], stage.items["P08"]
    teller.chapter(
        "服务站进程被杀（kill -9），在提交的任意时刻", "The station is killed (kill -9) at any moment of submitting"
    )
    answered = saved = lost = 0
    with teller.step("量一次提交要多久", "how long submitting takes is measured once"):
        filed = clerk.drafts(item)
        press = clerk.submitting(filed)
        began = time.monotonic()
        filed.number = number_on(press())
        usual_s = time.monotonic() - began
        stage.keep(filed, Status.RECEIVED)
    rng = random.Random(KILLS)
    for number in range(KILLS):
        with teller.step(
            f"第 {number + 1} 次：杀掉、重启、重按提交", f"kill {number + 1}: started again, the button pressed again"
        ):
            every = [Sent(filed, clerk.submitting(filed)) for filed in (clerk.drafts(item) for _ in range(AT_ONCE))]
            _kill_during(station, every, rng.uniform(0, AT_ONCE * usual_s))
            station.start()
            for sent in every:
                there = clerk.has(sent.filed)
                if sent.answer is not None and not there:
                    raise NotThere("a case that was shown as saved is gone")
                answered += sent.answer is not None
                saved += sent.answer is None and there
                lost += not there
                number_on(sent.again())
                number_on(sent.again())  # and once more: a double press makes no second case
                sent.filed.number = number_on(clerk.open(f"/cases/{sent.filed.id}"))
                stage.keep(sent.filed, Status.RECEIVED)
    with teller.step("材料上传到一半被杀：重传即可", "killed in the middle of an upload: it is sent again"):
        filed = clerk.begins(item)
        clerk.fills(filed)
        sheet = picture("sheet", stage.rng, 700)
        upload = Sent(filed, clerk.attaching(filed, item.required_materials[0].code, sheet))
        _kill_during(station, [upload], usual_s / 2)
        station.start()
        if upload.again().status != 200:
            raise NotThere("the upload is not taken again")
        clerk.attaches_all(filed)
        filed.number = number_on(clerk.submitting(filed)())
        stage.keep(filed, Status.RECEIVED)
    count = KILLS * AT_ONCE
    teller.say(
        f"{count} 件：{answered} 件已答复，{saved} 件已存未答复，{lost} 件尚未存",
        f"of {count}: {answered} were answered, {saved} saved and not answered, {lost} not saved before the kill",
    )
    with teller.step("每件恰好一次到达区中心", "each is at the hub exactly once"):
        stage.delivered(*(one for one, _ in stage.filed if one.station == "guihu"))


def _kill_during(station: Party, every: list[Sent], after_s: float) -> None:
    def send(sent: Sent) -> None:
        with suppress(OSError):
            page = sent.again()
            sent.answer = page if page.status == 200 else None

    threads = [threading.Thread(target=send, args=(sent,)) for sent in every]
    for thread in threads:
        thread.start()
    time.sleep(after_s)  # the moment of the kill is what is drawn
    station.kill()
    for thread in threads:
        thread.join()


# -- disks


def stations_disk_gone(stage: Stage) -> None:
    teller, name = stage.teller, "guihu"
    officers, station = stage.officers, stage.house.stations[name]
    teller.chapter(
        "服务站的盘坏了：从副本恢复，缺的由区中心补回",
        "The station's disk is gone: its replica, and the hub for what is not in it",
    )
    before = [stage.files(name, "L08") for _ in range(2)]
    stage.delivered(*before)
    with teller.step("副本停在此刻", "the replica stops at this moment"):
        older = _older_replica(stage, station)
    with teller.step("之后又收件、又有决定", "after it, cases are taken in and decisions come home"):
        later = [stage.files(name, "P08") for _ in range(2)]
        stage.delivered(*later)
        for filed in (before[0], later[0]):
            officers.acts(filed, Act.ACCEPT)
            stage.home(filed, Status.ACCEPTED)
    with teller.step(
        "盘没了；换机：隔离旧机，从副本恢复",
        "the disk is gone; a new box: the old one fenced, the replica brought back",
    ):
        station.kill()
        _lose_disk(stage, station, older)
        with open_office(stage.house.district.folder) as office:
            station.settings = revive_here(office, station.settings.folder, "盘坏 disk failed", WallClock().now())
        station.start()
    with teller.step("新收一件，缺的补回，状态一致", "a case is taken in at once; what was missing is given back"):
        fresh = stage.files(name, "P08")
        for filed, status in ((later[0], Status.ACCEPTED), (later[1], Status.RECEIVED), (before[0], Status.ACCEPTED)):
            stage.home(filed, status)
        stage.delivered(fresh, *later)
        _papers_back(stage, later[1])


def hubs_disk_gone(stage: Stage) -> None:
    teller, officers, hub = stage.teller, stage.officers, stage.house.hub
    teller.chapter(
        "区中心的盘坏了：恢复到旧副本，缺的由服务站补回",
        "The hub's disk is gone: an older copy, and the stations for the rest",
    )
    before = [stage.files(name, "P08") for name in stage.clerks]
    stage.delivered(*before)
    with teller.step("副本停在此刻", "the replica stops at this moment"):
        older = _older_replica(stage, hub)
    with teller.step("之后又收件、又作决定，都已到服务站", "after it, cases come in and decisions go home"):
        later = [stage.files(name, "L08") for name in stage.clerks]
        stage.delivered(*later)
        for filed in (before[0], before[1], later[0]):
            officers.acts(filed, Act.ACCEPT)
            stage.home(filed, Status.ACCEPTED)
        officers.decides(later[0], Act.GRANT)
        stage.home(later[0], Status.ISSUED)
    with teller.step("盘没了；从旧副本恢复并启动", "the disk is gone; the older copy is brought back"):
        hub.kill()
        _lose_disk(stage, hub, older)
        with open_office(stage.house.district.folder) as office:
            revive_here(office, hub.settings.folder, "盘坏 disk failed", WallClock().now())
        hub.start()
    with teller.step(
        "服务站补回办件和已作出的决定", "the stations give back cases, papers and the hub's own decisions"
    ):
        for filed, status in ((before[0], Status.ACCEPTED), (before[1], Status.ACCEPTED), (later[0], Status.ISSUED)):
            stage.at_hub(filed, status)
        # until the two have spoken, a station can only show what the hub once receipted
        stage.whole_at_hub(*before, *later)
        stage.delivered(*before, *later)


def copied_back_by_hand(stage: Stage) -> None:
    teller, name = stage.teller, "hexing"
    officers, station = stage.officers, stage.house.stations[name]
    teller.chapter("有人把服务站的数据文件手工拷回", "A station's files are copied back by hand")
    before = stage.files(name, "P08")
    stage.delivered(before)
    aside = stage.house.district.folder / "copied-by-hand"
    with teller.step("停站，拷一份，启动，继续办理", "stopped, copied, started, worked on"):
        station.stop()
        shutil.copytree(station.settings.data, aside)
        station.start()
        later = [stage.files(name, "L08") for _ in range(2)]
        stage.delivered(*later)
        officers.acts(later[0], Act.ACCEPT)
        stage.home(later[0], Status.ACCEPTED)
    with teller.step(
        "停站，拷回旧文件，没有区中心的情况下启动并收件",
        "stopped, the old files put back, started without a hub, and cases taken in: their numbers were used before",
    ):
        station.stop()
        stage.house.hub.stop()
        shutil.rmtree(station.settings.data)
        shutil.copytree(aside, station.settings.data)
        shutil.rmtree(aside)
        station.start()
        fresh = [stage.files(name, code) for code in ("L08", "P08", "L08")]
        stage.house.hub.start()
    with teller.step("被发现并补回，新旧各一次", "it is found out; old and new are there, each once"):
        stage.home(later[0], Status.ACCEPTED)
        stage.home(later[1], Status.RECEIVED)
        stage.delivered(before, *fresh, *later)
    with teller.step("补回的件照常办理", "what was given back goes on as any other"):
        officers.decides(later[0], Act.GRANT)
        stage.home(later[0], Status.ISSUED)
        stage.hands_over(later[0])


def _older_replica(stage: Stage, party: Party) -> Path:
    """A copy of the second disk as it is when the party has stopped in good order."""
    party.stop()
    aside = stage.house.district.folder / f"older-replica-{party.name}"
    shutil.copytree(party.settings.replica_dir, aside)
    party.start()
    return aside


def _lose_disk(stage: Stage, party: Party, older: Path) -> None:
    """Nothing of the databases is left, and the second disk has not had its last hours either."""
    # the kernel ends litestream with its party; a file that it wrote a moment later would lie on the new disk
    stage.until("its litestream has ended", lambda: not at_work_in(party.settings.folder))
    settings = read_settings(party.settings.folder)
    shutil.rmtree(settings.data)
    shutil.rmtree(settings.replica_dir)
    older.rename(settings.replica_dir)


def _papers_back(stage: Stage, filed: Filed) -> None:
    """The station shows again what was scanned there, byte by byte."""
    clerk = stage.clerks[filed.station]

    def shows(digest: str, sheet: Sheet) -> bool:
        return clerk.open(f"/cases/{filed.id}/papers/{digest}").body == sheet.data

    for digest, sheet in filed.papers.items():
        stage.until(f"paper {digest[:8]} at {filed.station}", partial(shows, digest, sheet))


CHAPTERS = (hub_and_broker_gone, killed_while_submitting, stations_disk_gone, hubs_disk_gone, copied_back_by_hand)
