"""`microcenter-provision`: what the hub's operator and the field installer do at a terminal.

Every command may be run again and goes on where it stopped. Each says what it did in Chinese and
English. A token is never an argument (others can read those): it comes from a file, from standard
input or from a prompt. Exit codes: 0 done, 10 somebody should act, 20 blocked.
"""

from __future__ import annotations

import argparse
import dataclasses
import getpass
import json
import logging
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from protocol.catalogue.reading import load_folder, standard_items
from protocol.clock import WallClock
from protocol.errors import MicrocenterError, Refused
from protocol.exchange.topics import HUB
from protocol.settings import FILE, BrokerKind, Http, Name, Replica, ReplicaKind, Settings, read_settings, write_whole
from provisioning import lan, publishers, register
from provisioning.answer import answer, confirm
from provisioning.doctor import examine, exit_code
from provisioning.enrol import (
    BrokerHint,
    confirmation,
    install,
    installed_by,
    make_request,
    planned_settings,
    read_answer,
)
from provisioning.findings import Level
from provisioning.grammar import parser
from provisioning.mosquitto import running
from provisioning.next_steps import after_enrolment, after_init, after_rendering, after_sealing
from provisioning.office import HubPlan, make_office, open_office
from provisioning.owner import as_its_owner
from provisioning.register import State, Station
from provisioning.revive import bring_back, fence_and_plan, nobody_at_work, revive, revive_hub, set_aside
from provisioning.serve import Door, post
from provisioning.tokens import Invitation, read_invitation
from provisioning.units import render_units
from provisioning.words import told

DONE, ACT, BLOCKED = 0, 10, 20
_SIGNS = {Level.OK: "[ 正常 ok   ]", Level.WARN: "[ 注意 warn ]", Level.FAIL: "[ 失败 fail ]"}


def main(argv: Sequence[str] | None = None) -> int:
    options = parser(ACTS).parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    try:
        if options.act not in (_doctor, _render):
            as_its_owner(options.office, getattr(options, "folder", options.office))
        return int(options.act(options))
    except MicrocenterError as why:
        print("\n".join(told(why)), file=sys.stderr)
    except OSError as why:
        print(f"未完成 not done: {why.strerror or why}: {why.filename or ''}", file=sys.stderr)
        print("下一步 next: 核对路径和权限 | check the path and who may read and write there", file=sys.stderr)
    return BLOCKED


# -- the operator's commands


def _init(options: argparse.Namespace) -> int:
    before = (options.office / "hub" / "party.toml").exists()
    embedded = options.broker == BrokerKind.EMBEDDED
    host = options.hosts[0]
    plan = HubPlan(
        district=options.district,
        name=Name(options.zh, options.en),
        http=Http(options.http_host, options.http_port),
        broker=BrokerHint(
            kind=BrokerKind(options.broker),
            host=host,
            port=options.broker_port or (1883 if embedded else 8883),
            tls=not embedded,
            protocol=4 if embedded else 5,
        ),
        replica=_replica(options) or Replica(),
        hosts=tuple(dict.fromkeys([*options.hosts, "127.0.0.1", "localhost"])),
        listen=options.listen or ("" if before else "0.0.0.0"),  # noqa: S104 - stations come from outside
        loopback_port=options.loopback_port,
    )
    make_office(options.office, plan, _now())
    with open_office(options.office) as office:
        hub = office.hub
        print(f"区中心已建立 district {office.authority.district} is set up in {options.office}")
        if before:
            print(f"原有设置保留 what was set before stays: {hub.folder}/party.toml, {options.office}/broker.json")
        print(f"校验码 pin: {office.pin}")
        print(f"请把 authority/ 备份到保险柜 keep a sealed copy of {office.authority.folder}")
        print("\n".join(after_init(options.office.resolve(), hub)))
    return DONE


def _plan(options: argparse.Namespace) -> int:
    at = _now()
    with open_office(options.office) as office:
        station = Station(options.station, options.zh, options.en, options.tier)
        invitation = office.admit(station, at, options.url)
    print(f"站点已登记 {options.station} is entered; 令牌 72 小时有效 the token is good for 72 h")
    return _hand_out(invitation, options.out)


def _serve(options: argparse.Namespace) -> int:
    logging.getLogger().setLevel(logging.INFO)
    host, _, port = options.listen.rpartition(":")
    with open_office(options.office) as office:
        hosts = list(dict.fromkeys([office.broker.host, "127.0.0.1", "localhost"]))
    door = Door(options.office, host.strip("[]"), int(port), hosts)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    door.start()
    print(f"入网服务 enrolment at https://{host}:{door.port}", flush=True)
    ended.wait()
    door.stop()
    return DONE


def _answer(options: argparse.Namespace) -> int:
    with open_office(options.office) as office:
        data = answer(office, options.request.read_bytes(), _now())
    write_whole(options.out, data, 0o644)
    print(f"应答已写入 the answer is in {options.out}; 只对该机器有效 it is good for that box alone")
    return DONE


def _installed(options: argparse.Namespace) -> int:
    with open_office(options.office) as office:
        confirm(office, options.confirmation.read_bytes())
    print("站点已启用 the box is active")
    return DONE


def _replace(options: argparse.Namespace) -> int:
    """The office's half of `revive`; for the hub itself, all of it."""
    at = _now()
    with open_office(options.office) as office:
        if options.station == HUB:
            revive_hub(office, at, without_replica=options.without_replica, say=print)
            print("区中心数据已恢复 the hub's databases are back; 请启动 start it: stations give back what is missing")
            return DONE
        invitation = fence_and_plan(office, options.station, options.reason, at, options.url)
    print(f"旧机器已隔离 the old box of {options.station} is fenced; 令牌 24 小时有效 the token is good for 24 h")
    return _hand_out(invitation, options.out)


def _revoke(options: argparse.Namespace) -> int:
    with open_office(options.office) as office:
        box = office.fence(options.station, State.REVOKED, options.reason, _now())
    if box is None:
        print(f"{options.station} 没有在用的机器 has no box in use; 令牌已作废 open tokens are void")
    else:
        print(f"已吊销 revoked {options.station}/{box.box}: 名册、权限、吊销列表已更新 keyring, ACL, CRL renewed")
    _say_if_down(options.office)
    return DONE


def _keyring(options: argparse.Namespace) -> int:
    """Shows who is in; writes the keyring anew; `--out` gives it to a stick, `--seen` puts the alarms away."""
    with open_office(options.office) as office:
        if options.seen:
            with office.store.write() as tx:
                register.alarms_seen(tx, _now())
        office.publish(_now())
        with office.store.read() as db:
            content = register.keyring(db, office.authority.district)
            boxes, alarms = register.boxes(db), register.alarms(db)
        data = office.hub.keyring.read_bytes()
    if options.out:
        write_whole(options.out, data, 0o644)
    if options.json:
        rows = [{"station": b.station, "box": b.box, "state": b.state, "not_after": b.not_after} for b in boxes]
        kept = [dataclasses.asdict(alarm) for alarm in alarms]
        print(json.dumps({"number": content.number, "boxes": rows, "alarms": kept}, ensure_ascii=False))
        return ACT if alarms else DONE
    print(f"名册 keyring {content.number}")
    for box in boxes:
        print(f"  {box.station}/{box.box}  {box.state:<11} {box.not_after[:10]} {box.reason}")
    for alarm in alarms:
        print(f"  警报 alarm {alarm.at[:19]} {alarm.station} {alarm.kind}: {alarm.text}")
    return ACT if alarms else DONE


def _catalogue(options: argparse.Namespace) -> int:
    items = load_folder(options.items) if options.items else standard_items()
    with open_office(options.office) as office:
        number = office.issue_catalogue(items, _now())
    print(f"事项目录第 {number} 号已签发 catalogue {number} is signed, {len(items)} items read")
    return DONE


def _seal(options: argparse.Namespace) -> int:
    with open_office(options.office) as office:
        print("\n".join(after_sealing(office.issue_seal(options.name or office.hub.name.zh, _now()))))
    return DONE


def _broker_reload(options: argparse.Namespace) -> int:
    with open_office(options.office) as office:
        office.publish(_now())
        if office.hub.broker.kind is BrokerKind.EMBEDDED:
            print("内置消息代理自行读取 the embedded broker reads its rules by itself")
            return DONE
    if _say_if_down(options.office):
        return ACT
    print("权限与吊销已更新并验证 the rules of Mosquitto are renewed and proved")
    return DONE


# -- the installer's commands


def _enrol(options: argparse.Namespace) -> int:
    invitation = _invitation(options.token_file)
    url = _url(options, invitation)
    if done := installed_by(options.folder, invitation.token):
        return _finish(options, done, url)
    print("[1/4] 生成密钥与请求 keys and request")
    request = make_request(options.folder, invitation.token)
    print(f"[2/4] 向区中心申请 asking {url}")
    data = post(url, "/enrol", request, options.ca)
    print("[3/4] 核对并安装 checking and installing")
    settings = install(options.folder, data, invitation, _http(options), _replica(options))
    return _finish(options, settings, url)


def _revive(options: argparse.Namespace) -> int:
    if options.station:
        return _replace(options)
    invitation = _invitation(options.token_file)
    url = _url(options, invitation)
    settings = revive(
        options.folder,
        invitation,
        lambda request: post(url, "/enrol", request, options.ca),
        _now(),
        http=_http(options),
        replica=_replica(options),
        without_replica=options.without_replica,
        say=print,
    )
    return _finish(options, settings, url)


def _request(options: argparse.Namespace) -> int:
    invitation = _invitation(options.token_file)
    if options.replace:
        if installed_by(options.folder, invitation.token):
            raise Refused("refused.enrolled", station=invitation.token.station)
        with nobody_at_work(options.folder):
            set_aside(options.folder, _now())
    write_whole(options.out, make_request(options.folder, invitation.token), 0o644)
    print(f"请求已写入 the request is in {options.out}; 请交区中心 take it to the office, keep the invitation")
    return DONE


def _install(options: argparse.Namespace) -> int:
    invitation = _invitation(options.token_file)
    data = options.answer.read_bytes()
    http, replica = _http(options), _replica(options)
    said, _ = read_answer(data, invitation)
    if said.box > 1 and not installed_by(options.folder, invitation.token):
        settings = planned_settings(options.folder, said, http, replica)
        if not settings.restored_note.exists():
            with nobody_at_work(options.folder):
                bring_back(settings, _now(), without_replica=options.without_replica, say=print)
    settings = install(options.folder, data, invitation, http, replica)
    if options.out:
        write_whole(options.out, confirmation(settings), 0o644)
        print(f"回执已写入 the confirmation is in {options.out}; 请交区中心 take it to the office")
    return _finish(options, settings, "")


def _doctor(options: argparse.Namespace) -> int:
    folder = options.folder
    if not (folder / FILE).exists() and (folder / HUB / FILE).exists():
        folder = folder / HUB  # the office's folder was meant
    lines = examine(folder, _now())
    if options.json:
        print(json.dumps([dataclasses.asdict(line) for line in lines], ensure_ascii=False))
        return exit_code(lines)
    for line in lines:
        print(f"{_SIGNS[line.level]} {line.check:<16} {line.zh} | {line.en}")
        if line.next_step:
            print(f"{'':15}下一步 next: {line.next_step}")
    return exit_code(lines)


def _render(options: argparse.Namespace) -> int:
    settings = read_settings(options.folder)
    names = []
    office = options.office.resolve() if (options.office / "authority").is_dir() else None
    options.out.mkdir(parents=True, exist_ok=True)
    for unit in render_units(settings, Path(sys.executable).parent.absolute(), office, options.door):
        write_whole(options.out / unit.name, unit.text.encode(), 0o644)
        print(f"已写入 wrote {options.out / unit.name}")
        if "[Install]" in unit.text:
            names.append(unit.name)
    print("\n".join(after_rendering(settings, office, options.out, names)))
    return DONE


# -- what they share


def _now() -> datetime:
    return WallClock().now()


def _invitation(file: Path | None) -> Invitation:
    """From a file, a pipe or a prompt: never from the command line."""
    if file is not None:
        return read_invitation(file.read_text("utf-8"))
    ask = "邀请码 invitation (token pin address): "
    return read_invitation(getpass.getpass(ask) if sys.stdin.isatty() else sys.stdin.read())


def _hand_out(invitation: Invitation, out: Path | None) -> int:
    if out is None:
        print(invitation.text)
    else:
        write_whole(out, (invitation.text + "\n").encode())
        print(f"邀请码已写入 the invitation is in {out}")
    return DONE


def _url(options: argparse.Namespace, invitation: Invitation) -> str:
    url = options.url or invitation.url
    if not url:
        raise Refused("refused.token", why="邀请码里没有地址，请加 --url | the invitation has no address: add --url")
    return str(url)


def _http(options: argparse.Namespace) -> Http | None:
    return Http(options.http_host, options.http_port) if options.http_port else None


def _replica(options: argparse.Namespace) -> Replica | None:
    if not options.replica:
        return None
    return Replica(kind=ReplicaKind.FOLDER, folder=str(options.replica.absolute()))


def _finish(options: argparse.Namespace, settings: Settings, url: str) -> int:
    """The office hears that the box is in; then the token has done its work and leaves the box."""
    if url:
        print("[4/4] 向区中心报到 telling the office", flush=True)
        post(url, "/installed", confirmation(settings), settings.district_ca)
    if options.token_file is not None:
        options.token_file.unlink(missing_ok=True)
    print(f"入网完成 {settings.party} is enrolled in {options.folder}")
    print("\n".join(after_enrolment(settings.folder)))
    return DONE


def _say_if_down(folder: Path) -> bool:
    """Rules that no broker has read yet are not called in force."""
    with open_office(folder) as office:
        down = office.hub.broker.kind is BrokerKind.MOSQUITTO and running(office.hub) is None
    if down:
        print("消息代理未运行，启动时生效 the broker does not run; it will take the rules when it starts")
    return down


ACTS: dict[str, Callable[[argparse.Namespace], int]] = {
    "init": _init,
    "plan": _plan,
    "serve": _serve,
    "enrol": _enrol,
    "request": _request,
    "answer": _answer,
    "install": _install,
    "installed": _installed,
    "revive": _revive,
    "revoke": _revoke,
    "keyring": _keyring,
    "catalogue": _catalogue,
    "publisher": publishers.act(open_office, print),
    "seal": _seal,
    "render": _render,
    "broker-reload": _broker_reload,
    "doctor": _doctor,
    **lan.acts(open_office, print),
}


if __name__ == "__main__":
    sys.exit(main())
