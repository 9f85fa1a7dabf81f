"""What the party itself asks of its courier, beside the events that the link brings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckDue:
    """Nightly: compare whole ranges with every peer."""


@dataclass(frozen=True, slots=True)
class ReplicaMoved:
    """Our off-machine copy holds more of what we heard: the authors may know."""
