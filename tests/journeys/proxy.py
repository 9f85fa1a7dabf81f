"""A wire between a station and its broker: carries, takes its time, is cut, or falls silent.

Cut: both ends lose their connection and new ones end at once. Silent: connections stay open, new ones
are accepted, and not one byte comes through, as behind a dead modem; what is still waiting to go
when the wire is mended goes then, as TCP would send it again.
"""

from __future__ import annotations

import queue
import selectors
import socket
import threading
import time
from contextlib import suppress
from enum import Enum

CHUNK = 256 * 1024
CHUNKS_UNDER_WAY = 256  # of one direction; more would only wait in memory


class Mode(Enum):
    CARRIES = "carries"
    CUT = "cut"
    SILENT = "silent"


class Proxy:
    """start() before the station; `port` is what its party.toml names as the broker's."""

    def __init__(self, target: tuple[str, int], *, delay_s: float = 0.0) -> None:
        self.target = target
        self.delay_s = delay_s  # each way: half of a round trip
        self.mode = Mode.CARRIES
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.port = int(self._listening.getsockname()[1])
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._speaks = threading.Event()
        self._speaks.set()

    def start(self) -> Proxy:
        self._run(self._accept)
        return self

    def stop(self) -> None:
        self._stopping.set()
        self.cut()
        self._listening.close()
        for thread in self._threads:
            thread.join(5)

    def cut(self) -> None:
        self.mode = Mode.CUT
        self._speaks.set()
        self._end_all()

    def fall_silent(self) -> None:
        self._speaks.clear()
        self.mode = Mode.SILENT

    def mend(self) -> None:
        self.mode = Mode.CARRIES
        self._speaks.set()

    # -- inside

    def _run(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name="proxy", daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _end_all(self) -> None:
        with self._guard:
            for one in self._open:
                # linger 0: the other side sees a reset, not a goodbye
                with suppress(OSError):
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
            self._open.clear()

    def _accept(self) -> None:
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._listening, selectors.EVENT_READ)
            while not self._stopping.is_set():
                if not waiting.select(0.1):
                    continue
                try:
                    near, _ = self._listening.accept()
                except OSError:
                    return
                if self.mode is Mode.CUT:
                    near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    near.close()
                    continue
                self._join(near)

    def _join(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self.target, timeout=5)
            far.settimeout(None)
        except OSError:
            near.close()
            return
        for one in (near, far):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._guard:
            self._open |= {near, far}
        for source, sink in ((near, far), (far, near)):
            under_way: queue.Queue[tuple[float, bytes]] = queue.Queue(CHUNKS_UNDER_WAY)
            self._run(self._take, source, sink, under_way)
            if self.delay_s:
                self._run(self._give, sink, under_way)

    def _take(self, source: socket.socket, sink: socket.socket, under_way: queue.Queue[tuple[float, bytes]]) -> None:
        while True:
            try:
                data = source.recv(CHUNK)
            except OSError:
                data = b""
            self._speaks.wait()
            if self.delay_s:
                under_way.put((time.monotonic() + self.delay_s, data))
            elif not _passed(sink, data):
                return
            if not data:
                return

    def _give(self, sink: socket.socket, under_way: queue.Queue[tuple[float, bytes]]) -> None:
        while True:
            due, data = under_way.get()
            time.sleep(max(0.0, due - time.monotonic()))
            if not _passed(sink, data) or not data:
                # whoever still takes must not wait for room for ever
                with suppress(queue.Empty):
                    while True:
                        under_way.get_nowait()
                return


def _passed(sink: socket.socket, data: bytes) -> bool:
    try:
        if data:
            sink.sendall(data)
        else:
            sink.shutdown(socket.SHUT_WR)
    except OSError:
        return False
    return True
