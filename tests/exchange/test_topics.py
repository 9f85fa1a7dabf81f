"""Topics there and back, and the two ways of saying who may speak where agree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import Distrusted, Refused
from protocol.exchange.link import Lane
from protocol.exchange.topics import (
    HUB,
    PRESENCE,
    acl_lines,
    may_publish,
    may_subscribe,
    party_name,
    presence_topic,
    read_topic,
    subscriptions,
    topic,
)

names = st.from_regex(r"[a-z0-9][a-z0-9-]{2,31}", fullmatch=True)
stations = names.filter(lambda name: name != HUB)
lanes = st.sampled_from(Lane)
words = st.sampled_from(["mc", "1", "up", "down", "+", "#", "", PRESENCE, *Lane, HUB, "lj07", "lj08", "lj"])
anything = st.one_of(
    st.lists(words, min_size=1, max_size=8).map("/".join),
    st.builds(
        lambda way, party, lane: f"mc/1/lj/{way}/{party}/{lane}",
        st.sampled_from(["up", "down"]),
        st.sampled_from(["lj07", "lj08", HUB]),
        st.sampled_from([PRESENCE, *Lane]),
    ),
)


def matches(pattern: str, text: str) -> bool:
    """MQTT 3.1.1 §4.7, for topics without a leading $."""
    wanted, given_levels = pattern.split("/"), text.split("/")
    for at, level in enumerate(wanted):
        if level == "#":
            return True
        if at >= len(given_levels) or level not in ("+", given_levels[at]):
            return False
    return len(wanted) == len(given_levels)


def as_mosquitto_reads(acl: str, user: str, access: str, text: str) -> bool:
    """What the blocks of `user` allow; a denial wins."""
    allowed, speaking_of = False, ""
    for line in acl.splitlines():
        if line.startswith("user "):
            speaking_of = line.removeprefix("user ")
        elif line and speaking_of == user:
            _, kind, pattern = line.split(" ")
            if not matches(pattern, text):
                continue
            if kind == "deny":
                return False
            allowed = allowed or kind in (access, "readwrite")
    return allowed


@given(names, stations, lanes)
def test_a_topic_tells_who_spoke_and_in_which_lane(district: str, station: str, lane: Lane) -> None:
    assert read_topic(district, topic(district, station, HUB, lane)) == (station, lane)
    assert read_topic(district, topic(district, HUB, station, lane)) == (HUB, lane)
    assert read_topic(district, presence_topic(district, station)) == (station, None)
    assert read_topic(district, presence_topic(district, HUB)) == (HUB, None)


@given(names, stations, lanes)
def test_who_is_spoken_to_listens_and_may(district: str, station: str, lane: Lane) -> None:
    for sender, to in ((station, HUB), (HUB, station)):
        text = topic(district, sender, to, lane)
        assert may_publish(district, sender, text)
        assert any(matches(pattern, text) for pattern in subscriptions(district, to))
    for party in (station, HUB):
        assert may_publish(district, party, presence_topic(district, party))
        assert all(may_subscribe(district, party, pattern) for pattern in subscriptions(district, party))


@given(names, stations, stations, lanes)
def test_a_station_speaks_for_nobody_else_and_hears_nobody_else(
    district: str, station: str, other: str, lane: Lane
) -> None:
    if station == other:
        return
    for text in (
        topic(district, other, HUB, lane),
        topic(district, HUB, other, lane),
        topic(district, HUB, station, lane),
        presence_topic(district, other),
        presence_topic(district, HUB),
    ):
        assert not may_publish(district, station, text)
    for text in (topic(district, other, HUB, lane), topic(district, HUB, other, lane), presence_topic(district, other)):
        assert not may_subscribe(district, station, text)
        assert not any(matches(pattern, text) for pattern in subscriptions(district, station))


@given(anything)
def test_both_brokers_let_a_station_say_the_same(text: str) -> None:
    acl = acl_lines("lj", ["lj07", "lj08"], [])
    allowed = may_publish("lj", "lj07", text)
    in_mosquitto = as_mosquitto_reads(acl, "lj07", "write", text)
    assert in_mosquitto or not allowed
    if in_mosquitto and not allowed:  # Mosquitto cannot list lanes; what has none of ours is dropped by who reads it
        assert text.startswith("mc/1/lj/up/lj07")
        try:
            read_topic("lj", text)
        except Distrusted:
            return
        raise AssertionError(f"{text} would be believed")


@given(anything.filter(lambda text: "+" not in text and "#" not in text))
def test_both_brokers_let_a_station_hear_the_same(text: str) -> None:
    acl = acl_lines("lj", ["lj07", "lj08"], [])
    hears = any(matches(pattern, text) for pattern in subscriptions("lj", "lj07"))
    assert may_subscribe("lj", "lj07", text) or not hears
    assert as_mosquitto_reads(acl, "lj07", "read", text) or not hears
    if may_subscribe("lj", "lj07", text):
        assert as_mosquitto_reads(acl, "lj07", "read", text)


@given(anything)
def test_a_fenced_station_says_and_hears_nothing_in_mosquitto(text: str) -> None:
    acl = acl_lines("lj", ["lj07", "lj08"], ["lj07"])
    assert not as_mosquitto_reads(acl, "lj07", "write", text)
    assert not as_mosquitto_reads(acl, "lj07", "read", text)


@given(anything)
def test_what_is_not_a_topic_of_this_district_is_not_believed(text: str) -> None:
    try:
        sender, _ = read_topic("lj", text)
    except Distrusted:
        return
    assert text.startswith("mc/1/lj/")
    assert sender == HUB or f"/up/{sender}/" in text


@pytest.mark.parametrize("name", ["", "lj", "LJ07", "镇江站", "lj/07", "lj+07", "lj#", "-lj07", "a" * 33, "lj07\n"])
def test_a_name_that_could_span_topics_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        party_name(name)
    with pytest.raises(Refused):
        acl_lines("lj", [name], [])
