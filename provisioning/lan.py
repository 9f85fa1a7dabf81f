"""A station's pages on its LAN: the certificate for its names there, and what the PCs in the room have to be told.

Without TLS a browser on another PC gets no camera. The office signs for the key that the box proved when it was
enrolled, so nothing secret travels and no request is needed; the names are the office's own, never the box's. A
certificate for pages is of the server root, which the PCs trust: it must never bear a name of the district's own servers.
"""

from __future__ import annotations

import argparse
import base64
import ipaddress
import json
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from protocol.clock import WallClock
from protocol.errors import Damaged, Distrusted, Refused
from protocol.settings import Settings, read_settings, write_settings, write_whole
from protocol.store import Store
from provisioning import register
from provisioning.authority import Authority
from provisioning.enrol import BrokerHint

# kind of machine -> where its browser begins; {counter} is a number of the room
HOMES = {
    "desk": "/desk",
    "ticket": "/ticket",
    "screen": "/screen",
    "counter-screen": "/screen/{counter}",
    "pad": "/rate/{counter}",
    "kiosk": "/kiosk",
    "form": "/form",
    "query": "/query",
}
_TOUCHED = ("ticket", "kiosk", "form", "query")  # citizens stand there one after the other
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_IDLE_MINUTES = 10  # after the page itself has cleared everything: whatever is left on the screen


class Office(Protocol):
    @property
    def authority(self) -> Authority: ...
    @property
    def store(self) -> Store: ...
    @property
    def broker(self) -> BrokerHint: ...


# -- at the office


def page_certificate(office: Office, station: str, names: Sequence[str], at: datetime) -> bytes:
    """The chain in PEM for the box in use, good for these names and addresses; again makes a new one.

    :raises Refused: no-station: no box is in use there; page-names: one is no host, or is the district's own
    """
    for name in names:
        if not is_host(name) or name in (office.broker.host, "localhost") or _is_loopback(name):
            raise Refused("refused.page-names", name=name)
    with office.store.read() as db:
        box = register.box_in_use(db, station)
    if box is None or not box.certificate:
        raise Refused("refused.no-station", station=station)
    key = x509.load_pem_x509_certificate(box.certificate.encode()).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    certificate = office.authority.issue_pages(station, key, list(names), at)
    return certificate.public_bytes(Encoding.PEM) + office.authority.server_root.pem


def is_host(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return bool(_HOST.fullmatch(text)) and len(text) < 254
    return True


def _is_loopback(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


# -- at the box


def install_pages(settings: Settings, chain: bytes, redirect_port: int, at: datetime) -> Settings:
    """Afterwards the station serves its pages by https, from its next start on.

    :raises Distrusted: page-certificate: not of this district, for another key, or not good today
    """
    certificate = read_pages(chain)
    try:
        root = x509.load_pem_x509_certificate(settings.district_ca.read_bytes())
        certificate.verify_directly_issued_by(root)
        own = load_pem_private_key(settings.tls_key.read_bytes(), None)
    except OSError as why:
        raise Damaged("damaged.keys", party=settings.party, why=type(why).__name__) from why
    except (ValueError, TypeError, InvalidSignature) as why:
        raise Distrusted("distrusted.page-certificate") from why
    if _spki(certificate.public_key()) != _spki(own.public_key()):
        raise Distrusted("distrusted.page-certificate")
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise Distrusted("distrusted.page-certificate")
    write_whole(settings.pages_crt, chain, 0o644)
    settings = replace(settings, http=replace(settings.http, tls=True, redirect_port=redirect_port))
    write_settings(settings)
    return settings


def read_pages(chain: bytes) -> x509.Certificate:
    """The first certificate of a chain, once it is one for servers with names.

    :raises Distrusted: page-certificate
    """
    try:
        certificate = x509.load_pem_x509_certificate(chain)
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (ValueError, x509.ExtensionNotFound) as why:
        raise Distrusted("distrusted.page-certificate") from why
    if list(usage) != [ExtendedKeyUsageOID.SERVER_AUTH]:
        raise Distrusted("distrusted.page-certificate")
    return certificate


def names_of(certificate: x509.Certificate) -> list[str]:
    """As they stand in it, addresses last."""
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))]


def _spki(key: object) -> bytes:
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


# -- for the PCs in the room


def origin_of(settings: Settings) -> str:
    """https://name:port as the PCs open it.

    :raises Refused: no-pages: this station does not serve https yet
    """
    if not settings.http.tls or not settings.pages_crt.exists():
        raise Refused("refused.no-pages")
    name = names_of(read_pages(settings.pages_crt.read_bytes()))[0]
    host = f"[{name}]" if ":" in name else name
    return f"https://{host}" + (f":{settings.http.port}" if settings.http.port != 443 else "")


def policies(settings: Settings, kind: str) -> dict[str, object]:
    """Chromium's managed policies for a PC of this kind (chromeenterprise.google/policies): whom it trusts, and what it
    may open. The district's root is among them, so no certificate has to be put into the PC by hand.
    """
    origin = origin_of(settings)
    root = x509.load_pem_x509_certificate(settings.district_ca.read_bytes())
    everywhere: dict[str, object] = {
        "CACertificates": [base64.b64encode(root.public_bytes(Encoding.DER)).decode()],
        "AutofillAddressEnabled": False,
        "AutofillCreditCardEnabled": False,
        "BrowserSignin": 0,
        "DefaultNotificationsSetting": 2,
        "MetricsReportingEnabled": False,
        "PasswordManagerEnabled": False,
        "TranslateEnabled": False,
        "AudioCaptureAllowed": False,
        "VideoCaptureAllowed": False,
        "VideoCaptureAllowedUrls": [origin],
    }
    if kind == "desk":
        return everywhere | {"LocalNetworkAccessAllowedForUrls": [origin]}  # the card reader on the counter's own PC
    alone = everywhere | {
        "URLBlocklist": ["*"],
        "URLAllowlist": [origin],
        "AutoplayAllowlist": [origin],
        "DeveloperToolsAvailability": 2,
        "DownloadRestrictions": 3,
        "IncognitoModeAvailability": 2,
        "PrintingEnabled": kind in ("kiosk", "query"),
    }
    if kind in _TOUCHED:
        alone |= {"IdleTimeout": _IDLE_MINUTES, "IdleTimeoutActions": ["close_browsers"]}
    return alone


def start_line(settings: Settings, kind: str) -> str:
    """How the browser is started on that machine."""
    home = origin_of(settings) + HOMES[kind].format(counter=1)
    if kind == "desk":
        return f"chromium {home}"
    printing = " --kiosk-printing" if kind in ("kiosk", "query") else ""
    return f"chromium --kiosk --incognito --disable-pinch{printing} {home}"


def trust_words(settings: Settings, file: Path) -> list[str]:
    """How the district's root gets into a PC."""
    return [
        f"区根证书已写入 the district's root is in {file}",
        "Chromium（推荐 best）: microcenter-provision kiosk-policy desk --out desk.json"
        " -> /etc/chromium/policies/managed/microcenter.json",
        f"Windows（管理员 as administrator）: certutil -addstore Root {file.name}",
        f"Debian、Ubuntu、统信、麒麟 : cp {file.name} /usr/local/share/ca-certificates/ && update-ca-certificates",
        f"Firefox: 设置→证书→导入 settings, certificates, import {file.name}",
        f"然后打开 then open: {origin_of(settings)}/desk",
    ]


# -- as commands


def add_options(command: Callable[[str, str], argparse.ArgumentParser], port: Callable[[str], int]) -> None:
    folder = "本机文件夹 the station's folder (default: %(default)s)"
    made = command("pages", "签发站点页面的 https 证书 at the office: a certificate for a station's pages on its LAN")
    made.add_argument("station", help="站名 the station")
    made.add_argument(
        "names", nargs="+", help="局域网名称或地址，第一个最常用 its names or addresses, the usual one first"
    )
    made.add_argument("--out", type=Path, required=True, help="证书写入文件（不含密钥） write it here; nothing secret")
    made = command("pages-install", "安装页面证书并改用 https at the box: install it and serve by https from now on")
    made.add_argument("certificate", type=Path, help="证书文件 the certificate")
    made.add_argument(
        "--redirect-port", type=port, default=0, help="http 跳转端口 lead http from this port to https (default: none)"
    )
    made.add_argument("--folder", type=Path, default=Path("/var/lib/microcenter"), help=folder)
    made = command("ca-install", "电脑如何信任本站 at the box: the district's root for the PCs, and how it gets there")
    made.add_argument("out", type=Path, help="根证书写入文件 where to write the root")
    made.add_argument("--folder", type=Path, default=Path("/var/lib/microcenter"), help=folder)
    made = command("kiosk-policy", "浏览器策略文件 at the box: Chromium's managed policies for a machine of the room")
    made.add_argument("kind", choices=[*HOMES], help="设备种类 which machine; desk: 窗口电脑 a counter's PC")
    made.add_argument("--out", type=Path, help="写入文件 write it here; else it is shown")
    made.add_argument("--folder", type=Path, default=Path("/var/lib/microcenter"), help=folder)


def acts(
    open_office: Callable[[Path], AbstractContextManager[Office]], say: Callable[[str], None]
) -> dict[str, Callable[[argparse.Namespace], int]]:
    def pages(options: argparse.Namespace) -> int:
        with open_office(options.office) as office:
            chain = page_certificate(office, options.station, options.names, WallClock().now())
        write_whole(options.out, chain, 0o644)
        good_until = read_pages(chain).not_valid_after_utc
        say(f"页面证书已写入 the certificate is in {options.out}, 有效至 good until {good_until:%Y-%m-%d}")
        say(f"下一步，在站点 next, at the box: microcenter-provision pages-install {options.out.name}")
        return 0

    def install(options: argparse.Namespace) -> int:
        settings = read_settings(options.folder)
        settings = install_pages(settings, options.certificate.read_bytes(), options.redirect_port, WallClock().now())
        say(f"重启站点后用 https after its next start the station is at {origin_of(settings)}")
        say("下一步 next: microcenter-provision ca-install district-ca.crt")
        return 0

    def trust(options: argparse.Namespace) -> int:
        settings = read_settings(options.folder)
        lines = trust_words(settings, options.out)
        write_whole(options.out, settings.district_ca.read_bytes(), 0o644)
        say("\n".join(lines))
        return 0

    def policy(options: argparse.Namespace) -> int:
        settings = read_settings(options.folder)
        text = json.dumps(policies(settings, options.kind), indent=2, sort_keys=True)
        if options.out is None:
            say(text)
            return 0
        write_whole(options.out, (text + "\n").encode(), 0o644)
        say(f"策略已写入 the policies are in {options.out}; 放到 put it into /etc/chromium/policies/managed/")
        say(f"启动 start: {start_line(settings, options.kind)}")
        return 0

    return {"pages": pages, "pages-install": install, "ca-install": trust, "kiosk-policy": policy}
