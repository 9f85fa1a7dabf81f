"""How the devices stand, as a person reads it: the strip under the sync bar, and wherever a device is used.

What does not work says what to do by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from node.devices import Health
from node.devices.registry import DeviceState
from protocol.console.parts import Chip, Icon, Tone
from protocol.console.texts import Phrase, say

_LOOKS: dict[Health, tuple[Tone, Icon]] = {
    Health.OK: (Tone.GOOD, Icon.CHECK),
    Health.WARN: (Tone.WARN, Icon.ALERT),
    Health.OFF: (Tone.BAD, Icon.CROSS),
}


def strip(states: Iterable[DeviceState]) -> Sequence[Chip]:
    return [state_chip(state) for state in states]


def state_chip(state: DeviceState) -> Chip:
    tone, icon = _LOOKS[state.health]
    key = "device.chip-off" if state.health is Health.OFF else "device.chip"
    return Chip(say(key, device=device_name(state), state=state_words(state), manual=manual_path(state)), tone, icon)


def short_chip(state: DeviceState) -> Chip:
    """Beside the device's own name."""
    tone, icon = _LOOKS[state.health]
    return Chip(state_words(state), tone, icon)


def device_name(state: DeviceState) -> Phrase | str:
    """The name in the settings where it says more than the kind."""
    kind = say(f"device.kind.{state.kind}")
    return kind if state.name == state.kind else say("device.named", kind=kind, name=state.name)


def state_words(state: DeviceState) -> Phrase:
    return say(f"device.state.{state.code}")


def manual_path(state: DeviceState) -> Phrase:
    return say(f"device.manual.{state.kind}")
