"""What to type next, as whole lines that can be copied: the end of a command is where an installer looks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from protocol.documents.sealing import Seal
from protocol.settings import BrokerKind, Kind, ReplicaKind, Settings
from provisioning.mosquitto import MOSQUITTO
from provisioning.units import USER


def after_init(office: Path, hub: Settings) -> list[str]:
    own = f"microcenter-provision --office {office}"
    broker = [f"    {MOSQUITTO} -c {hub.broker_dir}/mosquitto.conf"] * (hub.broker.kind is BrokerKind.MOSQUITTO)
    return [
        "下一步 next:",
        f"  {own} catalogue    # 签发事项目录 sign the catalogue",
        f"  microcenter-hub account add NAME --role admin --folder {hub.folder}    # 第一个账号 the first account",
        f"  {own} render UNITS --folder {hub.folder}    # 生成 systemd 服务 the services",
        "  没有 systemd 时，各占一个终端 without systemd, each in a terminal of its own:",
        *broker,
        f"    microcenter-hub serve --folder {hub.folder}",
        f"    {own} serve",
    ]


def after_enrolment(box: Path) -> list[str]:
    return [
        "下一步 next:",
        f"  microcenter-node account add NAME --role head --folder {box}    # 第一个账号 the first account",
        f"  microcenter-provision render UNITS --folder {box}    # 生成 systemd 服务 its service",
        f"  microcenter-node serve --folder {box}    # 没有 systemd 时 without systemd",
        f"  microcenter-provision doctor --folder {box}    # 检查 check",
    ]


def after_sealing(seal: Seal) -> list[str]:
    return [
        f"电子印章“{seal.name}”可用至 the seal is good until {seal.good_until:%Y-%m-%d}",
        "  测试证书，不具有法律效力 a test certificate of this district's own, without effect in law",
    ]


def after_rendering(settings: Settings, office: Path | None, out: Path, units: Sequence[str]) -> list[str]:
    """The services run under an account of their own; who made the folder as root must hand it over."""
    owned = office or settings.folder
    own, made = str(owned), ""
    if settings.replica.kind is ReplicaKind.FOLDER and not settings.replica_dir.is_relative_to(owned):
        own, made = f"{owned} {settings.replica_dir}", f"mkdir -p {settings.replica_dir} && "  # a unit makes no folder
    return [
        f"下一步 next ({USER} 是服务的账号 is the services' account):",
        f"  useradd --system --home-dir {owned} --shell /usr/sbin/nologin {USER}    # 仅一次 once",
        f"  {made}chown -R {USER}: {own}",
        f"  cp {out}/microcenter-* /etc/systemd/system/ && systemctl daemon-reload",
        f"  systemctl enable --now {' '.join(units)}",
        f"  以后的命令都用该账号 from now on as that account: runuser -u {USER} -- microcenter-provision ...",
    ]


ANEW = (
    "区中心运行 revive 站名，本机再运行 revive：数据从副本恢复 | "
    "`revive STATION` at the office, then `revive` here: the data comes back from the replica"
)


def restoring(settings: Settings) -> str:
    if settings.kind is Kind.HUB:
        return "microcenter-provision revive hub"
    return (
        f"先停服务；区中心 microcenter-provision revive {settings.party}，再在本机 revive | "
        f"stop the service; `revive {settings.party}` at the office, then `revive` here"
    )


def starting(settings: Settings) -> str:
    name = "microcenter-hub" if settings.kind is Kind.HUB else "microcenter-node"
    return f"启动服务 start it: systemctl start {name}，或 or {name} serve --folder {settings.folder}"


def starting_broker(settings: Settings) -> str:
    if settings.broker.kind is BrokerKind.EMBEDDED:
        return starting(settings)
    return f"systemctl start microcenter-broker，或 or {MOSQUITTO} -c {settings.broker_dir}/mosquitto.conf"
