"""asyncapi.yaml against letters of a whole day: every topic, every front, every message and every entry's body."""

from __future__ import annotations

import functools
from pathlib import Path

import msgspec
import pytest
import yaml
from jsonschema import Draft202012Validator

from protocol.casebook import Inner
from protocol.cases.acts import Retold, decode_act
from protocol.cases.rules import Act
from protocol.exchange.envelope import Opened, open_letter
from protocol.exchange.errands import CheckDue
from protocol.exchange.hall_day import HallDay
from protocol.exchange.link import Lane
from protocol.exchange.messages import (
    CataloguePublished,
    DemandStep,
    DemandTold,
    EpochBegan,
    FetchAsked,
    Given,
    Kind,
    KioskDay,
    Letter,
    LicencesEnded,
    PersonTold,
    QuestionLeft,
    RatingStep,
    RatingTold,
    Recovered,
    RuleRead,
    StationsKnown,
)
from protocol.exchange.topics import HUB, presence_topic, subscriptions, topic
from protocol.opening import Opening
from protocol.transfers import TransferStep
from tests.exchange.hand import Wiretap
from tests.exchange.test_golden import reader_of
from tests.golden.make import GOLDEN
from tests.world import DISTRICT, World

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "protocol" / "asyncapi.yaml").read_text(encoding="utf-8"))
BODIES = {
    Kind.EPOCH: EpochBegan,
    Kind.RECOVERED: Recovered,
    Kind.CASE_INNER: Inner,
    Kind.CASE_TOLD: Retold,
    Kind.CATALOGUE: CataloguePublished,
    Kind.PERSON: PersonTold,
    Kind.RULE_READ: RuleRead,
    Kind.BREACH: Inner,
    Kind.ENDED: LicencesEnded,
    Kind.STATIONS: StationsKnown,
    Kind.FETCH_ASKED: FetchAsked,
    Kind.TRANSFER: TransferStep,
    Kind.OPENING: Opening,
    Kind.QUESTION: QuestionLeft,
    Kind.RATING: RatingTold,
    Kind.RATING_STEP: RatingStep,
    Kind.DEMAND: DemandTold,
    Kind.DEMAND_STEP: DemandStep,
    Kind.KIOSK_DAY: KioskDay,
    Kind.HALL_DAY: HallDay,
}


@functools.cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]})


def _resolve(where: dict[str, str]) -> dict[str, object]:
    found: dict[str, object] = DOCUMENT
    for step in where["$ref"].removeprefix("#/").split("/"):
        found = found[step]  # type: ignore[assignment]
    return found


def _references(what: object) -> list[str]:
    if isinstance(what, dict):
        return [what["$ref"]] if "$ref" in what else [ref for value in what.values() for ref in _references(value)]
    return [ref for value in what for ref in _references(value)] if isinstance(what, list) else []


def _as_json(what: object) -> object:
    return msgspec.json.decode(msgspec.json.encode(what))


def check(opened: Opened) -> str:
    """Front, message and bodies are as described. Returns the name of the message."""
    message = _as_json(opened.message)
    assert isinstance(message, dict)
    name = str(message["type"])
    described = DOCUMENT["components"]["messages"][name]
    _validator(described["headers"]["$ref"].split("/")[-1]).validate(_as_json(opened.header))
    _validator(described["payload"]["$ref"].split("/")[-1]).validate(message)
    if isinstance(opened.message, Letter | Given):
        for entry in opened.message.entries:
            if entry.kind in set(Kind) and entry.body is not None:
                schema = DOCUMENT["components"]["x-entry-bodies"][entry.kind]["$ref"].split("/")[-1]
                read = decode_act(entry.body) if entry.kind == Kind.CASE_ACT else None
                body = read or msgspec.msgpack.decode(entry.body, type=BODIES[Kind(entry.kind)])
                _validator(schema).validate(_as_json(body))
    return name


def _a_day(world: World) -> list[tuple[str, str, Lane, bytes]]:
    """Every lane is used: a case with its papers, a correction, a lost disk, a lost scan, a night's check."""
    taps = [Wiretap(party) for party in world.parties()]
    dafeng = world.station("dafeng")
    world.settle()
    case = dafeng.submits(papers=2)
    world.settle()
    assert case
    world.hub.copy_disk()
    world.hub.decides(case, Act.ASK_CORRECTION)
    world.settle()
    dafeng.supplies(case)
    world.settle()
    world.hub.decides(case, Act.ACCEPT)
    world.hub.notes(case, "inner")
    world.settle()
    world.hub.lose_disk(0, told=True)
    world.hub.start()
    taps.append(Wiretap(world.hub))
    world.settle()
    world.network.cut("dafeng")
    other = dafeng.submits()
    assert other
    lost = dafeng.case(other).papers[0].digest  # type: ignore[union-attr]
    with dafeng.office.blobs.store.write() as tx:
        tx.execute("delete from blobs where digest = ?", (lost,))
    world.network.mend("dafeng")
    world.settle()
    dafeng.office.put(CheckDue())
    dafeng.office.courier.voice.report_every_s = 1.0
    world.advance(2)
    dafeng.step()
    dafeng.step()  # the check is made when nothing else has come
    return [(tap.party.name, *frame) for tap in taps for frame in tap.frames]


def test_a_whole_day_of_letters_is_as_described(tmp_path):
    world = World(tmp_path)
    try:
        frames = _a_day(world)
    finally:
        for party in world.parties():
            party.kill()
    keys = {party.name: party.keys for party in world.parties()}
    channels = {channel["address"]: channel for channel in DOCUMENT["channels"].values()}
    seen = set()
    for sender, to, lane, data in frames:
        name = check(open_letter(data, keys[to], world.keyring, sender))
        station = to if sender == HUB else sender
        address = (
            topic(DISTRICT, sender, to, lane).replace(f"/{DISTRICT}/", "/{district}/").replace(station, "{station}")
        )
        assert name in channels[address]["messages"], f"{name} goes through {address}"
        seen.add(name)
    assert seen | {"presence"} == set(DOCUMENT["components"]["messages"])


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("v*/*.mc")), ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_a_golden_letter_is_as_described(file):
    keys, keyring = reader_of(file.parent)
    check(open_letter(file.read_bytes(), keys, keyring))


def test_every_lane_and_presence_has_its_channel_in_both_directions():
    described = {channel["address"] for channel in DOCUMENT["channels"].values()}
    expected = {topic("{district}", "{station}", HUB, lane) for lane in Lane}
    expected |= {topic("{district}", HUB, "{station}", lane) for lane in Lane}
    expected |= {presence_topic("{district}", "{station}"), presence_topic("{district}", HUB)}
    assert described == expected


def test_a_station_receives_exactly_what_it_subscribes_to():
    received = {
        _resolve(operation["channel"])["address"]
        for operation in DOCUMENT["operations"].values()
        if operation["action"] == "receive"
    }
    wanted = subscriptions("{district}", "{station}")
    assert all(any(_matches(pattern, str(address)) for pattern in wanted) for address in received)
    assert len(received) == len(Lane) + 1


def _matches(pattern: str, address: str) -> bool:
    return len(pattern.split("/")) == len(address.split("/")) and all(
        p in ("+", a) for p, a in zip(pattern.split("/"), address.split("/"), strict=True)
    )


def test_no_reference_leads_nowhere():
    for reference in _references(DOCUMENT):
        assert _resolve({"$ref": reference})


def test_a_message_that_is_not_as_described_is_seen():
    """The document says something: what msgspec would refuse, the schema refuses too."""
    good = {"type": "recall", "epoch": "e", "after": 3}
    assert _validator("Recall").is_valid(good)
    for bad in ({**good, "after": -1}, {**good, "epoch": 5}, {**good, "type": "given"}, {"type": "recall"}):
        assert not _validator("Recall").is_valid(bad)
