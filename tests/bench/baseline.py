"""What plain MQTT does with the same bodies on the same broker: no signatures, no rules, no journal.

A paho publisher with a station's certificate over TLS -> the same wire -> Mosquitto -> a paho
consumer on the hub's listener, which commits 100 messages at a time to SQLite with
synchronous=FULL. Each is a process of its own, as station and hub are. Nagle is off at both ends and
the publisher keeps as many messages in flight as the broker allows. Timed from the publisher's
CONNACK to the consumer's last commit.
"""

from __future__ import annotations

import json
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import IO, Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from protocol.exchange.limits import BROKER_QUEUE, RECEIVE_MAXIMUM
from protocol.exchange.link import Lane
from protocol.exchange.topics import HUB, topic
from tests.journeys.processes import RealDistrict

PER_COMMIT = 100
PATIENCE_S = 120


def measure(district: RealDistrict, count: int) -> float:
    """Seconds for the `count` bodies that the station's journal holds. Hub, station and broker must be at rest.

    The broker may queue all of them, which ours need not: with the district's own bound it drops.
    """
    assert district.mosquitto is not None
    hub, station = district.hub.settings, district.station.settings
    config = hub.broker_dir / "mosquitto.conf"
    ordinary = config.read_text()
    config.write_text(ordinary.replace(f"max_queued_messages {BROKER_QUEUE}", f"max_queued_messages {count + 1}"))
    where = topic(hub.district, station.party, HUB, Lane.LETTER)
    taking = {
        "does": "consume", "port": hub.broker.port, "password": hub.broker_password, "topic": where,
        "count": count, "db": str(district.folder / "baseline.db"),
    }  # fmt: skip
    giving = {
        "does": "publish", "port": station.broker.port, "party": station.party, "topic": where, "db": str(station.db),
        "tls": [str(station.district_ca), str(station.tls_crt), str(station.tls_key)],
    }  # fmt: skip
    district.mosquitto.start()
    district.wire.mend()
    try:
        with _process(taking) as consumer:
            assert consumer.readline() == "ready\n"
            with _process(giving) as publisher:
                began = float(publisher.readline())
                done = json.loads(consumer.readline())
        assert done["kept"] == count, "the baseline lost messages"
        return float(done["at"]) - began
    finally:
        district.wire.cut()
        district.mosquitto.stop()
        config.write_text(ordinary)


@contextmanager
def _process(task: dict[str, Any]) -> Iterator[IO[str]]:
    """What it says, line by line."""
    command = [sys.executable, "-m", "tests.bench.baseline", json.dumps(task)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _publish(task: dict[str, Any]) -> None:
    """Says the moment of the CONNACK; ends when the broker has taken the last message."""
    with closing(sqlite3.connect(f"file:{task['db']}?mode=ro", uri=True)) as db:
        bodies = [row[0] for row in db.execute("select body from entries where kind = 'case.act' order by place")]
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=task["party"], protocol=MQTTProtocolVersion.MQTTv5)
    client.max_inflight_messages_set(RECEIVE_MAXIMUM)
    client.on_socket_open = _no_delay
    authority, certificate, key = task["tls"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(authority)
    context.load_cert_chain(certificate, key)
    client.tls_set_context(context)
    up = threading.Event()
    began = 0.0

    def on_connect(*_: object) -> None:
        nonlocal began
        began = time.monotonic()
        up.set()

    client.on_connect = on_connect
    client.connect("127.0.0.1", task["port"])
    client.loop_start()
    assert up.wait(10)
    for body in bodies:
        last = client.publish(task["topic"], body, qos=1)
    last.wait_for_publish(PATIENCE_S)
    print(began, flush=True)
    client.disconnect()
    client.loop_stop()


def _consume(task: dict[str, Any]) -> None:
    """Says "ready", then the moment of its last commit."""
    with closing(sqlite3.connect(task["db"], check_same_thread=False, isolation_level=None)) as db:
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = full")
        db.execute("create table messages (id integer primary key, body blob not null)")
        kept = 0
        waiting: list[tuple[bytes]] = []
        done = threading.Event()

        def on_message(_c: object, _u: object, message: paho.MQTTMessage) -> None:
            nonlocal kept
            waiting.append((message.payload,))
            if len(waiting) == PER_COMMIT or kept + len(waiting) == task["count"]:
                db.execute("begin immediate")
                db.executemany("insert into messages (body) values (?)", waiting)
                db.execute("commit")
                kept += len(waiting)
                waiting.clear()
            if kept == task["count"]:
                done.set()

        client = paho.Client(CallbackAPIVersion.VERSION2, client_id="baseline", protocol=MQTTProtocolVersion.MQTTv5)
        client.username_pw_set(HUB, task["password"])
        client.on_socket_open = _no_delay
        client.on_message = on_message
        client.on_connect = lambda *_: client.subscribe(task["topic"], 1)
        client.on_subscribe = lambda *_: print("ready", flush=True)
        client.connect("127.0.0.1", task["port"])
        client.loop_start()
        done.wait(PATIENCE_S)
        print(json.dumps({"kept": kept, "at": time.monotonic()}), flush=True)
        client.loop_stop()


def _no_delay(_client: object, _userdata: object, opened: Any) -> None:
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


if __name__ == "__main__":
    its = json.loads(sys.argv[1])
    (_publish if its["does"] == "publish" else _consume)(its)
