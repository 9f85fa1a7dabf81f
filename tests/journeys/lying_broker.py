"""A broker in front of the broker that acknowledges letters and drops them.

Speaks just enough MQTT 3.1.1 without TLS: what comes from a station is cut into packets, a publish on
the letters' lane is answered with a PUBACK and goes nowhere, everything else passes.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

from protocol.exchange.link import Lane

_PUBLISH = 3
_PUBACK = b"\x40\x02"


class LyingBroker:
    def __init__(self, target: tuple[str, int]) -> None:
        self.drops = True
        self.dropped = 0
        self._target = target
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []

    def start(self) -> LyingBroker:
        self._run(self._accept)
        return self

    def stop(self) -> None:
        for one in (self._listening, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(5)

    def _run(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name="lying-broker", daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self._target)
            except OSError:  # the broker behind is not up yet
                near.close()
                continue
            self._open += [near, far]
            self._run(self._listen, near, far)
            self._run(self._answer, far, near)

    def _answer(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(65536):
                near.sendall(data)
        with suppress(OSError):
            near.shutdown(socket.SHUT_WR)

    def _listen(self, near: socket.socket, far: socket.socket) -> None:
        held = b""
        with suppress(OSError):
            while data := near.recv(65536):
                held += data
                while packet := _first_packet(held):
                    held = held[len(packet) :]
                    number = _letter_number(packet)
                    if number and self.drops:
                        self.dropped += 1
                        near.sendall(_PUBACK + number)
                    else:
                        far.sendall(packet)
        with suppress(OSError):
            far.shutdown(socket.SHUT_WR)


def _first_packet(held: bytes) -> bytes:
    """Empty if it has not come whole. MQTT 3.1.1, 2.2.3: seven bits of the length in each byte."""
    length = 0
    for place in range(1, min(5, len(held))):
        length |= (held[place] & 127) << 7 * (place - 1)
        if held[place] < 128:
            end = place + 1 + length
            return held[:end] if len(held) >= end else b""
    return b""


def _letter_number(packet: bytes) -> bytes:
    """The packet id of a QoS 1 publish on the letters' lane; empty for anything else."""
    if packet[0] >> 4 != _PUBLISH:
        return b""
    start = 2
    while packet[start - 1] > 127:
        start += 1
    end = start + 2 + int.from_bytes(packet[start : start + 2], "big")
    topic = packet[start + 2 : end].decode("utf-8", "replace")
    return packet[end : end + 2] if topic.endswith(f"/{Lane.LETTER}") else b""
