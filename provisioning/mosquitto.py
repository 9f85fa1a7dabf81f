"""Mosquitto, run and reloaded so that it can never be left open.

Mosquitto 2.0.11 fails open: an ACL that it cannot read at SIGHUP opens every topic to everybody, a
bad CRL lets revoked boxes in again, and only a log line tells. So rules change through
reload_broker() alone: both files are checked, put in place, the broker is told, and then two
canaries must be refused. If one is not, the broker is stopped: silence is safe, the journals wait.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import secrets
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from cryptography import x509

from protocol.errors import Damaged, Unreachable
from protocol.exchange.topics import HUB
from protocol.settings import Settings, write_whole
from provisioning import canary
from provisioning.authority import CANARY_GOOD, CANARY_REVOKED, Authority
from provisioning.render import mosquitto_conf, own_user

MOSQUITTO = "/usr/sbin/mosquitto"
DEADLINE_S = 10.0
CRL_AT_LEAST_DAYS = 30
_NOT_GIVEN_OUT = range(20_000, 32_768)  # Linux takes the ports of connections from above (ip_local_port_range)
_PORTS = cycle(secrets.SystemRandom().sample(_NOT_GIVEN_OUT, len(_NOT_GIVEN_OUT)))


@dataclass(frozen=True, slots=True)
class Rules:
    """What a broker is reloaded with. `number` rises; the ACL lets the good canary speak on it, and on nothing else."""

    acl: str
    crl: bytes
    number: int


def canary_acl(district: str, number: int) -> str:
    return f"\nuser {CANARY_GOOD}\ntopic write {canary.proof_topic(district, number)}\n"


def make_broker_folder(
    hub: Settings, authority: Authority, host: str, port: int, hosts: list[str], at: datetime
) -> None:
    """The hub's broker folder, all but the rules. What is there stays; the configuration is rendered anew.

    `host` may be empty: the listener stays where it was.
    """
    folder = hub.broker_dir
    if not host:
        kept = folder / "listener"
        host = kept.read_text("ascii").split()[0] if kept.exists() else "127.0.0.1"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o750)
    if not (folder / "server.crt").exists():
        key, chain = authority.issue_server(hosts, at)
        write_whole(folder / "server.key", key, 0o640)
        write_whole(folder / "server.crt", chain, 0o640)
    write_whole(folder / "device-bundle.pem", authority.device_bundle, 0o640)
    password = hub.path(hub.broker.password_file)
    if not password.exists():
        write_whole(password, secrets.token_urlsafe(24).encode())
    write_whole(folder / "passwd", f"{HUB}:{_hashed(hub.broker_password)}\n".encode(), 0o640)
    write_whole(folder / "mosquitto.conf", mosquitto_conf(hub, port, host).encode(), 0o640)
    write_whole(folder / "listener", f"{host} {port}".encode(), 0o640)


def place_canaries(hub: Settings, authority: Authority, at: datetime) -> None:
    for name in (CANARY_GOOD, CANARY_REVOKED):
        file, _ = authority.canary(name, at)
        write_whole(hub.broker_dir / f"{name}.pem", file.read_bytes())


def reload_broker(hub: Settings, rules: Rules, at: datetime, kick: list[str]) -> bool:
    """Afterwards the broker works by `rules`, or it does not work at all. False: it was not running; the files wait.

    `kick` are stations whose live session is cut: a new CRL alone does not end it.

    :raises Damaged: config: the rules are bad and were not put in place; broker-open: a canary got through, and
        the broker was stopped
    """
    folder = hub.broker_dir
    check_crl(rules.crl, folder, at)
    check_acl(rules.acl)
    write_whole(folder / "acl", rules.acl.encode(), 0o640)
    write_whole(folder / "crl.pem", rules.crl, 0o640)
    return tell_and_prove(hub, rules.number, kick)


def tell_and_prove(hub: Settings, number: int, kick: list[str]) -> bool:
    """SIGHUP, then the two canaries; see reload_broker().

    :raises Damaged: broker-deaf: a broker answers whose process is not found; broker-open
    """
    process = running(hub)
    if process is None:
        # A broker that we cannot signal would go on by the old rules while we said that a station is revoked.
        if _answers("127.0.0.1", hub.broker.port):
            raise Damaged("damaged.broker-deaf", address=f"127.0.0.1:{hub.broker.port}")
        return False
    os.kill(process, signal.SIGHUP)
    why = prove(hub, number)
    if why is not None:
        stop_process(process)
        raise Damaged("damaged.broker-open", why=why)
    for station in kick:
        canary.take_over(hub.broker.host, hub.broker.port, HUB, hub.broker_password, station)
    return True


def prove(hub: Settings, number: int) -> str | None:
    """None if the broker works by the rules of `number` and keeps both canaries out, else what is wrong."""
    folder = hub.broker_dir
    host, port = listener(hub)
    try:
        return canary.prove(
            host,
            port,
            hub.district_ca,
            good=folder / f"{CANARY_GOOD}.pem",
            revoked=folder / f"{CANARY_REVOKED}.pem",
            district=hub.district,
            number=number,
            deadline_s=DEADLINE_S,
        )
    except OSError as why:
        return f"{type(why).__name__}: {why}"


def check_crl(crl: bytes, folder: Path, at: datetime) -> None:
    """:raises Damaged: not signed by our issuing CA, from the future, soon stale, or not newer than the one in place"""
    try:
        new = x509.load_pem_x509_crl(crl)
        issuing = x509.load_pem_x509_certificates((folder / "device-bundle.pem").read_bytes())[0]
        if not new.is_signature_valid(issuing.public_key()):  # type: ignore[arg-type]  # our CAs are P-256
            raise ValueError("not signed by the issuing CA")
        if new.last_update_utc > at:
            raise ValueError("it begins in the future: everybody would be refused")
        if new.next_update_utc is None or new.next_update_utc < at + timedelta(days=CRL_AT_LEAST_DAYS):
            raise ValueError(f"less than {CRL_AT_LEAST_DAYS} days are left of it")
        old = folder / "crl.pem"
        if old.exists() and _crl_number(new) <= _crl_number(x509.load_pem_x509_crl(old.read_bytes())):
            raise ValueError("its number did not rise")
    except (ValueError, x509.ExtensionNotFound) as why:
        raise Damaged("damaged.config", file="crl.pem", why=str(why)) from why


def check_acl(acl: str) -> None:
    """A throw-away broker must start with it: 2.0 has no way to test a configuration.

    :raises Damaged: it does not
    """
    with tempfile.TemporaryDirectory(prefix="microcenter-acl-") as name:
        folder = Path(name)
        port = free_port()
        (folder / "acl").write_text(acl, "utf-8")
        os.chmod(folder / "acl", 0o600)
        (folder / "conf").write_text(
            f"user {own_user()}\nlistener {port} 127.0.0.1\nallow_anonymous false\nacl_file {folder}/acl\n"
        )
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([MOSQUITTO, "-c", str(folder / "conf")], stdout=log, stderr=log)  # noqa: S603
        try:
            _await_port("127.0.0.1", port, process, folder / "log")
        except Unreachable as why:
            raise Damaged(
                "damaged.config", file="acl", why=(folder / "log").read_text("utf-8", "replace")[-300:]
            ) from why
        finally:
            process.kill()  # not SIGTERM: one that comes between listening and the main loop is lost in 2.0.11
            process.wait()


class Mosquitto:
    """A broker of ours, run as a child: for a demo, the tests and the journeys. In production systemd runs it."""

    def __init__(self, hub: Settings) -> None:
        self._hub = hub
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Afterwards both listeners take connections, and the canaries have been refused.

        :raises Unreachable: it does not start
        :raises Damaged: broker-open
        """
        hub = self._hub
        hub.run.mkdir(parents=True, exist_ok=True)
        log = hub.run / "mosquitto.log"
        with log.open("ab") as file:
            self._process = subprocess.Popen(  # noqa: S603
                [MOSQUITTO, "-c", str(hub.broker_dir / "mosquitto.conf")], stdout=file, stderr=file
            )
        try:
            _await_port(*listener(hub), self._process, log)
            _await_port("127.0.0.1", hub.broker.port, self._process, log)
            why = prove(hub, _crl_number(x509.load_pem_x509_crl((hub.broker_dir / "crl.pem").read_bytes())))
            if why is not None:
                raise Damaged("damaged.broker-open", why=why)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def listener(hub: Settings) -> tuple[str, int]:
    """Where to knock at the listener for boxes from this machine."""
    host, port = (hub.broker_dir / "listener").read_text("ascii").split()
    return ("127.0.0.1" if host in ("0.0.0.0", "::") else host), int(port)  # noqa: S104 - compared, not bound


def running(hub: Settings) -> int | None:
    """The process id of this hub's Mosquitto, whoever started it."""
    try:
        pid = int((hub.broker_dir / "mosquitto.pid").read_text("ascii"))
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        # The number may have gone to another program since. A dead child that nobody waited for has no command line.
        named = [Path(os.fsdecode(word)) for word in command.split(b"\0") if word.endswith(b"mosquitto.conf")]
        files = [file if file.is_absolute() else Path(f"/proc/{pid}/cwd").resolve() / file for file in named]
    except (OSError, ValueError):
        return None
    return pid if hub.broker_dir.resolve() / "mosquitto.conf" in [file.resolve() for file in files] else None


def stop_process(pid: int) -> None:
    """SIGTERM, and SIGKILL for one that does not listen. systemd does not start it again: it ended well."""
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + DEADLINE_S
    command = Path(f"/proc/{pid}/cmdline")
    while time.monotonic() < deadline:
        try:
            if not command.read_bytes():
                return
        except OSError:
            return
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)


def free_port() -> int:
    """A port of this machine that nobody listens on, of those that no outgoing connection is given.

    One of the system's own choosing would be of the others: the next connection that anybody opens may take it
    before a server is started on it, today or after the next start of the machine. The same one is not told twice.
    :raises OSError: all were tried
    """
    for port in islice(_PORTS, len(_NOT_GIVEN_OUT)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError(errno.EADDRINUSE, "no free port")


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def _await_port(host: str, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            why = log.read_text("utf-8", "replace").strip().splitlines()[-1:] or ["no word"]
            raise Unreachable("unreachable.broker", address=f"{host}:{port}", why=why[0])
        if _answers(host, port):
            return
        time.sleep(0.02)
    raise Unreachable("unreachable.broker", address=f"{host}:{port}", why="it does not listen")


def _crl_number(crl: x509.CertificateRevocationList) -> int:
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def _hashed(password: str) -> str:
    """As mosquitto_passwd writes it: PBKDF2-SHA512."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 101)
    return f"$7$101${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"
