"""The words of `microcenter-provision`: its commands, their options and their help, in both languages.

No option takes a token: other people on the machine can read a command line.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from protocol.exchange.topics import HUB
from protocol.settings import BrokerKind

DESCRIPTION = "区中心与现场安装：入网、换机、吊销、检查 enrol, revive, revoke and check the boxes of a district"


def parser(acts: Mapping[str, Callable[[argparse.Namespace], int]]) -> argparse.ArgumentParser:
    """`acts` has the function of each command, by its name."""
    parser = argparse.ArgumentParser(prog="microcenter-provision", description=DESCRIPTION)
    parser.add_argument(
        "--office",
        type=Path,
        default=Path(os.environ.get("MICROCENTER_OFFICE", "/var/lib/microcenter")),
        help="区中心文件夹 the office's folder (authority, register, hub)",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(act=acts[name])
        return made

    def for_box(made: argparse.ArgumentParser) -> None:
        made.add_argument(
            "--folder", type=Path, default=Path("/var/lib/microcenter"), help="站点文件夹 the box's folder"
        )

    def for_token(made: argparse.ArgumentParser) -> None:
        made.add_argument("--token-file", type=Path, help="邀请码文件 the invitation; else standard input or a prompt")

    def for_settings(made: argparse.ArgumentParser, port: int = 0) -> None:
        made.add_argument("--http-host", default="127.0.0.1", help="页面地址 where pages are served")
        made.add_argument("--http-port", type=int, default=port, help="页面端口 and their port")
        made.add_argument("--replica", type=Path, help="副本文件夹 the replica's folder, on a second disk")

    def for_wire(made: argparse.ArgumentParser) -> None:
        made.add_argument("--url", default="", help="入网服务地址 the enrolment door, https://host:8443")
        made.add_argument("--ca", type=Path, help="中心根证书 the district's server root, if the box has it already")

    made = command("init", "建立区中心：密钥与登记簿 set up a district: authority, register, the hub's folder")
    made.add_argument("district", help="a-z, 0-9, -")
    made.add_argument("--zh", default="区政务服务中心")
    made.add_argument("--en", default="District service center")
    made.add_argument("--broker", choices=[*BrokerKind], default=BrokerKind.MOSQUITTO)
    made.add_argument("--broker-port", type=int, default=0)
    made.add_argument("--loopback-port", type=int, default=1884)
    made.add_argument("--listen", default="0.0.0.0", help="消息代理监听地址 where the broker listens")  # noqa: S104
    made.add_argument(
        "--hosts", nargs="+", default=["127.0.0.1"], help="中心域名或地址 the hub's names; the first is told to boxes"
    )
    for_settings(made, 8080)

    made = command("plan", "登记站点并发放令牌 enter a station and hand out a token (72 h)")
    made.add_argument("station")
    made.add_argument("--zh", required=True)
    made.add_argument("--en", required=True)
    made.add_argument("--tier", required=True, choices=["town", "village", "residential", "business"])
    made.add_argument("--url", default="")
    made.add_argument("--out", type=Path)

    made = command("serve", "入网服务 the enrolment door")
    made.add_argument("--listen", default="0.0.0.0:8443")

    made = command("enrol", "联网入网 enrol this box over the network")
    for_box(made)
    for_token(made)
    for_settings(made)
    for_wire(made)

    made = command("request", "离线入网第一步：写请求 without a network, 1: write the request to a stick")
    made.add_argument("out", type=Path)
    made.add_argument("--replace", action="store_true", help="换机 the box takes the place of another one")
    for_box(made)
    for_token(made)

    made = command("answer", "离线入网第二步：中心签发 2, at the office: answer a request")
    made.add_argument("request", type=Path)
    made.add_argument("out", type=Path)

    made = command("install", "离线入网第三步：安装应答 3, at the box: install the answer")
    made.add_argument("answer", type=Path)
    made.add_argument("--out", type=Path, help="回执 where to write the confirmation for the office")
    made.add_argument("--without-replica", default="", metavar="REASON")
    for_box(made)
    for_token(made)
    for_settings(made)

    made = command("installed", "离线入网第四步：登记回执 4, at the office: take in the confirmation")
    made.add_argument("confirmation", type=Path)

    made = command(
        "revive",
        "换机恢复：先在中心加站名，再在新机器上 replace a dead box: at the office with STATION, then at the new box without",
    )
    made.add_argument("station", nargs="?", default="", help=f"at the office; {HUB!r} restores the hub itself")
    made.add_argument("--reason", default="replaced")
    made.add_argument("--without-replica", default="", metavar="REASON", help="没有副本的原因 why there is no replica")
    made.add_argument("--out", type=Path)
    for_box(made)
    for_token(made)
    for_settings(made)
    for_wire(made)

    made = command("revoke", "吊销 revoke a station's box: nothing is taken from it any more")
    made.add_argument("station")
    made.add_argument("--reason", required=True)

    made = command("keyring", "名册与警报 show boxes and alarms, write the keyring anew")
    made.add_argument("--out", type=Path)
    made.add_argument("--json", action="store_true")

    made = command("catalogue", "签发事项目录 sign the catalogue; the hub sends it to every station")
    made.add_argument("items", type=Path, nargs="?", help="事项文件夹 a folder of item files; else the standard items")

    made = command("render", "生成 systemd 单元 render systemd's units for a party's folder")
    made.add_argument("out", type=Path)
    made.add_argument("--door", default="0.0.0.0:8443")
    for_box(made)

    command("broker-reload", "更新并验证消息代理权限 renew the broker's rules, proved by canaries")

    made = command("doctor", "检查本机 check this box: one line each, and the next step")
    for_box(made)
    made.add_argument("--json", action="store_true")
    return parser
