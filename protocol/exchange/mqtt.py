"""The wire over MQTT; the only module that imports paho.

A paho client lives exactly as long as one connection. paho keeps what it could not send and sends it
after a reconnect: here that memory dies with the connection, and the journal is the only one that sends
again. The network thread is our own, not loop_start()'s: so attempts are spread by chance, a failure has
a name, and an exception cannot end the thread while the link still calls itself connected. Callbacks put
one event and return; paho calls some of them with its own locks held.
"""

from __future__ import annotations

import logging
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Literal

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from protocol.errors import Distrusted, Unreachable
from protocol.exchange.limits import BROKER_QUEUE, MAX_FRAME_BYTES, MAX_IN_FLIGHT, RECEIVE_MAXIMUM
from protocol.exchange.link import Denied, Event, Frame, Handed, Lane, LinkDown, LinkUp, Presence, Token
from protocol.exchange.topics import HUB, presence_topic, read_topic, subscriptions, topic

log = logging.getLogger(__name__)

HERE, GONE = b"here", b"gone"
CONNECT_TIMEOUT_S = 5.0
GOODBYE_S = 1.0
RETRY_S = (0.5, 2.0)  # bounds of the wait between attempts, by chance: a mended link is found within 5 s
TAKEN_OVER_S = 8.0
SILENCE_MS = 10_000  # sent and not acknowledged by the other machine for so long: the wire is dead
NO_CHECK_TIME = 0x200000  # OpenSSL's X509_V_FLAG_NO_CHECK_TIME; Python's ssl has no name for it
LOCAL = 1 << 16  # our own token numbers begin above all packet ids


@dataclass(frozen=True, slots=True)
class Tls:
    """Files of the box: whom it believes, and who it is."""

    ca: Path
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Wire:
    """Where the broker is and as whom we speak to it."""

    host: str
    port: int
    district: str
    party: str
    protocol: Literal["5", "311"] = "5"  # 5: mosquitto answers a forbidden publish with "Success" in 3.1.1
    tls: Tls | None = None
    ignore_certificate_times: bool = False  # a box whose clock has lost its battery: the CA is still checked
    username: str | None = None
    password: str | None = None
    keepalive_s: int = 10

    def context(self) -> ssl.SSLContext | None:
        """Believes the district's authority and nobody else.

        :raises OSError: a file cannot be read, or is not what it should be
        """
        if self.tls is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.sslsocket_class = _ClosesOnFailure
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_verify_locations(self.tls.ca)
        context.load_cert_chain(self.tls.certificate, self.tls.key)
        if self.ignore_certificate_times:
            context.verify_flags |= NO_CHECK_TIME
        return context


class MqttLink:
    """`unread` counts what came in and was dropped: foreign topics, and more than a slow courier can be owed."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.unread = 0
        self.tried_s: float | None = None
        self._events: Callable[[Event], None] | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._connection: _Connection | None = None  # set while the wire carries
        self._generation = 0
        self._local = count(LOCAL)

    def start(self, events: Callable[[Event], None]) -> None:
        """
        :raises OSError: the TLS files cannot be used
        """
        context = self.wire.context()
        self._events = events
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, args=(context,), name=f"link-{self.wire.party}")
        self._thread.start()

    def stop(self) -> None:
        """Says goodbye to the broker; waits at most for an attempt to connect to give up."""
        self._events = None
        connection = self._connection
        if connection is not None:
            connection.say_goodbye()
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def send(self, to: str, lane: Lane, data: bytes) -> Token:
        connection = self._connection
        if connection is None:
            raise Unreachable("unreachable.no-link")
        self.tried_s = time.monotonic()
        if reason := self._cannot_go(connection, to, data):
            token = Token(connection.generation, next(self._local))
            self.bring(Denied(token, reason))
            return token
        return connection.publish(topic(self.wire.district, self.wire.party, to, lane), data)

    def settle(self, token: Token) -> None:
        connection = self._connection
        if connection is not None and connection.generation == token.generation:
            connection.acknowledge(token.number)

    def _cannot_go(self, connection: _Connection, to: str, data: bytes) -> str:
        """Why the broker would never take this frame; found out here, because 3.1.1 brokers do not tell."""
        if len(data) > connection.max_bytes:
            return "packet too large"
        if (self.wire.party == HUB) == (to == HUB):
            return "not authorized"
        return ""

    # -- the network thread

    def _run(self, context: ssl.SSLContext | None) -> None:
        told = ""
        while not self._stopping.is_set():
            self.tried_s = time.monotonic()
            connection = _Connection(self, context, self._generation + 1)
            try:
                connection.carry(self._stopping)
            except (OSError, ValueError) as why:  # ValueError: a host name that IDNA cannot spell
                connection.reason = _words(why)
            except Exception:
                log.exception("link failed party=%s", self.wire.party)
                connection.reason = "internal error"
            self._connection = None
            connection.hang_up()
            if connection.came_up or connection.reason != told:
                told = connection.reason
                if not self._stopping.is_set():
                    log.info("link down party=%s reason=%s", self.wire.party, told)
                self.bring(LinkDown(self._generation, told))
            self._stopping.wait(_pause_s(told))

    def came_up(self, connection: _Connection) -> None:
        self._generation = connection.generation
        self._connection = connection
        log.info("link up party=%s generation=%d", self.wire.party, connection.generation)
        self.bring(LinkUp(connection.generation))

    def bring(self, event: Event) -> None:
        events = self._events
        if events is not None:
            events(event)


class _Connection:
    """One attempt to connect and, if it succeeds, the life of that connection."""

    def __init__(self, link: MqttLink, context: ssl.SSLContext | None, generation: int) -> None:
        self.generation = generation
        self.reason = "connection lost"
        self.came_up = False
        self.max_bytes = MAX_FRAME_BYTES
        self._link = link
        self._wire = link.wire
        self._presence = presence_topic(link.wire.district, link.wire.party)
        # Each counter has one writing thread, so neither needs a lock.
        self._sent = 0  # the courier's thread, and before it the announcement of presence
        self._answered = 0  # the network thread
        self._announcement = 0  # packet id of our own presence, which is not the courier's
        self._unsettled: set[int] = set()
        self._leaves_by: float | None = None
        self._client = self._new_client(context)

    def _new_client(self, context: ssl.SSLContext | None) -> paho.Client:
        wire = self._wire
        five = wire.protocol == "5"
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=wire.party,
            clean_session=None if five else True,
            protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.max_inflight_messages_set(0)  # the bound is ours: what paho holds back, it would keep
        client.will_set(self._presence, GONE, qos=1, retain=True)
        if context is not None:
            client.tls_set_context(context)
        if wire.username is not None:
            client.username_pw_set(wire.username, wire.password)
        client.on_socket_open = _no_delay
        # With a writer registered paho only queues in the caller's thread and leaves the socket to ours.
        client.on_socket_register_write = _leave_writing_to_the_loop
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        return client

    # -- the network thread

    def carry(self, stopping: threading.Event) -> None:
        """Returns when the connection is over; `reason` says why.

        :raises OSError: it did not come about
        """
        if self._wire.protocol == "5":
            wants = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            wants.ReceiveMaximum = RECEIVE_MAXIMUM
            self._client.connect(
                self._wire.host, self._wire.port, self._wire.keepalive_s, clean_start=True, properties=wants
            )
        else:
            self._client.connect(self._wire.host, self._wire.port, self._wire.keepalive_s)
        while (outcome := self._client.loop(timeout=1.0)) == MQTTErrorCode.MQTT_ERR_SUCCESS:
            if self._leaves_by is None:
                over = stopping.is_set()
            else:
                over = time.monotonic() > self._leaves_by
            if over:
                return
        if outcome == MQTTErrorCode.MQTT_ERR_KEEPALIVE:
            self.reason = "no answer"

    def hang_up(self) -> None:
        """The client and its sockets are gone, and with them whatever paho had kept."""
        self._client.drop_out_messages()
        held = self._client.socket()
        if held is not None:
            held.close()
        for callback in ("on_connect", "on_disconnect", "on_subscribe", "on_publish", "on_message"):
            setattr(self._client, callback, None)  # no circle back to us: paho closes its own pair when it goes

    def _on_connect(self, _c: object, _u: object, _flags: object, code: ReasonCode, granted: Properties | None) -> None:
        if code.is_failure:
            self.reason = str(code).lower()
            return
        largest = getattr(granted, "MaximumPacketSize", None)
        if largest is not None:
            self.max_bytes = min(MAX_FRAME_BYTES, int(largest) - 256)  # topic and headers
        self._client.subscribe([(pattern, 1) for pattern in subscriptions(self._wire.district, self._wire.party)])
        self._sent += 1
        self._announcement = self._client.publish(self._presence, HERE, qos=1, retain=True).mid

    def _on_subscribe(self, _c: object, _u: object, _mid: int, codes: list[ReasonCode], _p: object) -> None:
        if any(code.is_failure for code in codes):
            self.reason = "subscription refused"
            self._client.disconnect()
            return
        self._rise()

    def _rise(self) -> None:
        if not self.came_up:
            self.came_up = True
            self._link.came_up(self)

    def _on_disconnect(self, _c: object, _u: object, flags: Any, code: ReasonCode, _p: object) -> None:
        if flags.is_disconnect_packet_from_server:
            self.reason = str(code).lower()  # "session taken over": two boxes with one name

    def _on_publish(self, _c: object, _u: object, mid: int, code: ReasonCode, _p: object) -> None:
        self._answered += 1
        token = Token(self.generation, mid)
        if mid == self._announcement:
            self._announcement = 0  # packet ids come round again
        elif code.is_failure:
            self._link.bring(Denied(token, str(code).lower()))
        else:
            self._link.bring(Handed(token))
        if self._leaves_by is not None and self._answered == self._sent:
            self._leaves_by = 0.0

    def _on_message(self, _c: object, _u: object, message: paho.MQTTMessage) -> None:
        try:
            sender, lane = read_topic(self._wire.district, message.topic)
        except Distrusted:
            self._drop(message)
            return
        if lane is None:
            self._client.ack(message.mid, message.qos)
            self._link.bring(Presence(sender, message.payload == HERE))
            return
        # QoS 0 has no packet id to settle; 3.1.1 brokers need not heed a receive maximum.
        if message.qos != 1 or len(self._unsettled) >= BROKER_QUEUE:
            self._drop(message)
            return
        self._rise()
        self._unsettled.add(message.mid)
        self._link.bring(Frame(sender, lane, bytes(message.payload), Token(self.generation, message.mid)))

    def _drop(self, message: paho.MQTTMessage) -> None:
        self._link.unread += 1
        self._client.ack(message.mid, message.qos)

    # -- the courier's thread

    def publish(self, where: str, data: bytes) -> Token:
        if self._sent - self._answered >= MAX_IN_FLIGHT:
            raise Unreachable("unreachable.full")
        self._sent += 1
        handed = self._client.publish(where, data, qos=1)
        if handed.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise Unreachable("unreachable.no-link")  # paho keeps it, for as long as this connection lives: not long
        return Token(self.generation, handed.mid)

    def acknowledge(self, number: int) -> None:
        if number in self._unsettled:
            self._unsettled.discard(number)
            self._client.ack(number, 1)

    def say_goodbye(self) -> None:
        """The last frame; when the broker has taken it the wire is dropped.

        Without a DISCONNECT: the will then says the same again, also where amqtt drops last words that it acknowledged.
        """
        self._sent += 1
        self._leaves_by = time.monotonic() + GOODBYE_S
        self._client.publish(self._presence, GONE, qos=1, retain=True)


class _ClosesOnFailure(ssl.SSLSocket):
    """paho forgets the socket of a handshake that failed and leaves it open."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def _no_delay(_client: paho.Client, _userdata: object, opened: Any) -> None:
    """Nagle at one end and a delayed acknowledgement at the other make 44 ms of every letter's 2.5."""
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENCE_MS)


def _leave_writing_to_the_loop(_client: paho.Client, _userdata: object, _opened: object) -> None:
    return


def _pause_s(reason: str) -> float:
    """By chance, so that a district does not come back in one instant after a power cut.

    It does not grow with failures: a station that was dark for a day is not to stay dark for longer than one
    that was for a minute, and a thousand attempts in a second and a half are nothing to a broker.
    """
    if "taken over" in reason:  # two boxes with one name would throw each other out all day
        return TAKEN_OVER_S
    return random.uniform(*RETRY_S)  # noqa: S311 not a secret


def _words(why: Exception) -> str:
    """For the operator: what a failed attempt to connect is called."""
    if isinstance(why, ssl.SSLCertVerificationError):
        return f"the broker's certificate is not trusted: {why.verify_message}"
    if isinstance(why, ssl.SSLError):
        return f"TLS failed: {(why.reason or 'closed by the broker').replace('_', ' ').lower()}"
    if isinstance(why, ConnectionRefusedError):
        return "connection refused"
    if isinstance(why, socket.gaierror):
        return "host name not known"
    if isinstance(why, TimeoutError):
        return "no answer"
    if isinstance(why, OSError) and why.strerror:
        return why.strerror.lower()
    return "connection failed"
