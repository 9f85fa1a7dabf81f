"""Knocking at a broker without a library: who is let in, and who may speak.

A few MQTT 5 packets by hand over the standard library's TLS, because the answers that matter are
the ones that client libraries hide: the TLS alert, and the reason code of a refused publish. In
TLS 1.3 a client learns of a refused certificate only when it *reads*; who writes first gets a
reset and no reason. So the probe reads before it says anything; silence means accepted.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from pathlib import Path

READ_FIRST_S = 1.5
TIMEOUT_S = 5.0
ACCEPTED = "accepted"
_NOT_AUTHORIZED = 0x87


def proof_topic(district: str, number: int) -> str:
    """The good canary may speak here under the rules of this number: so the broker has read them."""
    return f"mc/1/{district}/canary/{number}"


def knock(host: str, port: int, ca: Path, chain: Path | None = None, key: Path | None = None) -> str:
    """How the listener answers this certificate: ACCEPTED, or the alert's name ("certificate revoked", ...).

    Does not disturb a live session of the same name: nothing of MQTT is said.

    :raises OSError: no connection, or it is not our server that answers
    """
    try:
        with _tls(host, port, ca, chain, key) as wire:
            wire.settimeout(READ_FIRST_S)
            return ACCEPTED if wire.recv(1) else "closed"
    except TimeoutError:
        return ACCEPTED
    except ssl.SSLCertVerificationError:
        raise
    except ssl.SSLError as why:
        found = re.search(r"alert ([a-z ]+?)(?: \(|$)", why.args[1] if len(why.args) > 1 else "")
        name = found[1] if found else (why.reason or str(why)).lower().replace("_", " ")
        return re.sub(r"^.*alert ", "", name)
    except (ConnectionResetError, BrokenPipeError):
        return "closed"


def prove(
    host: str, port: int, ca: Path, *, good: Path, revoked: Path, district: str, number: int, deadline_s: float
) -> str | None:
    """None if the rules of `number` are in force and both canaries are kept out, else what is wrong."""
    deadline = time.monotonic() + deadline_s
    last = ""
    while True:
        allowed, last = _may_publish(host, port, ca, good, proof_topic(district, number))
        if allowed:
            break
        if time.monotonic() > deadline:
            return f"the new rules are not in force: {last}"
        time.sleep(0.1)
    answer = knock(host, port, ca, revoked)
    if answer != "certificate revoked":
        return f"a revoked certificate was answered with: {answer}"
    allowed, last = _may_publish(host, port, ca, good, f"mc/1/{district}/canary/elsewhere")
    if allowed or last != "not authorized":
        return f"a publish on a foreign topic was answered with: {last}"
    return None


def take_over(host: str, port: int, username: str, password: str, client_id: str) -> None:
    """End the live session of `client_id` by signing in under its name on the loopback listener.

    :raises OSError: the broker does not answer
    """
    with socket.create_connection((host, port), timeout=TIMEOUT_S) as wire:
        wire.sendall(_connect(client_id, username, password))
        _packet(wire)
        wire.sendall(b"\xe0\x00")


def _may_publish(host: str, port: int, ca: Path, chain: Path, topic: str) -> tuple[bool, str]:
    try:
        with _tls(host, port, ca, chain) as wire:
            wire.sendall(_connect(chain.stem, "", ""))  # the broker takes the name in the certificate instead
            kind, body = _packet(wire)
            if kind != 0x20 or body[1] != 0:
                return False, f"connect refused with {body[1]}"
            name = _text(topic)
            wire.sendall(_framed(0x32, name + b"\x00\x01" + b"\x00" + b"canary"))
            kind, body = _packet(wire)
            reason = body[2] if len(body) > 2 else 0
            wire.sendall(b"\xe0\x00")
            if kind != 0x40:
                return False, f"unexpected packet {kind}"
            return reason != _NOT_AUTHORIZED, "not authorized" if reason == _NOT_AUTHORIZED else f"reason {reason}"
    except ssl.SSLCertVerificationError:
        raise
    except OSError as why:
        return False, str(why)


def _tls(host: str, port: int, ca: Path, chain: Path | None, key: Path | None = None) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # the chain proves the district; on this machine the name may be any of its own
    context.load_verify_locations(ca)
    if chain is not None:
        context.load_cert_chain(chain, key)
    plain = socket.create_connection((host, port), timeout=TIMEOUT_S)
    try:
        return context.wrap_socket(plain)
    except BaseException:
        plain.close()
        raise


def _connect(client_id: str, username: str, password: str) -> bytes:
    flags = 0x02 | (0xC0 if username else 0)  # clean start, and a name with its password
    body = _text("MQTT") + bytes([5, flags]) + b"\x00\x0a" + b"\x00" + _text(client_id)
    if username:
        body += _text(username) + _text(password)
    return _framed(0x10, body)


def _text(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(2, "big") + data


def _framed(kind: int, body: bytes) -> bytes:
    """MQTT's remaining length: seven bits a byte, the lowest first."""
    length, head = len(body), bytearray([kind])
    while True:
        head.append(length % 128 | (0x80 if length > 127 else 0))
        length //= 128
        if not length:
            return bytes(head) + body


def _packet(wire: socket.socket) -> tuple[int, bytes]:
    kind = _exactly(wire, 1)[0] & 0xF0
    length = shift = 0
    while True:
        byte = _exactly(wire, 1)[0]
        length |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return kind, _exactly(wire, length)


def _exactly(wire: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = wire.recv(count - len(data))
        if not piece:
            raise ConnectionResetError("the broker closed the connection")
        data += piece
    return data
