"""Brokers for tests: a real Mosquitto and the embedded one, on free ports of this machine."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from pathlib import Path

from hub.embedded_broker import EmbeddedBroker
from protocol.exchange.topics import HUB, acl_lines
from provisioning.mosquitto import free_port

DISTRICT = "lj"
STATIONS = ["lj07", "lj08", "lj09"]
FENCED = ["lj09"]
PASSWORDS = {name: f"{name}-secret" for name in [HUB, *STATIONS]}


def wait_for_port(port: int, seconds: float = 10.0) -> None:
    """:raises TimeoutError: nobody listens there in time"""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError(f"nobody listens on {port}")


class Mosquitto:
    """One broker process with the district's rules, as a hub has it save for TLS. start() after stop() has the same port."""

    def __init__(self, folder: Path, stations: list[str] = STATIONS, fenced: list[str] = FENCED) -> None:
        self.port = free_port()
        self.log = folder / "mosquitto.log"
        self._config = folder / "mosquitto.conf"
        self._process: subprocess.Popen[bytes] | None = None
        acl, passwords = folder / "acl", folder / "passwd"
        acl.write_text(acl_lines(DISTRICT, stations, fenced))
        passwords.write_text("".join(f"{name}:{secret}\n" for name, secret in PASSWORDS.items()))
        subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True, capture_output=True)
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\n"
            "user root\n"  # the folder of a test is closed to everybody else
            "allow_anonymous false\n"
            f"acl_file {acl}\n"
            f"password_file {passwords}\n"
            "persistence false\n"
            "set_tcp_nodelay true\n"
            "max_inflight_messages 20\n"
            "max_queued_messages 1000\n"
            f"log_dest file {self.log}\n"
        )

    def add_listener(self, lines: str) -> None:
        """Before start(): one more way in, in the broker's own words."""
        self._config.write_text(self._config.read_text() + lines)

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["mosquitto", "-c", str(self._config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for_port(self.port)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(10)
            self._process = None


def embedded(port: int = 0) -> EmbeddedBroker:
    return EmbeddedBroker("127.0.0.1", port, DISTRICT, PASSWORDS)
