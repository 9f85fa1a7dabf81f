"""A district in a folder; real files, real register, no broker unless a test starts one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from protocol.settings import BrokerKind
from provisioning.district import District, make_district
from provisioning.register import Station

DAFENG = Station("dafeng", "大丰分中心", "Dafeng sub-center", "town")
BOYA = Station("boya", "博雅新城小区站", "Boya residential station", "residential")


@pytest.fixture
def now() -> datetime:
    """TLS looks at the machine's clock, so these stories play today."""
    return datetime.now(UTC)


@pytest.fixture
def district(tmp_path: Path, now: datetime) -> District:
    """A hub and the station dafeng, over an embedded broker."""
    return make_district(tmp_path / "d", [DAFENG], now)


@pytest.fixture
def mtls_district(tmp_path: Path, now: datetime) -> District:
    return make_district(tmp_path / "d", [DAFENG, BOYA], now, broker=BrokerKind.MOSQUITTO)
