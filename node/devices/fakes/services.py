"""The makers' services of a card reader, played on a port of this machine: two WebSocket dialects and HTTP.

Strict: what is not of the dialect is answered as the real services do, by closing. Trouble is set before a read and
stays until it is taken back: a card lifted half-way, nonsense, silence, a reader that was unplugged behind its service.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Mapping
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

PARTS = ("name", "number", "sex", "nation", "birth", "address", "issuer", "from", "to", "serial", "photo")
_HALF = 5  # so many parts come before the card is lifted
_STOP_S = 5.0


class Trouble(StrEnum):
    NONE = "none"
    NO_CARD = "no-card"
    LIFTED = "lifted"  # the card is taken away while it is read
    NONSENSE = "nonsense"  # bytes that are no answer
    GARBLED = "garbled"  # an answer in which characters were lost
    SILENT = "silent"  # nothing is ever said
    UNPLUGGED = "unplugged"  # the service is there, its reader is not


class Service:
    """One of the two WebSocket services. `card` lies on its reader."""

    def __init__(self, dialect: str, card: Mapping[str, str], port: int = 0) -> None:
        self.card = dict(card)
        self.trouble = Trouble.NONE
        self.reads = 0
        self.dialect = dialect
        self._talk = {"text": self._text, "numbered": self._numbered}[dialect]
        self._port = port
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Listens when this returns; a port that was chosen once is kept over stop()."""
        self._ending.clear()
        self._server = serve(self._serve, "127.0.0.1", self._port, compression=None)
        self._port = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="fake reader")
        self._thread.start()

    def stop(self) -> None:
        """May be called twice."""
        self._ending.set()
        server, self._server = self._server, None
        if server is not None and self._thread is not None:
            server.shutdown()
            self._thread.join(_STOP_S)

    def _serve(self, page: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            for asked in page:
                if not self._talk(page, asked):
                    return

    def _text(self, page: ServerConnection, asked: str | bytes) -> bool:
        if json.loads(asked) != {"type": 4}:
            return False
        self.reads += 1
        if self.trouble is Trouble.NONSENSE:
            page.send("\x02\x03 not JSON {")
        elif self.trouble is Trouble.SILENT:
            self._ending.wait(_STOP_S)
        else:
            code = {Trouble.NO_CARD: -2, Trouble.UNPLUGGED: -3, Trouble.LIFTED: -5}.get(self.trouble, 0)
            page.send(json.dumps({"type": 4, "ret": code} | (self._text_card() if code == 0 else {})))
        return True

    def _text_card(self) -> dict[str, str]:
        card = self.card
        return {
            "name": _garbled(card["name"]) if self.trouble is Trouble.GARBLED else card["name"],
            "sex": card["sex"], "nation": card["nation"], "birth": card["birth"], "addr": card["address"],
            "id_num": card["number"], "depart": card["issuer"], "validityTime": f"{card['from']}-{card['to']}",
            "base64_ID": card["photo"],
        }  # fmt: skip

    def _numbered(self, page: ServerConnection, asked: str | bytes) -> bool:
        if not isinstance(asked, bytes) or len(asked) != 4 or asked[0] != 0xEF or asked[2] != 1:
            return False
        if asked[1] == 0x3C:
            self.reads += 1
            if self.trouble is Trouble.NONSENSE:
                page.send(b"\x00\x01\x02")
            elif self.trouble is Trouble.SILENT:
                self._ending.wait(_STOP_S)
            else:
                page.send(bytes([0xEF, {Trouble.NO_CARD: 0x1D, Trouble.UNPLUGGED: 0x1E}.get(self.trouble, 0x1B), 0, 0]))
            return True
        place = asked[3]
        if asked[1] != 0x3D or place >= len(PARTS):
            return False
        text = self.card[PARTS[place]]
        if self.trouble is Trouble.GARBLED and place == 0:
            text = _garbled(text)
        page.send(frame(9 + place, "" if self.trouble is Trouble.LIFTED and place >= _HALF else text))
        return True


class HttpService:
    """The service that answers a POST. It lets any page ask it, as the real ones do."""

    def __init__(self, card: Mapping[str, str], social: Mapping[str, str]) -> None:
        service = self
        self.card, self.social = dict(card), dict(social)
        self.trouble = Trouble.NONE

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                data = service._answer(self.path)
                self.send_response(200 if data is not None else 404)
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Content-Length", str(len(data or b"")))
                self.end_headers()
                self.wfile.write(data or b"")

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: what is asked here is about a person."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self._thread = threading.Thread(target=self._server.serve_forever, name="fake reader")
        self.base = f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_STOP_S)

    def _answer(self, path: str) -> bytes | None:
        if self.trouble is Trouble.NONSENSE:
            return b"<html>"
        card, social = self.card, self.social
        info = {
            "/cgi-bin/readCard": {
                "certType": 1, "name": card["name"], "sex": card["sex"], "nation": card["nation"],
                "birthday": card["birth"], "address": card["address"], "idCode": card["number"],
                "department": card["issuer"], "startDate": card["from"], "endDate": card["to"], "Photo": card["photo"],
            },
            "/cgi-bin/readSocialCard": {
                "name": social["name"], "idCode": social["number"], "cardNo": social["card_number"],
            },
        }.get(path)  # fmt: skip
        if info is None:
            return None
        flag = -1 if self.trouble is Trouble.NO_CARD else 0
        return json.dumps({"info": info, "result": {"resultFlag": flag, "errorMsg": ""}}).encode()


def frame(number: int, text: str) -> bytes:
    data = text.encode()
    if number == 19:
        return bytes([0xEF, 0x3E, 1]) + len(data).to_bytes(3, "big") + data
    return bytes([0xEF, 0x23, 1, number, len(data)]) + data


def _garbled(text: str) -> str:
    """As it comes out of a service that says GBK's bytes for characters that GBK has not."""
    return text[:1] + "?" * (len(text) - 1)
