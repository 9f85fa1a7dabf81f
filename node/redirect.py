"""Leads whoever typed http to the https pages of this station, and does nothing else.

It answers with an address and never with a page, takes no form, and names only the host that it was asked by, if that
is one: what somebody typed over plain http has been read by the whole LAN already.
"""

from __future__ import annotations

import re
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_HOST = re.compile(r"([A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:]{2,45}\])(:[0-9]{1,5})?")
_PATH = re.compile(r"/[A-Za-z0-9._~/-]*")
_TIMEOUT_S = 5


class Redirector:
    """Listens from start() to stop(), which may be called twice."""

    def __init__(self, host: str, port: int, to_port: int) -> None:
        self._address = (host, port)
        self._to_port = to_port
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.server_address[1])

    def start(self) -> None:
        """:raises OSError: the port is taken"""
        suffix = "" if self._to_port == 443 else f":{self._to_port}"

        class Handler(BaseHTTPRequestHandler):
            timeout = _TIMEOUT_S

            def do_GET(self) -> None:
                asked = _HOST.fullmatch(self.headers.get("Host", ""))
                path = self.path.partition("?")[0]
                if asked is None or not _PATH.fullmatch(path):
                    self._say(HTTPStatus.BAD_REQUEST)
                else:
                    self._say(HTTPStatus.TEMPORARY_REDIRECT, f"https://{asked[1]}{suffix}{path}")

            do_HEAD = do_GET

            def _say(self, status: HTTPStatus, location: str = "") -> None:
                self.send_response_only(status)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Length", "0")
                self.send_header("Connection", "close")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: a path may hold the id of a case."""

        self._server = ThreadingHTTPServer(self._address, Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="redirect", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = self._thread = None
