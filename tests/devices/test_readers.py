"""Card readers as they behave at a counter: two makers' dialects, HTTP, and the fake that is as strict as they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from node.devices import Health, Kind
from node.devices.cards import CardKind
from node.devices.dialects import HTTP, NUMBERED, SOCIAL, TEXT
from node.devices.fakes.people import PEOPLE
from node.devices.fakes.people import SOCIAL as SOCIAL_CARDS
from node.devices.fakes.reader import FakeReader
from node.devices.fakes.services import HttpService, Service, Trouble
from node.devices.readers import VendorReader, VendorSocialReader
from node.devices.registry import Devices
from protocol.errors import Damaged, MicrocenterError, Refused, Unreachable
from protocol.settings import Device

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
DIALECT = {"text": TEXT, "numbered": NUMBERED}


@pytest.fixture(params=["text", "numbered"])
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    service = Service(request.param, PEOPLE["ordinary"])
    service.start()
    yield service
    service.stop()


def reader_of(service: Service, read_s: float = 5.0) -> VendorReader:
    return VendorReader(DIALECT[service.dialect], service.url, read_s=read_s)


def trouble_of(reader: VendorReader) -> str:
    with pytest.raises(MicrocenterError) as why:
        reader.read()
    return why.value.code


@pytest.mark.broker
def test_every_kind_of_card_is_read_in_both_dialects(service: Service) -> None:
    for who in PEOPLE:
        service.card = dict(PEOPLE[who])
        card = reader_of(service).read()
        assert card.number == PEOPLE[who]["number"]
        assert (card.valid_to is None) == (who == "long-term")
    service.card = dict(PEOPLE["rare"])
    assert reader_of(service).read().name == "测龺𬱖"


@pytest.mark.broker
def test_a_card_that_is_lifted_half_way_and_a_reader_that_speaks_nonsense_end_in_a_sentence(service: Service) -> None:
    reader = reader_of(service)
    for trouble, code in {
        Trouble.LIFTED: "refused.card-unreadable",
        Trouble.NONSENSE: "refused.card-unreadable",
        Trouble.GARBLED: "refused.card-unreadable",
        Trouble.NO_CARD: "refused.no-card",
        Trouble.UNPLUGGED: "unreachable.device",
    }.items():
        service.trouble = trouble
        assert trouble_of(reader) == code
    service.trouble = Trouble.SILENT
    assert trouble_of(reader_of(service, read_s=0.2)) == "refused.no-card"
    service.trouble = Trouble.NONE
    assert reader.read().kind is CardKind.RESIDENT


@pytest.mark.broker
def test_a_reader_that_was_unplugged_is_there_again_with_its_cable(service: Service) -> None:
    wanted = Device(driver="vendor-ws", dialect=service.dialect, url=service.url)
    devices = Devices({"card-reader": wanted})
    devices.look(AT)
    assert devices.states()[0].health is Health.OK
    service.stop()
    with pytest.raises(Unreachable):
        devices.read_card("card-reader", AT)
    state = devices.states()[0]
    assert (state.health, state.code, state.error) == (Health.OFF, "silent", "unreachable.device")
    devices.look(AT)
    assert devices.states()[0].health is Health.OFF
    service.start()
    assert devices.look_at("card-reader", AT).health is Health.OK
    assert devices.read_card("card-reader", AT).name == "测试甲"


@pytest.mark.broker
def test_the_http_service_reads_identity_and_social_security_cards() -> None:
    service = HttpService(PEOPLE["long-term"], SOCIAL_CARDS["long-term"])
    service.start()
    try:
        reader = VendorReader(HTTP, f"{service.base}/cgi-bin/readCard")
        assert reader.read().valid_to is None
        social = VendorSocialReader(SOCIAL, f"{service.base}/cgi-bin/readSocialCard").read()
        assert social.id_number == PEOPLE["long-term"]["number"]
        assert trouble_of(VendorReader(HTTP, f"{service.base}/elsewhere")) == "unreachable.device"
        service.trouble = Trouble.NONSENSE
        assert trouble_of(reader) == "refused.card-unreadable"
        service.trouble = Trouble.NO_CARD
        assert trouble_of(reader) == "refused.no-card"
    finally:
        service.stop()
    assert trouble_of(reader) == "unreachable.device"


def test_a_card_has_to_be_lifted_before_it_is_read_again() -> None:
    reader = FakeReader()
    with pytest.raises(Refused, match="no-card"):
        reader.read()
    reader.put(PEOPLE["ordinary"])
    with pytest.raises(Refused, match="tray"):
        reader.put(PEOPLE["rare"])
    assert reader.read().name == "测试甲"
    with pytest.raises(Refused, match="card-left"):
        reader.read()
    reader.lift()
    with pytest.raises(Refused, match="tray"):
        reader.lift()
    reader.put(PEOPLE["rare"])
    reader.unplug()
    with pytest.raises(Unreachable):
        reader.read()
    reader.plug_in()
    assert reader.read().name == "测龺𬱖"


def test_a_card_that_could_not_be_read_says_nothing_against_the_reader() -> None:
    devices = Devices({"card-reader": Device(driver="fake")})
    assert [state.code for state in devices.states()] == ["not-looked"]
    devices.look(AT)
    with pytest.raises(Refused):
        devices.read_card("card-reader", AT)
    state = devices.states()[0]
    assert (state.health, state.error) == (Health.OK, "refused.no-card")


def test_several_devices_of_a_kind_have_names_of_their_own() -> None:
    kiosk = Device(driver="keyboard", kind="card-reader")
    devices = Devices({"kiosk-reader": kiosk, "social-card-reader": Device(driver="fake")})
    assert devices.at_desk(Kind.CARD_READER) == ""  # nobody at the counter can put a card on it
    devices = Devices({"kiosk-reader": kiosk, "card-reader": kiosk, "social-card-reader": Device(driver="fake")})
    assert devices.at_desk(Kind.CARD_READER) == "card-reader"
    assert devices.at_desk(Kind.SOCIAL_CARD_READER) == "social-card-reader"
    assert Devices({}).at_desk(Kind.CARD_READER) == ""
    with pytest.raises(Refused, match="no-device"):
        devices.get("printer")


@pytest.mark.parametrize(
    "wanted",
    [
        {"toaster": Device(driver="fake")},
        {"card-reader": Device(driver="bluetooth")},
        {"card-reader": Device(driver="vendor-ws", dialect="klingon")},
        {"card-reader": Device(driver="vendor-ws", url="http://127.0.0.1:1919")},
        {"card-reader": Device(driver="vendor-ws", url="ws://127.0.0.1")},
        {"card-reader": Device(driver="vendor-http", dialect="text", url="http://127.0.0.1:8000/")},
        {"card-reader": Device(driver="counter", url="ws://192.168.1.9:1919")},  # a page may ask its own PC only
        {"card-reader": Device(driver="counter", url="ws://127.0.0.1:1919/; script-src *")},
    ],
)
def test_a_device_that_does_not_exist_stops_the_start_with_its_name(wanted: dict[str, Device]) -> None:
    with pytest.raises(Damaged, match=r"\[devices\."):
        Devices(wanted)
