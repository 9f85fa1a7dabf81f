"""What is wrong with this box, one line for each check, and the next step to take.

It changes nothing, needs no network to be useful, and believes nobody before itself: the clock and
the box's own papers are looked at before what a server says. Each check stands alone, so a broken
one never hides the others. No line holds a person's name, a number or a secret.
"""

from __future__ import annotations

import shutil
import socket
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlite_utils import Database

from protocol.documents.sealing import load_seal
from protocol.errors import Damaged, Distrusted, MicrocenterError, Unreachable
from protocol.exchange.waterline import Waterline, forgotten
from protocol.identity import Keyring, Keys, read_keyring
from protocol.replica.configured import target_of
from protocol.replica.control import Control
from protocol.replica.target import FolderTarget, find_litestream, lies_in
from protocol.settings import Kind, Settings, read_settings
from protocol.store import ROOM_BYTES
from provisioning import in_sight as district
from provisioning.findings import Level, Line, Said
from provisioning.in_sight import CLOCK_FLOOR, certificate_of
from provisioning.lan import names_of, read_pages
from provisioning.next_steps import ANEW, restoring, starting
from provisioning.words import halves

LITTLE_ROOM_BYTES = 2 * 1024**3
EXPIRES_SOON = timedelta(days=60)
REPLICA_LATE = timedelta(minutes=15)
FONTS = Path("/usr/share/fonts")


def examine(folder: Path, at: datetime) -> list[Line]:
    """Every check on the party in this folder. Never raises for what it finds."""
    try:
        settings = read_settings(folder)
    except Damaged as why:
        step = "核对 --folder；尚未入网则运行 enrol | check --folder; a new box: `enrol`"
        return [Line("settings", Level.FAIL, f"party.toml 无法使用：{why.text}", f"party.toml: {why.text}", step)]
    lines = [Line("settings", Level.OK, f"{settings.name.zh} ({settings.party})", f"{settings.party}, {settings.kind}")]
    for check in CHECKS:
        name = check.__name__.strip("_")
        try:
            lines += [Line(name, *said) for said in check(settings, at)]
        except MicrocenterError as why:
            lines.append(Line(name, Level.FAIL, *halves(why)))
        except (OSError, ValueError, sqlite3.Error) as why:
            step = "通知区中心，把这一行告诉他们 | call the district and read them this line"
            lines.append(Line(name, Level.FAIL, f"检查未完成：{why}", f"the check broke off: {why}", step))
    return lines


def exit_code(lines: list[Line]) -> int:
    """0 all well, 10 somebody should act, 20 blocked."""
    levels = {line.level for line in lines}
    return 20 if Level.FAIL in levels else 10 if Level.WARN in levels else 0


def _clock(settings: Settings, at: datetime) -> Iterator[Said]:
    floor = CLOCK_FLOOR
    if settings.tls_crt.exists():
        floor = max(floor, certificate_of(settings).not_valid_before_utc)
    if at < floor:
        yield (
            Level.FAIL,
            f"本机时间 {at:%Y-%m-%d} 早于 {floor:%Y-%m-%d}；主板电池可能失效",
            f"this machine says {at:%Y-%m-%d}, before {floor:%Y-%m-%d}; the battery of its clock may be dead",
            "timedatectl set-time '2026-01-31 09:00:00'；再查主板电池 | set date and time, then look at the battery",
        )
    else:
        yield Level.OK, f"时间 {at:%Y-%m-%d %H:%M} UTC", f"{at:%Y-%m-%d %H:%M} UTC"


def _disk(settings: Settings, at: datetime) -> Iterator[Said]:
    for place in dict.fromkeys((_there(settings.data), _there(settings.replica_dir))):
        free = shutil.disk_usage(place).free
        text = f"{free // 1024**2} MB"
        if free < ROOM_BYTES:
            yield (
                Level.FAIL,
                f"磁盘已满：{place} 剩 {text}",
                f"full: {text} left at {place}; no new work is taken",
                "腾出空间 | free space",
            )
        elif free < LITTLE_ROOM_BYTES:
            yield (
                Level.WARN,
                f"磁盘空间不足：{place} 剩 {text}",
                f"only {text} left at {place}",
                "尽快腾出空间 | free space soon",
            )
        else:
            yield Level.OK, f"{place} 剩 {text}", f"{text} left at {place}"


def _writable(settings: Settings, at: datetime) -> Iterator[Said]:
    for place in (settings.data, settings.mark, settings.run):
        try:
            with tempfile.TemporaryFile(dir=_there(place)):
                pass
        except OSError as why:
            step = "查该文件夹的挂载和属主 | check the mount and the owner of the folder"
            yield Level.FAIL, f"不能写入 {place}：{why.strerror}", f"cannot write to {place}: {why.strerror}", step
            return
    yield Level.OK, "数据文件夹可写", "the party's folders can be written to"


def _identity(settings: Settings, at: datetime) -> Iterator[Said]:
    if not settings.letters_key.exists():
        zh = "尚未入网，或入网未完成"
        yield (
            Level.FAIL,
            zh,
            "not enrolled, or enrolment was cut short",
            "运行 enrol，换机运行 revive | run `microcenter-provision enrol`, or `revive` to replace a box",
        )
        return
    keys = Keys.load(settings.letters_key)
    if keys.party != settings.party:
        yield (
            Level.FAIL,
            f"密钥属于 {keys.party}，而 party.toml 是 {settings.party}",
            f"the keys are those of {keys.party}",
            "文件夹弄混了，通知区中心 | this folder was mixed up with another one: call the district",
        )
        return
    if settings.letters_key.stat().st_mode & 0o077:
        yield Level.FAIL, "密钥文件可被他人读取", "others can read letters.key", f"chmod 600 {settings.letters_key}"
        return
    yield Level.OK, f"本站第 {keys.box} 台机器", f"box {keys.box} of {keys.party}"


def _certificate_fits(settings: Settings, at: datetime) -> Iterator[Said]:
    if settings.kind is Kind.HUB or not settings.letters_key.exists():
        return
    gone = [file.name for file in (settings.tls_crt, settings.tls_key, settings.district_ca) if not file.exists()]
    if gone:
        files = ", ".join(gone)
        yield Level.FAIL, f"身份文件缺失：{files}", f"identity files are missing: {files}", ANEW
        return
    certificate = certificate_of(settings)
    key = load_pem_private_key(settings.tls_key.read_bytes(), None)
    left = certificate.not_valid_after_utc - at
    if key.public_key() != certificate.public_key():
        step = ANEW
        yield Level.FAIL, "证书与私钥不配套", "the certificate is not for this key", step
    elif left < timedelta(0):
        step = ANEW
        yield Level.FAIL, f"证书已过期 {-left.days} 天", f"the certificate ran out {-left.days} days ago", step
    elif left < EXPIRES_SOON:
        yield (
            Level.WARN,
            f"证书还有 {left.days} 天到期",
            f"the certificate ends in {left.days} days",
            "安排换证（revive） | plan a renewal with `revive`",
        )
    else:
        yield Level.OK, f"证书有效至 {certificate.not_valid_after_utc:%Y-%m-%d}", f"valid for {left.days} days"


def _seal(settings: Settings, at: datetime) -> Iterator[Said]:
    if settings.kind is not Kind.HUB:
        return
    seal = load_seal(settings.seal_key, settings.seal_crt)
    step = "签发电子印章：microcenter-provision seal | issue it: microcenter-provision seal"
    if seal is None:
        yield Level.OK, "没有电子印章，文书只带二维码", "no electronic seal: documents carry a code alone"
    elif seal.good_until < at:
        yield Level.FAIL, "电子印章证书已过期，文书不能签章", "the seal's certificate ran out: nothing is sealed", step
    elif seal.good_until - at < EXPIRES_SOON:
        left = (seal.good_until - at).days
        yield Level.WARN, f"电子印章证书还有 {left} 天到期", f"the seal's certificate ends in {left} days", step
    else:
        yield Level.OK, f"电子印章有效至 {seal.good_until:%Y-%m-%d}", f"seal good until {seal.good_until:%Y-%m-%d}"


def _keyring(settings: Settings, at: datetime) -> Iterator[Said]:
    if not settings.letters_key.exists():
        return
    gone = [file for file in (settings.keyring, settings.authority_pub) if not file.exists()]
    if gone:
        step = halves(Distrusted("distrusted.keyring"))[2] if gone == [settings.keyring] else ANEW
        names = ", ".join(file.name for file in gone)
        yield Level.FAIL, f"身份文件缺失：{names}", f"identity files are missing: {names}", step
        return
    keys = Keys.load(settings.letters_key)
    ring = _ring(settings)
    card = ring.ever(keys.party, keys.box)
    number = ring.content.number
    if card.signing != keys.card().signing:
        step = ANEW
        yield Level.FAIL, "密钥与名册不符", f"the keyring holds another key for {keys.party}/{keys.box}", step
    elif card.standing != "active":
        zh = "本机已停用或已被替换"
        step = "断电并送回 | switch it off and send it back"
        yield Level.FAIL, zh, f"this box is {card.standing} since {card.since}", step
    else:
        issued = ring.content.issued_at[:10]
        zh, en = f"名册第 {number} 号（{issued}），本机在用", f"keyring {number} of {issued}; this box is in use"
        if settings.kind is Kind.STATION:
            # It names who the hub is, which changes when the office makes the hub new keys; no wire brings a new one.
            zh, en = f"{zh}；新名册只由 U 盘带来", f"{en}; a newer keyring comes by stick alone"
        yield Level.OK, zh, en


def _replica(settings: Settings, at: datetime) -> Iterator[Said]:
    target = target_of(settings)
    if target is None:
        yield (
            Level.WARN,
            "未设置副本",
            "this party has no replica",
            "挂第二块盘，写进 party.toml 的 [replica] | give it a second disk: [replica] in party.toml",
        )
        return
    find_litestream()
    if isinstance(target, FolderTarget):
        for db in settings.databases:
            if db.exists() and not lies_in(target, db.stem):
                step = "第二块盘挂上了吗？挂上后重启服务 | is the second disk mounted? mount it and restart the service"
                yield Level.WARN, f"{db.name} 尚无完整副本", f"no whole copy of {db.name} yet", step
    try:
        moments = Control(settings.litestream_socket).last_syncs(2.0)
    except Unreachable:
        step = (
            "它随服务启动：启动服务，或看 run/litestream.log | it starts with the service; else see run/litestream.log"
        )
        yield Level.WARN, "litestream 未运行", "litestream does not run", step
        return
    late = [path for path, text in moments.items() if at - datetime.fromisoformat(text) > REPLICA_LATE]
    if late or len(moments) < len(settings.databases):
        yield Level.WARN, "副本落后", "the replica is behind", "看 run/litestream.log | see run/litestream.log"
    else:
        yield Level.OK, "副本是最新的", "the replica is up to date"


def _databases(settings: Settings, at: datetime) -> Iterator[Said]:
    target = target_of(settings)
    for db in settings.databases:
        if not db.exists():
            copied = isinstance(target, FolderTarget) and lies_in(target, db.stem)
            if (settings.waterline.exists() or copied) and not settings.restored_note.exists():
                step = restoring(settings)
                yield Level.FAIL, f"{db.name} 丢失", f"{db.name} is gone although this party has lived", step
            continue
        try:
            with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
                (result,) = connection.execute("pragma quick_check(1)").fetchone()
        except sqlite3.DatabaseError as why:
            result = str(why)
        if result != "ok":
            step = restoring(settings)
            yield Level.FAIL, f"{db.name} 已损坏", f"{db.name} is damaged: {result}", step
        else:
            yield Level.OK, f"{db.name} 完好", f"{db.name} is sound, {db.stat().st_size // 1024} KB"


def _waterline(settings: Settings, at: datetime) -> Iterator[Said]:
    if settings.restored_note.exists():
        zh = "刚从副本恢复，下次启动开始新纪元"
        yield Level.OK, zh, "just restored; a new epoch begins at the next start"
        return
    if not settings.db.exists():
        return
    if not settings.waterline.exists():
        zh, en = (
            "没有外部标记：旧文件被拷回时看不出来",
            "no mark beside the database: an older copy would not be noticed",
        )
        yield Level.WARN, zh, en, f"挂上 mount {settings.mark}；{starting(settings)}"
        return
    spoken = Waterline(settings.mark).spoken()
    with closing(sqlite3.connect(f"file:{settings.db}?mode=ro", uri=True)) as connection:
        ahead = forgotten(Database(connection), settings.party, spoken)
    if ahead:
        step = "启动服务：它会向对方要回缺少的 | start the service: it asks its peers for what is missing"
        zh = "数据库比外部标记旧：曾被旧文件覆盖"
        yield Level.WARN, zh, "the database is older than the mark beside it: an older file was copied back", step
    else:
        yield Level.OK, "数据库与外部标记一致", "the database knows all that was ever said"


def _port(settings: Settings, at: datetime) -> Iterator[Said]:
    http = settings.http
    host = "127.0.0.1" if http.host in ("0.0.0.0", "::") else http.host  # noqa: S104 - compared, not bound
    try:
        socket.create_connection((host, http.port), timeout=2).close()
        yield Level.OK, f"页面 {host}:{http.port} 有应答", f"pages answer at {host}:{http.port}"
    except OSError:
        yield Level.WARN, f"页面 {host}:{http.port} 无应答", f"no pages at {host}:{http.port}", starting(settings)


def _page_certificate(settings: Settings, at: datetime) -> Iterator[Said]:
    """A station that serves https: its counters stand still on the day when this certificate is over."""
    if not settings.http.tls:
        return
    try:
        certificate = read_pages(settings.pages_crt.read_bytes())
    except (OSError, Distrusted):
        zh, en = "没有可用的页面证书", "no certificate for the pages"
        yield Level.FAIL, zh, en, f"microcenter-provision pages-install FILE --folder {settings.folder}"
        return
    left = certificate.not_valid_after_utc - at
    names = " ".join(names_of(certificate))
    zh = f"页面证书（{names}）有效至 {certificate.not_valid_after_utc:%Y-%m-%d}"
    en = f"certificate of the pages ({names}): {left.days} days left"
    if left < EXPIRES_SOON:
        level = Level.FAIL if left < timedelta() else Level.WARN
        yield level, zh, en, f"在区中心 at the office: microcenter-provision pages {settings.party} {names} --out FILE"
    else:
        yield Level.OK, zh, en


def _fonts(settings: Settings, at: datetime) -> Iterator[Said]:
    if any(FONTS.rglob("NotoSansCJK*")):
        yield Level.OK, "中文字体已安装", "Chinese fonts are installed"
    else:
        yield (
            Level.FAIL,
            "缺中文字体，无法打印",
            "no Chinese fonts: nothing can be printed",
            "apt install fonts-noto-cjk",
        )


CHECKS: tuple[Callable[[Settings, datetime], Iterator[Said]], ...] = (
    _clock,
    _disk,
    _writable,
    _identity,
    _certificate_fits,
    _seal,
    _keyring,
    district.broker,
    district.broker_rules,
    district.heard,
    district.alarms,
    _replica,
    _databases,
    _waterline,
    _port,
    _page_certificate,
    _fonts,
)


def _there(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    while not path.exists():
        path = path.parent
    return path


def _ring(settings: Settings) -> Keyring:
    authority = Ed25519PublicKey.from_public_bytes(bytes.fromhex(settings.authority_pub.read_text("ascii")))
    return read_keyring(settings.keyring.read_bytes(), authority)
