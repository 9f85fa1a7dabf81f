"""The words of `microcenter-provision`: its commands, their options and their help, in both languages.

No option takes a token: other people on the machine can read a command line.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from protocol.exchange.topics import HUB
from protocol.settings import BrokerKind
from provisioning import lan
from provisioning.publishers import add_options

DESCRIPTION = "区中心与现场安装：入网、换机、吊销、检查 enrol, revive, revoke and check the boxes of a district"
ORDER = """\
顺序 in order (每条命令都可重复运行 every command may be run again):
  区中心 office    init, catalogue, render; plan STATION --out FILE 把文件交给安装员 give the file to the installer
  站点联网 box     enrol --token-file FILE, doctor
  站点离线 stick   request (box) -> answer (office) -> install (box) -> installed (office)
  换机 replace     revive STATION --out FILE (office), revive --token-file FILE (box)
  失窃 stolen      revoke STATION --reason "..." (office)

退出码 exit codes: 0 完成 done, 10 需要处理 somebody should act, 20 未完成 not done, 2 命令有误 misspelt command
--office 也可用环境变量 or as MICROCENTER_OFFICE in the environment"""


def parser(acts: Mapping[str, Callable[[argparse.Namespace], int]]) -> argparse.ArgumentParser:
    """`acts` has the function of each command, by its name."""
    parser = argparse.ArgumentParser(
        prog="microcenter-provision",
        description=DESCRIPTION,
        epilog=ORDER,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--office",
        type=Path,
        default=Path(os.environ.get("MICROCENTER_OFFICE", "/var/lib/microcenter")),
        help="区中心文件夹 the office's folder: authority, register, hub (default: %(default)s)",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(act=acts[name])
        return made

    def for_box(made: argparse.ArgumentParser) -> None:
        made.add_argument(
            "--folder",
            type=Path,
            default=Path("/var/lib/microcenter"),
            help="本机文件夹 the party's folder, with party.toml (default: %(default)s)",
        )

    def for_token(made: argparse.ArgumentParser) -> None:
        made.add_argument("--token-file", type=Path, help="邀请码文件 the invitation; else standard input or a prompt")

    def for_settings(made: argparse.ArgumentParser, port: int = 0) -> None:
        made.add_argument(
            "--http-host", default="127.0.0.1", help="页面地址 where pages are served (default: %(default)s)"
        )
        made.add_argument(
            "--http-port", type=_port, default=port, help=f"页面端口 and their port (default: {port or 8080})"
        )
        made.add_argument("--replica", type=Path, help="副本文件夹 the replica's folder, on a second disk")

    def for_invitation(made: argparse.ArgumentParser) -> None:
        made.add_argument(
            "--url", type=_url, default="", help="入网服务地址，写进邀请码 the enrolment door, for the invitation"
        )
        made.add_argument("--out", type=Path, help="邀请码写入文件 write the invitation here; else it is shown")

    def for_wire(made: argparse.ArgumentParser) -> None:
        made.add_argument("--url", type=_url, default="", help="入网服务地址 the enrolment door, https://host:8443")
        made.add_argument("--ca", type=Path, help="中心根证书 the district's server root, if the box has it already")

    made = command("init", "建立区中心：密钥与登记簿 set up a district: authority, register, the hub's folder")
    made.add_argument("district", help="区名 the district's name: 3 to 32 of a-z, 0-9, -")
    made.add_argument("--zh", type=_words, default="区政务服务中心", help="中文名称 name in Chinese")
    made.add_argument("--en", type=_words, default="District service center", help="英文名称 name in English")
    made.add_argument(
        "--broker",
        choices=[*BrokerKind],
        default=BrokerKind.MOSQUITTO,
        help="消息代理 mosquitto: 证书认证 with certificates; embedded: 演示或小区 for a demo or a small district",
    )
    made.add_argument(
        "--broker-port",
        type=_port,
        default=0,
        help="站点连接的端口 where stations connect (default: 8883, embedded 1883)",
    )
    made.add_argument(
        "--loopback-port", type=_port, default=1884, help="区中心本机端口 the hub's own way in (default: %(default)s)"
    )
    made.add_argument("--listen", default="", help="消息代理监听地址 where the broker listens (default: 0.0.0.0)")
    made.add_argument(
        "--hosts", nargs="+", default=["127.0.0.1"], help="中心域名或地址 the hub's names; the first is told to boxes"
    )
    for_settings(made, 8080)

    made = command("plan", "登记站点并发放令牌 enter a station and hand out a token (72 h)")
    made.add_argument("station", help="站名 its name in the system: 3 to 32 of a-z, 0-9, -")
    made.add_argument("--zh", type=_words, required=True, help="中文名称 name in Chinese")
    made.add_argument("--en", type=_words, required=True, help="英文名称 name in English")
    made.add_argument(
        "--tier",
        required=True,
        choices=["town", "village", "residential", "business"],
        help="镇街、村、小区、商圈 which kind of station",
    )
    for_invitation(made)

    made = command("serve", "入网服务 the enrolment door")
    made.add_argument(
        "--listen", type=_door, default="0.0.0.0:8443", help="监听地址 address:port (default: %(default)s)"
    )

    made = command("enrol", "联网入网 enrol this box over the network")
    for_box(made)
    for_token(made)
    for_settings(made)
    for_wire(made)

    made = command("request", "离线入网第一步：写请求 without a network, 1: write the request to a stick")
    made.add_argument("out", type=Path, help="请求文件 where to write it")
    made.add_argument("--replace", action="store_true", help="换机 the box takes the place of another one")
    for_box(made)
    for_token(made)

    made = command("answer", "离线入网第二步：中心签发 2, at the office: answer a request")
    made.add_argument("request", type=Path, help="请求文件 the request")
    made.add_argument("out", type=Path, help="应答文件 where to write the answer")

    made = command("install", "离线入网第三步：安装应答 3, at the box: install the answer")
    made.add_argument("answer", type=Path, help="应答文件 the answer")
    made.add_argument("--out", type=Path, help="回执 where to write the confirmation for the office")
    made.add_argument("--without-replica", default="", metavar="REASON", help="没有副本的原因 why there is no replica")
    for_box(made)
    for_token(made)
    for_settings(made)

    made = command("installed", "离线入网第四步：登记回执 4, at the office: take in the confirmation")
    made.add_argument("confirmation", type=Path, help="回执文件 the confirmation")

    made = command(
        "revive",
        "换机恢复：先在中心加站名，再在新机器上 replace a dead box: at the office with STATION, then at the new box without",
    )
    made.add_argument(
        "station", nargs="?", default="", help=f"站名，在中心运行时 at the office; {HUB!r} restores the hub itself"
    )
    made.add_argument("--reason", default="replaced", help="换机原因 why, for the register (office)")
    made.add_argument("--without-replica", default="", metavar="REASON", help="没有副本的原因 why there is no replica")
    made.add_argument("--out", type=Path, help="邀请码写入文件 write the invitation here (office)")
    for_box(made)
    for_token(made)
    for_settings(made)
    for_wire(made)

    made = command("revoke", "吊销 revoke a station's box: nothing is taken from it any more")
    made.add_argument("station", help="站名 the station")
    made.add_argument("--reason", type=_words, required=True, help="原因 why, for the register")

    made = command("keyring", "名册与警报 show boxes and alarms, write the keyring anew")
    made.add_argument("--out", type=Path, help="把名册写到 U 盘 write the signed keyring to a stick")
    made.add_argument("--seen", action="store_true", help="警报已处理 the alarms were dealt with: not shown again")
    made.add_argument("--json", action="store_true", help="机器可读 for programs")

    made = command("catalogue", "签发事项目录 sign the catalogue; the hub sends it to every station")
    made.add_argument("items", type=Path, nargs="?", help="事项文件夹 a folder of item files; else the standard items")

    made = command("seal", "签发区中心的电子印章（测试证书） issue the hub's electronic seal (a test certificate)")
    made.add_argument(
        "--name", type=_words, help="印章上的机关名称 the authority on it (default: the hub's Chinese name)"
    )

    made = command(
        "publisher", "目录发布人：登记、取消、查看 who may sign and approve the catalogue: enter, revoke, show"
    )
    add_options(made)

    lan.add_options(command, _port)

    made = command("render", "生成 systemd 单元 render systemd's units for a party's folder")
    made.add_argument("out", type=Path, help="写到此文件夹 the folder to write to")
    made.add_argument(
        "--door",
        type=_door,
        default="0.0.0.0:8443",
        help="入网服务监听地址 where `serve` listens (default: %(default)s)",
    )
    for_box(made)

    command("broker-reload", "更新并验证消息代理权限 renew the broker's rules, proved by canaries")

    made = command("doctor", "检查本机 check this box: one line each, and the next step")
    for_box(made)
    made.add_argument("--json", action="store_true", help="机器可读 for programs")
    return parser


def _words(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("不能为空 must not be empty")
    return text.strip()


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError("端口为 1 到 65535 a port is between 1 and 65535")
    return int(text)


def _door(text: str) -> str:
    if not re.fullmatch(r"\S+:\d{1,5}", text):
        raise argparse.ArgumentTypeError("地址形如 the form is 0.0.0.0:8443")
    return text


def _url(text: str) -> str:
    if text and not re.fullmatch(r"https://[^/\s]+/?", text):
        raise argparse.ArgumentTypeError("地址形如 the form is https://host:8443")
    return text
