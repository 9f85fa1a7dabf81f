"""Decisions a second through the print room, with the code alone and with the seal, each of them made twice."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from protocol.documents.content import Decision
from protocol.documents.kinds import Kind, number_of
from protocol.documents.printroom import PrintRoom
from protocol.documents.produce import produce
from protocol.documents.sealing import Seal
from tests.documents.samples import ALL, DISTRICT, HUB_KEYS, a_seal

DECISIONS = 60


def documents(folder: Path) -> dict[str, float]:
    """`differing`: decisions whose second making was not the same bytes as the first."""
    room, seal = PrintRoom(), a_seal()
    try:
        produce(room, ALL[Kind.GRANT], DISTRICT, HUB_KEYS, seal)  # the press loads its fonts
        coded, coded_differ, _ = _made(room, None)
        sealed, sealed_differ, size = _made(room, seal)
    finally:
        room.close()
    return {
        "coded_per_s": coded,
        "sealed_per_s": sealed,
        "sealed_kb": size / 1024,
        "differing": float(coded_differ + sealed_differ),
    }


def _made(room: PrintRoom, seal: Seal | None) -> tuple[float, int, float]:
    """Decisions a second, how many differ when made again, and their mean size in bytes."""
    like = ALL[Kind.DENIAL]
    assert isinstance(like, Decision)
    cases = [f"DAFENG-26-{n:05d}-K7Q" for n in range(DECISIONS)]
    all_of_them = [replace(like, case_number=case, number=number_of(Kind.DENIAL, case)) for case in cases]
    began = time.perf_counter()
    first = [produce(room, one, DISTRICT, HUB_KEYS, seal).pdf for one in all_of_them]
    took = time.perf_counter() - began
    again = [produce(room, one, DISTRICT, HUB_KEYS, seal).pdf for one in all_of_them]
    differ = sum(one != other for one, other in zip(first, again, strict=True))
    return DECISIONS / took, differ, sum(map(len, first)) / DECISIONS
