"""The record of a case out of its journal entries: one line an act, in the order of the case.

Made by the hub when it archives and again by whoever checks the package, from the same entries by the same fold; so a
line that says something else than what was said is found. Inner notes have a line and no words.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from protocol.archive.shapes import EntryFile
from protocol.cases.acts import CaseAct, Paper, Told, decode_act, decode_retold
from protocol.cases.case import Case
from protocol.cases.fold import fold
from protocol.cases.rules import Side
from protocol.errors import Distrusted
from protocol.exchange.messages import Kind
from protocol.exchange.topics import HUB

_encode = msgspec.json.Encoder(order="deterministic").encode


def told_by(entries: Mapping[str, EntryFile]) -> dict[str, Told]:
    """The acts in these entries that anybody may read, by the name of the file.

    :raises Distrusted: archive: an entry is no act
    """
    found = {}
    for name, entry in entries.items():
        if entry.kind not in (Kind.CASE_ACT, Kind.CASE_TOLD) or entry.body is None:
            continue
        try:
            if entry.kind == Kind.CASE_TOLD:  # of a lost desk: what the hub had told another of it
                found[name] = decode_retold(entry.body).told
                continue
            act = decode_act(entry.body)
        except msgspec.DecodeError as why:
            raise Distrusted("distrusted.archive", why="act") from why
        side = Side.HUB if entry.author == HUB else Side.STATION
        station = entry.reader if entry.author == HUB else entry.author
        found[name] = Told(act, side, entry.life, entry.epoch, entry.seq, station)
    return found


def case_of(entries: Mapping[str, EntryFile]) -> Case:
    """The case as everybody can see it: without what is sealed to the hub.

    :raises Distrusted: archive: there is no act in it
    """
    told = told_by(entries)
    if not told:
        raise Distrusted("distrusted.archive", why="no act")
    return fold(told.values())


def papers_of(case: Case) -> list[Paper]:
    """What the applicant brought and what the surveyors photographed, each once."""
    photos = [paper for act in case.line if act.survey is not None for paper in act.papers]
    return list({paper.digest: paper for paper in [*case.papers, *photos]}.values())


def record_of(entries: Mapping[str, EntryFile]) -> bytes:
    """:raises Distrusted: archive"""
    told = told_by(entries)
    names = {(one.epoch, one.seq): name for name, one in told.items()}
    lines = []
    for number, step in enumerate(case_of(entries).steps, 1):
        name = names[step.told.epoch, step.told.seq]
        entry = entries[name]
        lines.append(
            {"n": number, **_of_act(step.act), "standing": step.standing, "why": step.why, "side": step.told.side,
             "heard": entry.heard_at, "clock": entry.clock, "entry": name}
        )  # fmt: skip
    lines += [
        {"entry": name, "kind": entry.kind, "at": entry.at, "heard": entry.heard_at, "sealed": entry.body is not None}
        for name, entry in sorted(entries.items())
        if name not in told
    ]
    return b"".join(_encode(line) + b"\n" for line in lines)


def _of_act(act: CaseAct) -> dict[str, object]:
    """Who did what, when by his own clock, and what he wrote. The rest stands in the entry."""
    said: dict[str, object] = {"act": act.act, "id": act.id, "follows": act.follows, "at": act.at, "by": act.by}
    for name in ("reason", "remedies", "basis", "number", "request", "recipient", "person", "package", "rules"):
        if value := getattr(act, name):
            said[name] = value
    if act.trace is not None:  # by which rules, and from what
        said["trace"] = act.trace
    if act.made is not None:
        said["document"] = act.made.digest
    if act.licence is not None:
        said["licence"] = act.licence.number
    return said
