"""The devices of this station, for its head: how each stands, what went wrong last, a test, and what to do by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import machines
from node.devices import Health, Kind
from node.devices.readers import KeyboardReader, PageReader
from node.devices.registry import DeviceState
from node.web.devices_strip import device_name, manual_path, short_chip, state_words
from node.web.devices_tray import Tray, tray_of
from node.web.printing import JobLine, last_lines
from node.web.tools import house
from protocol.console.pages import render, see_other
from protocol.console.parts import Chip, Tone
from protocol.console.texts import Phrase, say


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
    tray: Tray | None
    can_test: bool
    can_print: bool  # a test page


@dataclass(frozen=True, slots=True)
class MachineLine:
    kind: Phrase
    counter: int  # 0: at none
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class DevicesPage:
    template = "devices.html"
    section = "devices"
    lines: Sequence[DeviceLine]
    jobs: Sequence[JobLine]
    has_printer: bool
    machines: Sequence[MachineLine]


def show(request: Request) -> Response:
    here = house(request)
    states = here.devices.states()
    with here.store.read() as db:
        known = machines.machines(db)
    page = DevicesPage(
        [_line(request, state) for state in states],
        last_lines(request),
        any(state.kind is Kind.A4_PRINTER for state in states),
        [MachineLine(say(f"machine.{one.kind}"), one.counter, one.seen_at) for one in known],
    )
    return render(request, page)


def test(request: Request, form: FormData) -> Response:
    here = house(request)
    state = here.devices.look_at(request.path_params["device"], here.clock.now())
    said = say("device.tested", device=device_name(state), state=state_words(state))
    return see_other(request, "devices", said=said, tone=Tone.GOOD if state.health is Health.OK else Tone.WARN)


def _line(request: Request, state: DeviceState) -> DeviceLine:
    device = house(request).devices.get(state.name)
    return DeviceLine(
        state.name,
        device_name(state),
        short_chip(state),
        say(f"device.driver.{state.driver}"),
        state.at,
        say(state.error) if state.error else None,
        state.error_at,
        manual_path(state),
        tray_of(state, device),
        not isinstance(device, PageReader | KeyboardReader),
        state.kind in (Kind.A4_PRINTER, Kind.SLIP_PRINTER),
    )
