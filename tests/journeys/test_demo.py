"""What a newcomer sees: one command, the whole journey of a case, every disaster, and nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parent.parent.parent / "scripts" / "demo.py"
CHECK_S = 400


@pytest.mark.journey
def test_a_newcomer_runs_the_check_and_all_of_it_holds(tmp_path: Path) -> None:
    folder = tmp_path / "district"
    done = subprocess.run(
        [sys.executable, DEMO, "--check", "--folder", folder],
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        timeout=CHECK_S,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
    assert "all held" in done.stdout
    assert "✗" not in done.stdout
