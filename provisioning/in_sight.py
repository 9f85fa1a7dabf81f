"""What the doctor can learn of the district from this box: the broker, its rules, the hub behind it.

A cut wire is never a failure here, as work goes on without it. The box's own papers are looked at
before what a server says of them.
"""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from protocol.clock import moment
from protocol.exchange.topics import HUB
from protocol.settings import Kind, Settings
from provisioning import mosquitto
from provisioning.alerts import Own, cause
from provisioning.canary import knock
from provisioning.findings import Level, Said
from provisioning.next_steps import starting_broker

CLOCK_FLOOR = datetime(2026, 1, 1, tzinfo=UTC)
CRL_ENDS_SOON = timedelta(days=60)
ANSWER_LATE = timedelta(minutes=3)  # a hub at work receipts within seconds what is sent to it
NIGHTLY = timedelta(hours=26)  # with nothing to say it is heard at the nightly check alone


def broker(settings: Settings, at: datetime) -> Iterator[Said]:
    broker = settings.broker
    where = f"{broker.host}:{broker.port}"
    try:
        if not broker.tls:
            socket.create_connection((broker.host, broker.port), timeout=5).close()
            yield Level.OK, f"消息代理 {where} 可达", f"{where} answers"
            return
        if not all(file.exists() for file in (settings.tls_crt, settings.tls_key, settings.district_ca)):
            return  # said already
        answer = knock(broker.host, broker.port, settings.district_ca, settings.tls_crt, settings.tls_key)
    except OSError as why:
        # SSLCertVerificationError is one too: somebody else answers, or the server's certificate is bad for our clock.
        if isinstance(why, ValueError):
            zh = f"线路上有设备冒充中心，或本机时间错误：{where}"
            yield (
                Level.FAIL,
                zh,
                f"{where} is not the district's server: {why}",
                "停止操作，通知区中心 | stop; call the district",
            )
            return
        step = "可继续办件；查网线、地址、防火墙 | work goes on; check cable, address and firewall"
        if settings.kind is Kind.HUB:
            step = f"启动消息代理 start the broker: {starting_broker(settings)}"
        yield Level.WARN, f"连不上消息代理 {where}", f"{where} cannot be reached: {why}", step
        return
    certificate = certificate_of(settings)
    found = cause(
        answer,
        Own(
            clock_below_floor=at < CLOCK_FLOOR,
            expired=at > certificate.not_valid_after_utc,
            not_yet_valid=at < certificate.not_valid_before_utc,
            issuer_known=_issued_by_own_chain(settings),
        ),
    )
    level = Level.OK if found.ok else Level.FAIL
    yield level, f"{where}：{found.zh}", f"{where}: {found.en}", found.next_step


def broker_rules(settings: Settings, at: datetime) -> Iterator[Said]:
    """At the hub with Mosquitto: are both canaries kept out right now?"""
    if not (settings.broker_dir / "crl.pem").exists():
        return
    crl = x509.load_pem_x509_crl((settings.broker_dir / "crl.pem").read_bytes())
    left = (crl.next_update_utc or at) - at
    if left < CRL_ENDS_SOON:
        step = "microcenter-provision broker-reload；应每天运行 | it should run daily"
        level = Level.FAIL if left < timedelta(0) else Level.WARN
        yield level, f"吊销列表还有 {left.days} 天到期", f"the revocation list ends in {left.days} days", step
    if mosquitto.running(settings) is None:
        step = f"启动并看日志 start it and see its log: {starting_broker(settings)}"
        yield Level.FAIL, "Mosquitto 未运行，或不是用本配置启动的", "Mosquitto does not run, or not with our file", step
        return
    number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    why = mosquitto.prove(settings, number)
    if why:
        step = "microcenter-provision broker-reload：修复，否则停掉代理 | it repairs the rules or stops the broker"
        yield Level.FAIL, f"Mosquitto 权限异常：{why}", f"Mosquitto's rules are not in force: {why}", step
    else:
        yield Level.OK, "Mosquitto 权限与吊销生效", "Mosquitto keeps both canaries out"


def heard(settings: Settings, at: datetime) -> Iterator[Said]:
    """At a station: a broker that lets it in says nothing of the hub behind it."""
    if settings.kind is Kind.HUB or not settings.db.exists():
        return
    with closing(sqlite3.connect(f"file:{settings.db}?mode=ro", uri=True)) as connection:
        heard = connection.execute("select heard_at from peers where name = ? and heard_at > ''", [HUB]).fetchone()
        (waiting,) = connection.execute(
            "select coalesce(sum(head - told), 0) from epochs where author = ?", [settings.party]
        ).fetchone()
    text = f"本机待上传 {waiting} 条", f"{waiting} entries wait here"
    step = "数据在本机，可继续办件；消息代理正常则通知区中心 | work goes on; if the broker is well, call the district"
    if heard is None:
        yield Level.WARN, f"还没有区中心的消息；{text[0]}", f"the hub was never heard; {text[1]}", step
        return
    level = Level.WARN if at - moment(heard[0]) > (ANSWER_LATE if waiting else NIGHTLY) else Level.OK
    zh, en = (
        f"最近一次区中心消息 {heard[0][:16]} UTC；{text[0]}",
        f"the hub was last heard {heard[0][:16]} UTC; {text[1]}",
    )
    yield level, zh, en, "" if level is Level.OK else step


def alarms(settings: Settings, at: datetime) -> Iterator[Said]:
    """At the hub, whose folder lies in the office's: did somebody try a token twice?"""
    file = settings.folder.parent / "register.db"
    if settings.kind is not Kind.HUB or not os.access(file, os.R_OK):
        return
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        (count,) = connection.execute("select count(*) from alarms where seen_at is null").fetchone()
    if count:
        step = "microcenter-provision keyring，处理后加 --seen | when they are dealt with: `keyring --seen`"
        yield Level.WARN, f"入网警报 {count} 条", f"{count} alarms about enrolment", step
    else:
        yield Level.OK, "没有入网警报", "no alarms about enrolment"


def certificate_of(settings: Settings) -> x509.Certificate:
    return x509.load_pem_x509_certificate(settings.tls_crt.read_bytes())


def _issued_by_own_chain(settings: Settings) -> bool:
    leaf, *chain = x509.load_pem_x509_certificates(settings.tls_crt.read_bytes())
    try:
        leaf.verify_directly_issued_by(chain[0])
    except (IndexError, ValueError, TypeError, InvalidSignature):
        return False
    return True
