"""The enrolment door: a small HTTPS server of the office, apart from the hub's pages.

It holds the issuing key, so it is its own process under its own user. Two things can be done here:
POST /enrol and POST /installed. Neither needs to trust the wire: the request shows that it knows
the token without saying it, and the answer is signed for the box's own key.
"""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import msgspec

from protocol.clock import Clock, WallClock
from protocol.codes import TEXTS
from protocol.errors import Distrusted, MicrocenterError, Refused, Unreachable
from protocol.settings import write_whole
from provisioning.answer import answer, confirm
from provisioning.enrol import MAX_BYTES
from provisioning.office import Office, open_office

TIMEOUT_S = 20.0
AT_ONCE = 8  # boxes in the middle of a request; the others wait in the kernel's queue

log = logging.getLogger(__name__)


class Problem(msgspec.Struct, frozen=True):
    """Why the office said no, for the installer's screen."""

    code: str
    why: str


class Door:
    """Serves one office until stop(). The office is opened for each request, so commands can work beside it."""

    def __init__(self, office: Path, host: str, port: int, hosts: list[str], clock: Clock | None = None) -> None:
        self._office = office
        self._address = (host, port)
        self._hosts = hosts
        self._clock = clock or WallClock()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.server_address[1])

    def start(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(*_server_certificate(self._office, self._hosts, self._clock.now()))
        self._server = _Server(self._address, self._office, self._clock, context)
        self._thread = threading.Thread(target=self._server.serve_forever, name="enrolment door")
        self._thread.start()

    def stop(self) -> None:
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = self._thread = None


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], office: Path, clock: Clock, context: ssl.SSLContext) -> None:
        self.office = office
        self.clock = clock
        self._context = context
        self.room = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        log.exception("enrolment: a request broke off")

    def get_request(self) -> tuple[socket.socket, Any]:
        """The handshake waits for the handler's first read: here one silent client would close the door for all."""
        plain, address = super().get_request()
        plain.settimeout(TIMEOUT_S)
        return self._context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False), address


def _installed(office: Office, data: bytes, at: datetime) -> bytes:
    confirm(office, data)
    return b""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = TIMEOUT_S
    protocol_version = "HTTP/1.1"
    server_version = "microcenter"
    sys_version = ""

    ACTS: ClassVar[dict[str, Callable[[Office, bytes, datetime], bytes]]] = {"/enrol": answer, "/installed": _installed}

    def handle(self) -> None:
        with self.server.room:
            try:
                super().handle()
            except OSError:
                self.close_connection = True

    def do_POST(self) -> None:
        self.close_connection = True
        act = self.ACTS.get(self.path)
        if act is None:
            self._say(404, b"")
            return
        at: datetime = self.server.clock.now()
        try:
            size = int(self.headers.get("Content-Length", "0"))
            if not 0 < size <= MAX_BYTES:
                raise Distrusted("distrusted.oversized", size=size, limit=MAX_BYTES)
            data = self.rfile.read(size)
            with open_office(self.server.office) as office:
                self._say(200, act(office, data, at))
        except (Refused, Distrusted) as why:
            log.warning("enrolment refused code=%s why=%s", why.code, why.text)
            self._say(403, msgspec.json.encode(Problem(why.code, str(why.params.get("why", "")))))
        except MicrocenterError as why:
            log.error("enrolment failed code=%s", why.code, exc_info=why)
            self._say(
                500, msgspec.json.encode(Problem("", "中心出错，见其日志 | the office has a fault; its log says which"))
            )

    def _say(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        log.info("enrolment %s", format % args)


def post(url: str, path: str, data: bytes, ca: Path | None) -> bytes:
    """Carry bytes to the office and its answer back. `ca` is the server root if the box has it already.

    Without it the wire is encrypted and not proved: enough, because nothing on it is secret and the
    answer is checked against the pin (see above).

    :raises Refused: the office said no, in its words
    :raises Unreachable: no wire, or something else answered
    """
    parts = urlsplit(url)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca is not None:
        context.load_verify_locations(ca)
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(
        parts.hostname or "", parts.port or 8443, timeout=TIMEOUT_S, context=context
    )
    try:
        connection.request("POST", path, data)
        response = connection.getresponse()
        body = response.read(MAX_BYTES * 16)
    except (OSError, http.client.HTTPException) as why:
        raise Unreachable("unreachable.hub", why=str(why)) from why
    finally:
        connection.close()
    if response.status == 200:
        return body
    try:
        problem = msgspec.json.decode(body, type=Problem)
    except msgspec.DecodeError as why:
        raise Unreachable("unreachable.hub", why=f"对方应答 {response.status} | it answered {response.status}") from why
    if not problem.code:
        raise Unreachable("unreachable.hub", why=problem.why)
    if problem.code in TEXTS and problem.code.startswith("refused."):
        raise Refused(problem.code, why=problem.why)
    raise Refused("refused.token", why=problem.why or problem.code)


def _server_certificate(office: Path, hosts: list[str], at: datetime) -> tuple[Path, Path]:
    """Chain and key of the door, made once and kept beside the register."""
    chain, key = office / "door.crt", office / "door.key"
    if not chain.exists():
        with open_office(office) as opened:
            made_key, made_chain = opened.authority.issue_server(hosts, at)
        write_whole(key, made_key)
        write_whole(chain, made_chain, 0o644)
    return chain, key
