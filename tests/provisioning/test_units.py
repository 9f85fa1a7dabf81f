"""The rendered units are what systemd understands, and each service is shut in."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from protocol.settings import Device
from provisioning.units import render_units

SYSTEMD = shutil.which("systemd-analyze")


def words(unit, key: str) -> list[str]:
    return [line.partition("=")[2] for line in unit.text.splitlines() if line.startswith(key + "=")]


def test_a_station_has_one_service_and_the_hub_keeps_the_authority_out_of_sight(district):
    (node,) = render_units(district.stations["dafeng"], Path("/opt/mc/bin"))
    folder = district.stations["dafeng"].folder
    assert words(node, "ExecStart") == [f"/opt/mc/bin/microcenter-node serve --folder {folder}"]
    hub, door = render_units(district.hub, Path("/opt/mc/bin"), district.folder)
    assert words(hub, "InaccessiblePaths") == [f"{district.folder}/authority"]
    assert words(door, "InaccessiblePaths") == []
    for unit in (node, hub, door):
        assert words(unit, "NoNewPrivileges") == ["yes"]
        assert words(unit, "CapabilityBoundingSet") == [""]


def test_a_station_gets_at_its_printers_and_at_no_other_device(district):
    station = district.stations["dafeng"]
    printers = {
        "slip-printer": Device("file"),
        "a4-printer": Device("folder", url="/srv/print"),
        "kiosk-printer": Device("ipp", kind="a4-printer", url="ipp://127.0.0.1:631/printers/a4"),
    }
    (plain,) = render_units(station, Path("/opt/mc/bin"))
    (node,) = render_units(replace(station, devices=printers), Path("/opt/mc/bin"))
    assert words(plain, "PrivateDevices")[-1] == "yes"
    assert (words(node, "PrivateDevices")[-1], words(node, "DeviceAllow")) == ("no", ["/dev/usb/lp0 rw"])
    assert words(node, "ReadWritePaths")[0].endswith(" -/srv/print")


@pytest.mark.broker
def test_who_tells_the_broker_that_a_station_is_out_can_see_its_process(mtls_district):
    units = {unit.name: unit for unit in render_units(mtls_district.hub, Path("/opt/mc/bin"), mtls_district.folder)}
    for name in ("microcenter-enrol.service", "microcenter-broker-reload.service"):
        assert words(units[name], "ProtectProc") == [], "in namespaces of its own it would find no broker to signal"
    assert words(units["microcenter-hub.service"], "ProtectProc") == ["invisible"]


@pytest.mark.broker
@pytest.mark.skipif(SYSTEMD is None, reason="systemd is not installed")
def test_systemd_takes_every_unit_and_finds_little_exposed(mtls_district, tmp_path):
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("microcenter-hub", "microcenter-node", "microcenter-provision"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    units = render_units(mtls_district.hub, programs, mtls_district.folder)
    units += render_units(mtls_district.stations["dafeng"], programs)
    assert len(units) == 6
    for unit in units:
        (tmp_path / unit.name).write_text(unit.text)
    names = [str(tmp_path / unit.name) for unit in units]
    checked = subprocess.run([SYSTEMD, "verify", "--man=no", *names], capture_output=True, text=True, check=False)
    ours = [line for line in checked.stderr.splitlines() if "microcenter" in line]
    assert (checked.returncode, ours) == (0, []), checked.stderr
    for name in names:
        if name.endswith(".service"):
            exposed = subprocess.run(
                [SYSTEMD, "security", "--offline=true", "--threshold=30", name],
                capture_output=True,
                text=True,
                check=False,
            )
            assert exposed.returncode == 0, exposed.stdout[-400:]
