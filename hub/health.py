"""How the hub itself is: its wire, its replica, its disk. For the page and the bar, never for a decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from protocol.replica import ReplicaHealth, ReplicaState

LITTLE_DISK_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Health:
    link_up: bool
    link_since: datetime | None
    link_reason: str  # why it is down
    broker: str  # embedded, mosquitto
    address: str  # host:port
    distrusted: int  # messages set aside since the start
    replica: ReplicaHealth | None  # None: settings ask for none
    disk_free: int  # bytes
    software: str
    folder: str

    @property
    def replica_is_well(self) -> bool:
        return self.replica is not None and self.replica.state is ReplicaState.OK

    @property
    def disk_is_low(self) -> bool:
        return self.disk_free < LITTLE_DISK_BYTES
