"""Makes the golden letters of a new version: `python -m tests.golden.make v2`.

What a released version wrote must open for ever. A folder that is there is never touched again: a new
version gets a folder of its own, and its sums are added at the end of SHA256SUMS. The keys beside the
letters belong to nobody and open nothing else.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocol.casebook import Inner, encode_inner
from protocol.cases.acts import (
    Applicant,
    By,
    CaseAct,
    Correction,
    Finding,
    Intake,
    LicenceTerms,
    Made,
    Paper,
    Retold,
    Survey,
    Told,
    Trace,
    TracedInput,
    decode_act,
    encode_act,
    encode_retold,
)
from protocol.cases.rules import INNER, RULES, Act, Role, Side
from protocol.catalogue.items import Stop
from protocol.clock import ClockQuality
from protocol.exchange.envelope import Opened, open_letter, seal, seal_to_self
from protocol.exchange.hall_day import HallCounter, HallDay, HallWaits
from protocol.exchange.journal import digest_of, genesis, link_of
from protocol.exchange.messages import (
    Ask,
    CataloguePublished,
    Check,
    DemandPaper,
    DemandStep,
    DemandTold,
    Entry,
    EpochBegan,
    FetchAsked,
    Given,
    Have,
    Held,
    Hello,
    Kind,
    KioskDay,
    Lack,
    Letter,
    LicencesEnded,
    Message,
    NumberEnded,
    Offer,
    PersonTold,
    Piece,
    QuestionLeft,
    RatingStep,
    RatingTold,
    Recall,
    Receipt,
    Recovered,
    Report,
    RuleRead,
    Span,
    StationKnown,
    StationsKnown,
)
from protocol.exchange.stick import MAGIC
from protocol.exchange.topics import HUB
from protocol.identity import Keyring, KeyringContent, Keys, read_keyring, sign_keyring
from protocol.opening import Opening, Special, Times
from protocol.transfers import Seen, TransferLine, TransferStep, What

GOLDEN = Path(__file__).parent
SUMS = GOLDEN / "SHA256SUMS"
DISTRICT, STATION = "xindu", "dafeng"
AT = "2026-03-02T08:15:00.123Z"

_encode = msgspec.msgpack.Encoder().encode


def an_act(act: Act, case: str, number: int) -> CaseAct:
    """One act with every field filled that it could have; what a reader makes of it is not asked here."""
    side = next((rule.side for rule in RULES if rule.act is act), Side.HUB)
    officer = By("li", Role.REVIEWER, "李", section="review", on_behalf="zhao")
    by = By("wang", Role.CLERK, "王") if side is Side.STATION else officer
    paper = Paper(digest="ab" * 32, size=7, type="image/jpeg", material="id-card", name="page 2")
    return CaseAct(
        case=case, id=f"{number:032x}", act=act, follows=f"{number - 1:032x}" if number else None, by=by, at=AT,
        reason="材料齐全 🙂", remedies="六十日内可以申请行政复议", basis="行政许可法 §38", number="DAFENG-26-00001-K7M·准予",
        intake=Intake(
            number="DAFENG-26-00001-K7M", station=STATION, item="P08", item_version=1,
            applicant=Applicant(name="测试𬱖", number="none", phone="none"), answers={"address": "测试地址1号"}, papers=[paper],
            situations={"is_new": "yes"}, channel="window", mode="receive", committed=True, lacking=["P08-3"], matter="m",
            after="DAFENG-26-00000-K7M", licence="DAFENG-21-00001-K7M·证照", licence_until="2026-12-31", fetch_at="boya",
        ) if act in (Act.SUBMIT, Act.DECIDE_AT_ONCE) else None,
        trace=Trace(
            outcome="grant", rule="ab" * 32, catalogue=4, library="common-expression-language 0.10.0", hits=["own_record"],
            failed=["broken"], against=["clock"],
            inputs=[
                TracedInput(name="given_here", source="station", as_of=AT, value="1"),
                TracedInput(name="age", source="form", as_of=AT, state="stale", digest="cd" * 32),
            ],
        ) if act in (Act.SUBMIT, Act.DECIDE_AT_ONCE) else None,
        corrections=[Correction("address", "看不清")], answers={"address": "测试地址2号"}, papers=[paper],
        request="0" * 32, recipient="测试甲", way="proxy", to="boya", proposal="grant", simple=True, competent="另一机关",
        stop=Stop.HEARING,
        expected="约 10 个工作日", chair="chen", person="wu", passed=True, counts_from="2026-03-02", package="ef" * 32,
        card="red", rules=["A-04.1"],
        survey=Survey(place="现场", arrived=AT, left=AT, findings=[Finding("通道畅通", "pass", "1.4 米")], passed=True,
                      applicant_says="无"),
        licence=LicenceTerms(number="DAFENG-26-00001-K7M·证照", kind="food", holder="测试𬱖", valid_from="2026-03-02",
                             valid_to="2031-03-01", change="renewed", replaces="DAFENG-21-00001-K7M·证照"),
        made=Made(kind="grant", number="DAFENG-26-00001-K7M·准予", digest="cd" * 32, size=70_000, data="ef" * 32),
    )  # fmt: skip


def messages(sender: Keys) -> dict[str, tuple[Message, Span | None]]:
    """Every message by the name of its file; all said by the station, whoever says such a thing in life."""
    rng = random.Random(26)
    case = "c" * 32
    bodies: list[tuple[str, str, bytes]] = [
        (Kind.EPOCH, "", _encode(EpochBegan(life=2, forked_from="e0", forked_at=9, why="restored")))
    ]
    for number, act in enumerate(Act):
        told = encode_act(an_act(act, case, number))
        if act in INNER:
            bodies.append(
                (Kind.CASE_INNER, case, encode_inner(Inner(case, f"{number:032x}", seal_to_self(sender, told))))
            )
        else:
            bodies.append((Kind.CASE_ACT, case, told))
    bodies.append((Kind.RECOVERED, "", _encode(Recovered(epoch="e0", first=3, last=9, source=HUB))))
    bodies.append((Kind.CATALOGUE, "", _encode(CataloguePublished(number=4, digest="cd" * 32, size=70_000))))
    bodies.append(
        (Kind.PERSON, "", _encode(PersonTold(account="wang", name="王", roles=["clerk"], revision=3, secret="x")))
    )
    told = Told(an_act(Act.ISSUE, case, 3), Side.HUB, 1, "e1", 7, STATION)
    bodies.append((Kind.CASE_TOLD, case, encode_retold(Retold(told=told, whole=False, papers=True))))
    bodies.append(
        (Kind.STATIONS, "", _encode(StationsKnown(stations=[StationKnown(name="boya", zh="博雅新城站", en="Boya")])))
    )
    bodies.append((Kind.FETCH_ASKED, "", _encode(FetchAsked(number="DAFENG-26-00001-K7M", reason="搬家", by="王"))))
    step = TransferStep(
        id="1" * 32, what=What.RECEIVED, number="JJ-BOYA-26-0001-K7M", sender="boya", receiver=STATION, at=AT,
        account="wang", name="王", lines=[TransferLine(case="DAFENG-26-00001-K7M", what="身份证原件", number="1", copies=2)],
        seal="F-1", carrier="EMS 1", seen=[Seen.DAMAGED], counted=2, note="破损一份",
    )  # fmt: skip
    bodies.append((Kind.TRANSFER, "", _encode(step)))
    hours = Opening(
        week=[[Times(540, 720), Times(1080, 1230, after_hours=True)], *([] for _ in range(6))], on_holidays=True,
        special=[Special(day="2026-03-04", note="停电检修")], revision=2,
    )  # fmt: skip
    bodies.append((Kind.OPENING, "", _encode(hours)))
    rating = RatingTold(
        id="a" * 32, event="2026-03-02/1/4", grade=2, channel="pad", counter=1, group="tax", served_by="wang"
    )
    bodies.append((Kind.RATING, "", _encode(rating)))
    bodies.append(
        (Kind.RATING_STEP, "", _encode(RatingStep(rating="a" * 32, step="said", note="等得久", reasons=["waited"])))
    )
    demand = DemandTold(
        id="b" * 32, number="DAFENG-SQ26-00001-K7M", type="help", content="路灯坏了", place="三组", name="某人", phone="028-0",
        publish=True, papers=[DemandPaper(digest="ab" * 32, size=9, type="image/png")],
    )  # fmt: skip
    bodies.append((Kind.DEMAND, "", _encode(demand)))
    bodies.append((Kind.DEMAND_STEP, "", _encode(DemandStep(demand="b" * 32, step="withdrawn", note="修好了"))))
    kiosk = KioskDay(
        day="2026-03-02", sessions=3, completed={"S07": 1}, abandoned={"papers": 1}, seconds_p50=90, helped=1
    )
    bodies.append((Kind.KIOSK_DAY, "", _encode(kiosk)))
    question = QuestionLeft(text="怎么养猫", why="nothing", day="2026-03-02", place="query", shown=["S07"])
    bodies.append((Kind.QUESTION, "", _encode(question)))
    waits = [HallWaits(of="all", which="", turns=2, p50_s=60, p90_s=90)]
    hall = HallDay(
        day="2026-03-02", upto=9, tickets=3, turns=2, waits=waits, counters=[HallCounter(number=1, open_s=9, busy_s=4)]
    )
    bodies.append((Kind.HALL_DAY, "", _encode(hall)))
    bodies.append((Kind.RULE_READ, "", _encode(RuleRead(code="A-04", version=1, name="王", readers=5))))
    bodies.append((Kind.BREACH, case, encode_inner(Inner(case, "e" * 32, seal_to_self(sender, b"a breach")))))
    ended = NumberEnded(digest=b"\7" * 32, act="e" * 32, upto=AT, on="2026-03-02", why="revoked")
    bodies.append((Kind.ENDED, "", _encode(LicencesEnded(lines=[ended]))))
    bodies.append(("kind.of-tomorrow", case, b"anything"))

    before = chain = genesis(DISTRICT, STATION, HUB, "e1", 2)
    entries: list[Entry] = []
    for seq, (kind, about, body) in enumerate(bodies, 1):
        salt = rng.randbytes(16)
        entry = Entry(seq, kind, 1, about, "wang", AT, ClockQuality.UNSYNCED, salt, digest_of(salt, body), body)
        if seq == len(bodies) - 1:
            entry = msgspec.structs.replace(entry, salt=b"", body=None)  # erased since
        chain = link_of(chain, entry)
        entries.append(entry)
    span = Span("e1", 2, 1, len(entries), before, chain)
    letter = Letter(entries)
    signed = seal(sender, DISTRICT, HUB, AT, letter, card=sender.card(), span=span)
    proof = open_letter(signed, sender_as_reader(sender), keyring_of(sender, sender_as_reader(sender))).proof
    report = Report(software="0.1.0", catalogue=4, replica="fresh", replica_age_s=1.5, disk_free=10**10, attention=2, owed=3,
                    owed_papers=1, oldest_owed_at=AT)  # fmt: skip
    return {
        "hello": (
            Hello(session=b"s" * 16, answers=b"a" * 16, heard=True, boot=b"b" * 8, life=2, heads=[("e1", span.last)],
                  holds=[Held("h1", 1, 5, b"\5" * 32, 4, proof)], report=report), None,
        ),
        "letter": (letter, span),
        "receipt": (Receipt(session=b"s" * 16, epoch="h1", upto=5, chain=b"\5" * 32, replicated=4, window=8, gap=True), None),
        "receipt-carried": (Receipt(session=b"", epoch="h1", upto=5, chain=b"\5" * 32, replicated=4), None),
        "recall": (Recall(epoch="e0", after=3), None),
        "given": (Given(epoch="e1", life=2, entries=entries[2:], proof=proof), None),
        "offer": (Offer(["ab" * 32, "cd" * 32]), None),
        "ask": (Ask(digest="ab" * 32, pieces=[0, 1, 3]), None),
        "piece": (Piece(digest=hashlib.sha256(b"a photo").hexdigest(), number=0, size=7, data=b"a photo"), None),
        "have": (Have(["ab" * 32]), None),
        "lack": (Lack(["cd" * 32]), None),
        "check": (Check([("e1", span.last, chain), ("h1", 5, b"\5" * 32)]), None),
        "report": (report, None),
    }  # fmt: skip


def sender_as_reader(sender: Keys) -> Keys:
    """The same keys under the hub's name: enough to open what was sealed to the sender's own card."""
    return Keys(HUB, sender.box, sender.signing, sender.sealing)


def keyring_of(*keys: Keys) -> Keyring:
    return Keyring(
        KeyringContent(district=DISTRICT, number=1, issued_at=AT, cards=[one.card(since=AT) for one in keys])
    )


def readable(opened: Opened) -> dict[str, object]:
    """What stands in the JSON beside a letter. Bytes in base64; bodies of acts as what they say."""
    message = msgspec.to_builtins(opened.message)
    for shown, entry in zip(message.get("entries", ()), getattr(opened.message, "entries", ()), strict=True):
        if entry.kind == Kind.CASE_ACT and entry.body is not None:
            shown[-1] = msgspec.to_builtins(decode_act(entry.body))
    return {"header": msgspec.to_builtins(opened.header), "message": message}


def as_text(what: object) -> str:
    return json.dumps(what, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def make(version: str) -> None:
    folder = GOLDEN / version
    folder.mkdir()  # fails if it is there: what is released is never written again
    authority = Ed25519PrivateKey.generate()
    sender, reader = Keys.make(STATION), Keys.make(HUB)
    sender.save(folder / "sender.keys.json")
    reader.save(folder / "reader.keys.json")
    signed = sign_keyring(keyring_of(sender, reader).content, authority)
    (folder / "keyring.json").write_bytes(signed)
    (folder / "authority.pub").write_text(authority.public_key().public_bytes_raw().hex() + "\n")
    keyring = read_keyring(signed, authority.public_key())
    frames = []
    for name, (message, span) in messages(sender).items():
        sealed = isinstance(message, Letter | Given | Piece)
        data = seal(sender, DISTRICT, HUB, AT, message, card=reader.card() if sealed else None, span=span)
        (folder / f"{name}.mc").write_bytes(data)
        (folder / f"{name}.json").write_text(as_text(readable(open_letter(data, reader, keyring))), encoding="utf-8")
        frames.append(data)
    stick = MAGIC + b"".join(len(frame).to_bytes(4, "big") + frame for frame in frames) + bytes(4)
    (folder / f"microcenter-{STATION}-{HUB}-20260302-081500.mcs").write_bytes(stick + hashlib.sha256(stick).digest())
    with SUMS.open("a") as sums:
        for file in sorted(folder.iterdir()):
            sums.write(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {version}/{file.name}\n")


if __name__ == "__main__":
    make(sys.argv[1])
