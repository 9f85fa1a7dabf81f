"""Party -> topic and topic -> party; the broker's rules come from here too.

    mc/1/<district>/up/<station>/<lane>      a station speaks, the hub listens
    mc/1/<district>/down/<station>/<lane>    the hub speaks, one station listens
    mc/1/<district>/up/<station>/presence    retained: "here", or the broker's last will "gone"

Both brokers enforce `may_publish` / `may_subscribe`; Mosquitto gets the same rules as text from
`acl_lines`. Correctness never rests on them: letters are signed and sealed end to end.
"""

from __future__ import annotations

import re

from protocol.errors import Distrusted, Refused
from protocol.exchange.link import Lane

HUB = "hub"
PRESENCE = "presence"
# Mosquitto lets a "/" in a certificate's name span topic levels and denies everything to "+" and "#":
# the authority checks names with the same expression before it signs.
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{2,31}")


def party_name(name: str) -> str:
    """The name itself, if it can stand in a topic and a certificate.

    :raises Refused: it cannot
    """
    if not _NAME.fullmatch(name):
        raise Refused("refused.name", name=name)
    return name


def topic(district: str, sender: str, to: str, lane: Lane) -> str:
    """Where `sender` publishes for `to`; one of the two is the hub."""
    if sender == HUB:
        return f"mc/1/{district}/down/{to}/{lane}"
    return f"mc/1/{district}/up/{sender}/{lane}"


def presence_topic(district: str, party: str) -> str:
    return f"mc/1/{district}/{'down' if party == HUB else 'up'}/{party}/{PRESENCE}"


def subscriptions(district: str, party: str) -> list[str]:
    """What `party` listens to: the hub to all said up, a station to all said down to it."""
    if party == HUB:
        return [f"mc/1/{district}/up/+/+"]
    return [f"mc/1/{district}/down/{party}/+", presence_topic(district, HUB)]


def read_topic(district: str, text: str) -> tuple[str, Lane | None]:
    """(sender, lane) of a topic that we subscribed to; lane None means presence.

    :raises Distrusted: not a topic of this district
    """
    parts = text.split("/")
    if len(parts) != 6 or parts[:3] != ["mc", "1", district] or parts[3] not in ("up", "down"):
        raise Distrusted("distrusted.topic", topic=text)
    sender = HUB if parts[3] == "down" else parts[4]
    if parts[5] == PRESENCE:
        return sender, None
    try:
        return sender, Lane(parts[5])
    except ValueError as unknown:
        raise Distrusted("distrusted.topic", topic=text) from unknown


def may_publish(district: str, party: str, text: str) -> bool:
    parts = text.split("/")
    if len(parts) != 6 or parts[:3] != ["mc", "1", district]:
        return False
    if parts[5] != PRESENCE and parts[5] not in set(Lane):
        return False
    if party == HUB:
        return parts[3] == "down"
    return parts[3] == "up" and parts[4] == party


def may_subscribe(district: str, party: str, pattern: str) -> bool:
    if party == HUB:
        return pattern.startswith(f"mc/1/{district}/")
    return pattern in subscriptions(district, party) or pattern.startswith(f"mc/1/{district}/down/{party}/")


def acl_lines(district: str, stations: list[str], fenced: list[str]) -> str:
    """Mosquitto's acl_file: one block a station (no patterns: what is not named is denied), the hub first.

    `fenced` stations are named with a denial, so that the live session of a revoked box falls silent at once.
    """
    blocks = [f"user {HUB}\ntopic readwrite mc/1/{district}/#"]
    for name in stations:
        party_name(name)
        blocks.append(
            f"user {name}\n"
            f"topic write mc/1/{district}/up/{name}/#\n"
            f"topic read mc/1/{district}/down/{name}/#\n"
            f"topic read {presence_topic(district, HUB)}"
        )
    blocks += [f"user {party_name(name)}\ntopic deny #" for name in fenced]
    return "\n\n".join(blocks) + "\n"
