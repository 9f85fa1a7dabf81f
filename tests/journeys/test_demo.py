"""What a newcomer sees: one command, the whole journey of a case, every disaster, and nothing left behind."""

from __future__ import annotations

import os
import re
import signal
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


@pytest.mark.journey
def test_two_demos_started_at_once_show_different_addresses_and_leave_no_process(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    demos = [
        subprocess.Popen(
            [sys.executable, DEMO, "--folder", folder],
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for folder in folders
    ]
    try:
        told = []
        for demo in demos:
            assert demo.stdout is not None
            lines = []
            while "Ctrl-C" not in (line := demo.stdout.readline()):
                assert line, "".join(lines)
                lines.append(line)
            told.append("".join(lines))
        addresses = [set(re.findall(r"^    (http://[\d.:]+)/", text, flags=re.MULTILINE)) for text in told]
        assert [len(found) for found in addresses] == [4, 4]
        assert not addresses[0] & addresses[1]
        for demo in demos:
            demo.send_signal(signal.SIGINT)
        ends = [demo.communicate(timeout=CHECK_S)[0] for demo in demos]
        assert [demo.returncode for demo in demos] == [0, 0], ends
        assert not any("is gone" in end for end in ends)
    finally:
        for demo in demos:
            demo.kill()
            demo.communicate()
    left = subprocess.run(["pgrep", "-af", str(tmp_path)], capture_output=True, text=True, check=False).stdout
    assert [line for line in left.splitlines() if "pgrep" not in line and "pytest" not in line] == []
