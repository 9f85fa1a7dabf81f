"""Card readers behind their makers' services, and the one that types like a keyboard.

Each read is a connection of its own with a deadline; nothing is kept open and no thread stays. The `websockets`
client never goes through a proxy: the service is on this machine or beside it, and what it says is a person.
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from node.devices import AT_COUNTER, READY, SILENT, Seen
from node.devices.cards import IdCard, SocialCard, id_card, social_card
from node.devices.dialects import LONGEST_MESSAGE, Dialect, parts_of
from protocol.errors import Refused, Unreachable

CONNECT_S = 1.0
READ_S = 8.0  # a person needs that long to find his card


class _Service:
    """The maker's service, asked from the station's box by one person at a time."""

    def __init__(self, dialect: Dialect, url: str, *, read_s: float = READ_S) -> None:
        self.dialect = dialect
        self.url = url
        self._read_s = read_s
        self._turn = threading.Lock()

    def look(self) -> Seen:
        """Whether the service listens. What the reader behind it does is known at the next read."""
        parts = urlsplit(self.url)
        try:
            with socket.create_connection((parts.hostname or "", parts.port or 80), CONNECT_S):
                return READY
        except OSError:
            return SILENT

    def parts(self) -> dict[str, str]:
        """What one read says of a card; raises as CardReader.read()."""
        if not self._turn.acquire(blocking=False):
            raise Refused("refused.reader-busy")
        try:
            messages = self._ask_http() if self.dialect.is_http else self._ask_socket()
        finally:
            self._turn.release()
        return parts_of(self.dialect, messages)

    def _ask_http(self) -> list[bytes]:
        parts = urlsplit(self.url)
        service = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=self._read_s)
        try:
            with _as_unreachable():
                service.request("POST", parts.path or "/", headers={"Content-Length": "0"})
                answer = service.getresponse()
                data = answer.read(LONGEST_MESSAGE + 1)
        finally:
            service.close()
        if answer.status != 200:
            raise Unreachable("unreachable.device", why=f"http-{answer.status}")
        return [data]

    def _ask_socket(self) -> list[bytes]:
        until = time.monotonic() + self._read_s
        with (
            _as_unreachable(),
            connect(
                self.url, open_timeout=CONNECT_S, close_timeout=CONNECT_S, max_size=LONGEST_MESSAGE, proxy=None
            ) as service,
        ):
            heard = self._hear(service, self.dialect.opening, until)
            if not heard:
                raise Refused("refused.no-card")  # the service waits longer than a person at a counter does
            if self.dialect.goes_on and heard[0].hex().startswith(self.dialect.goes_on):
                for asked in self.dialect.follow:
                    heard += self._hear(service, asked, until)
        return heard

    def _hear(self, service: Connection, asked: str, until: float) -> list[bytes]:
        """The answer, or nothing if none comes in time; an answer that lacks is the dialect's to judge."""
        service.send(bytes.fromhex(asked) if self.dialect.is_binary else asked)
        try:
            said = service.recv(timeout=max(0.0, until - time.monotonic()))
        except TimeoutError:
            return []
        return [said.encode() if isinstance(said, str) else said]


class VendorReader(_Service):
    def read(self) -> IdCard:
        return id_card(self.parts())


class VendorSocialReader(_Service):
    def read(self) -> SocialCard:
        return social_card(self.parts())


class PageReader:
    """A reader on the counter's PC: the page asks the maker's service on that PC's own loopback address."""

    def __init__(self, dialect: Dialect, url: str) -> None:
        self.dialect = dialect
        self.url = url

    def look(self) -> Seen:
        return AT_COUNTER

    def conversation(self) -> str:
        told = self.dialect
        return json.dumps(
            {
                "url": self.url,
                "http": told.is_http,
                "binary": told.is_binary,
                "opening": told.opening,
                "goesOn": told.goes_on,
                "follow": list(told.follow),
                "seconds": READ_S,
            }
        )

    def hear(self, messages: Sequence[bytes]) -> IdCard:
        return id_card(parts_of(self.dialect, messages))


class KeyboardReader:
    """Types the number of the card into the field that has the focus, like a keyboard; there is nothing to ask it."""

    def look(self) -> Seen:
        return AT_COUNTER


@contextmanager
def _as_unreachable() -> Iterator[None]:
    try:
        yield
    except TimeoutError as why:
        raise Unreachable("unreachable.device", why="silent") from why
    except (OSError, WebSocketException, http.client.HTTPException) as why:
        raise Unreachable("unreachable.device", why=type(why).__name__) from why
