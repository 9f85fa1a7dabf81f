from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.demo import Demo


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(tmp_path)
    yield demo
    demo.store.close()
