"""A device that stays silent is somebody's task: on the list of what waits for a person, until it answers again.

The strip says at once that it is silent; who pulled a plug to clean the table needs no task for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from node.devices import Health
from node.devices.registry import DeviceState
from protocol import attention
from protocol.clock import stamp
from protocol.store import Store

KIND = "device-silent"
PATIENCE = timedelta(minutes=10)


def mind(store: Store, states: Sequence[DeviceState], at: datetime) -> None:
    """One entry a device while it has been silent for PATIENCE; nothing is written where nothing has changed."""
    silent = {state.name for state in states if _is_long_silent(state, at)}
    working = {state.name for state in states if state.health is not Health.OFF}
    with store.read() as db:
        known = {notice.subject for notice in attention.open_notices(db) if notice.kind == KIND}
    if silent <= known and not known & working:
        return
    with store.write() as tx:
        for name in silent - known:
            attention.put(tx, KIND, name, at=stamp(at))
        for name in known & working:
            attention.settle(tx, KIND, name, by="clock", at=stamp(at))


def _is_long_silent(state: DeviceState, at: datetime) -> bool:
    return state.health is Health.OFF and state.since is not None and at - state.since >= PATIENCE
