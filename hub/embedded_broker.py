"""A broker inside the hub's process: for a demo, a desk, or a district of a few stations.

amqtt in a thread and an event loop of its own. It speaks MQTT 3.1.1 only, remembers nothing over a
restart, and holds to the same rules as Mosquitto: nobody is anonymous, and a party acts as itself.
amqtt 0.12.1 leaves five things open that are closed here (`_Broker`, `_Handler`): a connection without
a password could end somebody else's session, a second connection left the first one alive, a silent
client was never given up, a slow receiver was sent everything at once, and a newcomer was sent all
that is retained for others.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from amqtt.adapters import ReaderAdapter, StreamWriterAdapter, WriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import Action, BaseContext, BrokerConfig, ListenerConfig
from amqtt.errors import AMQTTError, BrokerError, MQTTError, NoDataError
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import OutgoingApplicationMessage, Session

from protocol.errors import Unreachable
from protocol.exchange.limits import BROKER_QUEUE, RECEIVE_MAXIMUM
from protocol.exchange.topics import may_publish, may_subscribe

log = logging.getLogger(__name__)

FIRST_PACKET_S = 5.0
SHUTDOWN_S = 5.0
EARLIER_S = 2.0


class EmbeddedBroker:
    """`passwords` is asked at every connection, so a party that is taken out of it stays out. `port` 0 takes any."""

    def __init__(self, host: str, port: int, district: str, passwords: Mapping[str, str]) -> None:
        self.host = host
        self.port = port
        self._district = district
        self._passwords = passwords
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._leave: asyncio.Event | None = None

    def start(self) -> None:
        """Afterwards `port` is the port that is listened on.

        :raises Unreachable: the address cannot be listened on
        """
        # amqtt reports every client's every mistake, with traceback; what the operator needs is in the links' logs.
        logging.getLogger("amqtt").setLevel(logging.CRITICAL)
        logging.getLogger("transitions").setLevel(logging.WARNING)
        started = threading.Event()
        failures: list[str] = []
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(started, failures)), name="embedded-broker", daemon=True
        )
        self._thread.start()
        started.wait()
        if failures:
            self._thread.join()
            self._thread = None
            raise Unreachable("unreachable.broker", address=f"{self.host}:{self.port}", why=failures[0])
        log.info("embedded broker listens host=%s port=%d", self.host, self.port)

    def stop(self) -> None:
        """Afterwards the port is free and all clients are disconnected. May be called twice."""
        if self._thread is None:
            return
        assert self._loop is not None
        assert self._leave is not None
        self._loop.call_soon_threadsafe(self._leave.set)
        self._thread.join()
        self._thread = None

    async def _serve(self, started: threading.Event, failures: list[str]) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(lambda _, context: log.debug("amqtt: %s", context["message"]))
        self._leave = asyncio.Event()
        broker = _Broker(
            BrokerConfig(
                listeners={"default": ListenerConfig(bind=f"{self.host}:{self.port}")},
                plugins={f"{__name__}.DistrictRules": {"rules": _Rules(self._district, self._passwords)}},
            )
        )
        try:
            await broker.start()
            self.port = broker.port()
        except BrokerError as why:
            failures.append(str(why.__cause__ or why))
            return
        finally:
            started.set()
        await self._leave.wait()
        await broker.leave()


@dataclass(frozen=True, slots=True)
class _Rules:
    district: str
    passwords: Mapping[str, str]

    def admits(self, session: Session) -> bool:
        """A known party under its own name as client id; its will and its session bound by the same rules."""
        party, password = session.username, session.password
        if not party or not password or session.client_id != party:
            return False
        expected = self.passwords.get(party)
        if expected is None or not hmac.compare_digest(expected.encode(), password.encode()):
            return False
        if session.will_flag and not may_publish(self.district, party, session.will_topic or ""):
            return False
        return bool(session.clean_session)  # nothing is kept for who is away: that is the journal's work


class DistrictRules(BaseTopicPlugin, BaseAuthPlugin):
    """The rules of topics.py as an amqtt plugin; amqtt finds it by its name."""

    @dataclass
    class Config:
        rules: Any = field(default=None)  # amqtt hands the dictionary's values over as they are

    def __init__(self, context: BaseContext) -> None:
        super().__init__(context)
        self._rules: _Rules = self.config.rules

    async def authenticate(self, *, session: Session) -> bool:
        return self._rules.admits(session)

    async def topic_filtering(
        self, *, session: Session | None = None, topic: str | None = None, action: Action | None = None
    ) -> bool:
        if session is None or not session.username or not topic:
            return False
        allowed = may_publish if action is Action.PUBLISH else may_subscribe
        return allowed(self._rules.district, session.username, topic)


class _Handler(BrokerProtocolHandler):
    """One client's connection, with a bound on what it is sent and an end to its silence."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._room = asyncio.Semaphore(RECEIVE_MAXIMUM)
        self._waiting = 0

    async def mqtt_publish(
        self, topic: str, data: bytes | bytearray, qos: int | None, retain: bool, ack_timeout: int | None = None
    ) -> OutgoingApplicationMessage:
        if self._waiting >= BROKER_QUEUE:
            raise AMQTTError("the receiver is too slow")
        self._waiting += 1
        try:
            async with self._room:
                return await super().mqtt_publish(topic, data, qos, retain, ack_timeout)
        finally:
            self._waiting -= 1

    def handle_read_timeout(self) -> None:
        self.abort()

    def abort(self) -> None:
        """Without waiting for a peer that may be gone; the reader then finds the end and the will is published."""
        if isinstance(self.writer, StreamWriterAdapter):
            self.writer._writer.transport.abort()


class _Broker(Broker):
    def port(self) -> int:
        (listening,) = self._servers["default"].instance.sockets
        return int(listening.getsockname()[1])

    async def leave(self) -> None:
        """No new client first, or it would be the one that nobody disconnects."""
        for server in self._servers.values():
            server.instance.close()
        for _, handler in list(self._sessions.values()):
            if isinstance(handler, _Handler):
                handler.abort()
        try:
            await asyncio.wait_for(self.shutdown(), SHUTDOWN_S)
        except TimeoutError:
            log.warning("embedded broker did not end in time; its clients are cut off")

    async def _initialize_client_session(
        self, reader: ReaderAdapter, writer: WriterAdapter, remote_address: str, remote_port: int
    ) -> tuple[BrokerProtocolHandler, Session]:
        """Who it is comes first; only then is the party's earlier connection ended, without its will.

        :raises AMQTTError: not let in; the connection is closed
        """
        try:
            connecting = _Handler.init_from_connect(reader, writer, self.plugins_manager)
            handler, session = await asyncio.wait_for(connecting, FIRST_PACKET_S)
        except (MQTTError, NoDataError, TimeoutError) as why:
            await writer.close()
            raise AMQTTError(str(why)) from why
        if not await self._authenticate(session, self.listeners_config["default"]):
            log.warning("embedded broker refused a client address=%s", remote_address)
            handler.attach(session, reader, writer)
            await handler.mqtt_connack_authorize(False)
            await writer.close()
            raise AMQTTError("not authorized")
        session.parent = 0
        session.keep_alive += session.keep_alive // 2  # MQTT 3.1.1 §3.1.2.10
        await self._end_earlier(session.username or "")  # admitted: it is the client id too
        return handler, session

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        listeners = self._subscriptions.get(subscription[0], [])
        if any(listener is session for listener, _ in listeners):
            await super()._publish_retained_messages_for_subscription(subscription, session)

    async def _end_earlier(self, party: str) -> None:
        earlier = self._sessions.get(party)
        if earlier is None:
            return
        session, handler = earlier
        session.will_flag = False
        if isinstance(handler, _Handler):
            handler.abort()
        try:
            await asyncio.wait_for(self._cleanup_session(party), EARLIER_S)
        except TimeoutError:  # it is off the list already; the newcomer does not wait for its last breath
            log.debug("the earlier connection of %s did not end in time", party)


class PasswordsFile(Mapping[str, str]):
    """The embedded broker's accounts, read at every connection: whoever was taken out stays out."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def _read(self) -> dict[str, str]:
        try:
            return {str(name): str(secret) for name, secret in json.loads(self._file.read_text("utf-8")).items()}
        except (OSError, ValueError) as why:
            log.error("the broker's passwords cannot be read; nobody is let in why=%s", type(why).__name__)
            return {}

    def __getitem__(self, party: str) -> str:
        return self._read()[party]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())
