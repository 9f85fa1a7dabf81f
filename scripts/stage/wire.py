"""A wire that can be cut: between a station and its broker, a relay of TCP on this machine.

Cut, both ends lose their connection and new ones are refused, as when a port on the way is closed. A
slow wire lets so many bytes through in a second, so that papers can be seen under way.
"""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

CHUNK = 16 * 1024


class Wire:
    """start() before the station; `port` is what its party.toml names as the broker's."""

    def __init__(self, broker_port: int) -> None:
        self._broker_port = broker_port
        self._listening: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        self.port = 0
        self.whole = True
        self.up_bytes_s = 0  # 0: as fast as it goes

    def start(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(0.2)
        self.port = self._listening.getsockname()[1]
        self._run(self._accept)

    def cut(self) -> None:
        with self._guard:
            self.whole = False
            self._end_all()

    def mend(self) -> None:
        self.up_bytes_s = 0
        self.whole = True

    def stop(self) -> None:
        self._stopping.set()
        self.cut()
        for thread in self._threads:
            thread.join()
        if self._listening is not None:
            self._listening.close()

    def _run(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name="wire", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _end_all(self) -> None:
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        assert self._listening is not None
        while not self._stopping.is_set():
            try:
                near, _ = self._listening.accept()
            except TimeoutError:
                continue
            near.settimeout(5)
            try:
                far = socket.create_connection(("127.0.0.1", self._broker_port), timeout=5) if self.whole else None
            except OSError:
                far = None
            if far is None:
                near.close()
                continue
            self._run(self._carry, near, far)

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        """Both ways, until one end is gone."""
        with near, far:
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._guard:
                self._open |= {near, far}
            try:
                while self.whole and not self._stopping.is_set():
                    ready, _, _ = select.select([near, far], [], [], 0.2)
                    for source in ready:
                        data = source.recv(CHUNK)
                        if not data:
                            return
                        if source is near and self.up_bytes_s:
                            self._stopping.wait(len(data) / self.up_bytes_s)
                        (far if source is near else near).sendall(data)
            except OSError:
                return
            finally:
                with self._guard:
                    self._open -= {near, far}
