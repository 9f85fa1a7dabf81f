"""The tray of a fake reader, on the page: whoever shows the house lays cards of nobody on it, and lifts them.

A real reader has a tray of its own, and these moves are turned down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node.devices import Device
from node.devices.fakes.people import PEOPLE, SOCIAL
from node.devices.fakes.reader import FakeReader, FakeSocialReader
from node.devices.registry import DeviceState
from node.web.devices_strip import device_name
from node.web.tools import house
from protocol.console import forms
from protocol.console.pages import see_other
from protocol.console.texts import Phrase, say
from protocol.errors import Refused


@dataclass(frozen=True, slots=True)
class Tray:
    device: str
    called: Phrase | str
    cards: Sequence[tuple[str, Phrase]]  # those that can be laid on; none while one lies there


def tray_of(state: DeviceState, device: Device) -> Tray | None:
    """None for a device that is there."""
    if not isinstance(device, FakeReader | FakeSocialReader):
        return None
    return Tray(
        state.name,
        device_name(state),
        [] if device.has_card else [(key, say(f"device.person.{key}")) for key in PEOPLE],
    )


def put(request: Request, form: FormData) -> Response:
    card = forms.text(form, "card")
    if card not in PEOPLE:
        raise Refused("refused.tray")
    return _move(request, form, lambda tray: tray.put((SOCIAL if isinstance(tray, FakeSocialReader) else PEOPLE)[card]))


def lift(request: Request, form: FormData) -> Response:
    return _move(request, form, lambda tray: tray.lift())


def _move(request: Request, form: FormData, move: Callable[[FakeReader | FakeSocialReader], None]) -> Response:
    """Back to the draft beside which the tray stands, or to the page of devices."""
    device = house(request).devices.get(request.path_params["device"])
    if not isinstance(device, FakeReader | FakeSocialReader):
        raise Refused("refused.tray")
    move(device)
    if draft := forms.text(form, "draft"):
        return see_other(request, "intake", said=say("device.tray-moved"), draft_id=draft)
    return see_other(request, "devices", said=say("device.tray-moved"))
