"""The devices of this station, for its head: how each stands, what went wrong last, a test, and what to do by hand.

A fake reader has its tray here: whoever shows the house lays cards of nobody on it, and lifts them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node.devices import Health
from node.devices.fakes.people import PEOPLE, SOCIAL
from node.devices.fakes.reader import FakeReader, FakeSocialReader
from node.devices.readers import KeyboardReader, PageReader
from node.devices.registry import DeviceState
from node.web.devices_strip import device_name, manual_path, short_chip, state_words
from node.web.tools import house
from protocol.console import forms
from protocol.console.pages import render, see_other
from protocol.console.parts import Chip, Tone
from protocol.console.texts import Phrase, say
from protocol.errors import Refused


@dataclass(frozen=True, slots=True)
class DeviceLine:
    name: str
    called: Phrase | str
    chip: Chip
    driver: Phrase
    at: datetime | None
    error: Phrase | None
    error_at: datetime | None
    manual: Phrase
    tray: Sequence[tuple[str, Phrase]]  # cards that can be laid on; none where it is no fake, or one lies there
    has_card: bool
    can_test: bool


@dataclass(frozen=True, slots=True)
class DevicesPage:
    template = "devices.html"
    section = "devices"
    lines: Sequence[DeviceLine]


def show(request: Request) -> Response:
    devices = house(request).devices
    return render(request, DevicesPage([_line(request, state) for state in devices.states()]))


def test(request: Request, form: FormData) -> Response:
    here = house(request)
    state = here.devices.look_at(request.path_params["device"], here.clock.now())
    said = say("device.tested", device=device_name(state), state=state_words(state))
    return see_other(request, "devices", said=said, tone=Tone.GOOD if state.health is Health.OK else Tone.WARN)


def put(request: Request, form: FormData) -> Response:
    """A card of nobody on a fake reader's tray."""
    chosen = forms.text(form, "card")
    if chosen not in PEOPLE:
        raise Refused("refused.tray")
    return _move(
        request, lambda reader: reader.put((SOCIAL if isinstance(reader, FakeSocialReader) else PEOPLE)[chosen])
    )


def lift(request: Request, form: FormData) -> Response:
    return _move(request, lambda reader: reader.lift())


def _move(request: Request, move: Callable[[FakeReader | FakeSocialReader], None]) -> Response:
    reader = house(request).devices.get(request.path_params["device"])
    if not isinstance(reader, FakeReader | FakeSocialReader):
        raise Refused("refused.tray")
    move(reader)
    return see_other(request, "devices", said=say("device.tray-moved"))


def _line(request: Request, state: DeviceState) -> DeviceLine:
    device = house(request).devices.get(state.name)
    tray = device if isinstance(device, FakeReader | FakeSocialReader) else None
    return DeviceLine(
        state.name,
        device_name(state),
        short_chip(state),
        say(f"device.driver.{state.driver}"),
        state.at,
        say(state.error) if state.error else None,
        state.error_at,
        manual_path(state),
        [(key, say(f"device.person.{key}")) for key in PEOPLE] if tray and not tray.has_card else [],
        tray is not None and tray.has_card,
        not isinstance(device, PageReader | KeyboardReader),
    )
