"""A district on one machine: broker, hub and three stations; or, with --check, the proof that it does its main job.

Started by `scripts/demo`, which sees to the packages first. Everything lies in one folder. What is started here
ends here: with Ctrl-C, with SIGTERM, with the terminal.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from stage import check, district, past, room  # noqa: E402 - only now they can be found
from stage.house import House  # noqa: E402
from stage.processes import NotStarted  # noqa: E402
from stage.telling import Teller, complain, told_about_fonts  # noqa: E402

from protocol.errors import MicrocenterError  # noqa: E402

TROUBLE, BUSY = 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """0: ended by Ctrl-C, or everything held; 1: it did not; 2: another demo works on this folder."""
    options = _options(argv)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # SIGINT too: a script's child begins with it ignored
        signal.signal(number, _as_ctrl_c)
    teller = Teller()
    try:
        return _check(teller, options) if options.check else _run(teller, options.folder or Path("demo-data"))
    except district.Occupied as why:
        complain(
            f"该文件夹已有演示在运行，进程号 {why}", f"A demo is at work on this folder already, as process {why}."
        )
        return BUSY
    except NotStarted as why:
        complain(f"未能启动：\n{why}", "It did not start; the last lines of its log are above.")
        return TROUBLE
    except MicrocenterError as why:
        complain(f"未能启动：{why}", why.hint)
        return TROUBLE


def _run(teller: Teller, folder: Path) -> int:
    folder = folder.resolve()
    with district.held(folder):
        before = (folder / "register.db").exists()
        teller.say(
            "沿用已有的数据" if before else "第一次启动：建立区中心和三个服务站",
            f"{'what was there goes on' if before else 'first start: a hub and three stations are made'}: {folder}",
        )
        house = None
        try:
            with district.choosing_ports():
                house = House(district.prepare(folder, any_ports=False, tell=teller.say))
                house.furnish()
                if past.is_new(house.district):
                    past.play(house.district, teller)
                room.let_people_in(house.district.stations[room.ROOM])
                house.start(teller)
            told_about_fonts(teller)
            print(_welcome(house), flush=True)
            house.watch(teller)
        except KeyboardInterrupt:
            print()
        finally:
            _no_more_signals()
            began = time.monotonic()
            if house is not None:
                house.stop()
            took = time.monotonic() - began
            teller.say("已全部停止；下次启动接着用", f"all of it has stopped in {took:.1f} s; the next start goes on")
    return 0


def _check(teller: Teller, options: argparse.Namespace) -> int:
    folder = (options.folder or Path(tempfile.mkdtemp(prefix="microcenter-check-"))).resolve()
    with district.held(folder):
        held = check.run(teller, folder, stop=_no_more_signals)
    if held and options.folder is None:
        shutil.rmtree(folder)
    elif not held:
        complain(f"数据和日志保留在 {folder}", f"Data and logs are kept in {folder} (logs/).")
    return 0 if held else TROUBLE


def _welcome(house: House) -> str:
    made = house.district
    secrets = house.passwords
    lines = ["", "== 已就绪 · ready", ""]
    for party in house.parties():
        own = party.settings
        lines.append(f"  {own.name.zh}  {own.name.en}")
        lines.append(f"    {party.url}/   进程 process {party.process.pid if party.process else '-'}")
        for person in district.PEOPLE[own.kind]:
            lines.append(f"    {person.account:<11} {secrets[own.party][person.account]:<20} {person.zh} {person.role}")
    broker = made.hub.broker
    station, hub = house.stations[room.ROOM], house.hub
    lines += [
        f"  {station.settings.name.zh}是一间完整的大厅，设备都是仿真的 is a whole room, its devices are fakes:",
        *(f"    {station.url}{path:<10} {zh} {en}" for path, zh, en in room.ADDRESSES),
        f"  MQTT  mqtt://{broker.host}:{broker.port}（由区中心启动 started by the hub）",
        "",
        "== 试一试 · what to try",
        f"  1. 在 {station.url}/ 以 clerk 登录，搜“居住证”，填表、传材料、提交、打印收件回执",
        "     Sign in there as clerk, look for 居住证, fill the form, attach papers, submit, print the receipt.",
        f"  2. 在 {hub.url}/ 一件办到底，每一环换一个人：acceptor 受理，reviewer 审核，approver 准予，issuer 发证；",
        "     回到服务站打印决定书、登记送达。每人的待办只有自己这一环，审核过的人不能审批",
        "     There each link is another person: acceptor, reviewer, approver, issuer; then hand the result over at the",
        "     station. Nobody does another's work on the same case.",
        "  3. 改一个事项：editor 在“发布”起草、签署，publisher 批准，先到一个服务站再到全区（签名口令就是登录密码）",
        "     Change an item: editor drafts and signs under “Publications”, publisher approves; one station first, then all",
        "     (the pass phrase of the key is the password).",
        "  4. 在本终端输入 off 回车：区中心和消息服务断电；服务站照常收件，显示“等待上传”。输入 on 恢复",
        "     Type off and Enter here: hub and broker are gone; stations go on, “waiting to upload”. on brings them back.",
        f"  5. kill -9 {station.process.pid if station.process else ''}：服务站进程被杀，几秒后自动恢复，已保存的件都在",
        "     kill -9 that process: the station is back in seconds, with every case that was saved.",
        f"  6. 大厅：在 {station.url}/ticket 取号，以 clerk 登录按 F4 叫号，看 /screen；办完后 /rate/1 的评价器会醒来",
        "     The room: draw a number at /ticket, sign in as clerk and press F4, look at /screen; rate at /rate/1 afterwards.",
        "  7. scripts/demo --check：自动走完整个流程，包括断网、断电、丢盘",
        "     walks the whole journey by itself: cut wires, killed processes, lost disks.",
        "",
        f"  全部数据 everything lies in: {made.folder}",
        "    hub/ stations/<站>/  各自的 SQLite（data/）和 Litestream 副本（replica/）their SQLite and replicas",
        "    accounts.json 账号密码 passwords · logs/ 日志 logs · authority/ register.db 密钥与登记簿 keys, register",
        "  Ctrl-C 全部停止 stops all of it",
        "",
    ]
    return "\n".join(lines)


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description="一台机器上的一个区 a district on one machine")
    parser.add_argument("--folder", type=Path, help="数据文件夹 keep everything there (default: ./demo-data)")
    parser.add_argument("--check", action="store_true", help="自动走完整个流程 walk the whole journey by itself")
    return parser.parse_args(argv)


def _as_ctrl_c(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _no_more_signals() -> None:
    """What is ending ends; a second Ctrl-C does not leave half of it behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
