"""systemd's units for one machine: a station, or the hub with its broker and its enrolment door.

Hardened: each service sees the system read-only, its own folders and the network, and can gain
nothing. On the hub's machine the processes share a user, so that the office may tell the broker to
reload; the authority's keys are hidden from the others by their mount namespace. Litestream has no
unit of its own: the party's app starts it before the database is opened and watches it, so that
order holds without systemd too. `ProtectClock`: nothing of ours sets the clock; that is chrony's work.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from protocol.settings import BrokerKind, Kind, ReplicaKind, Settings
from provisioning.mosquitto import MOSQUITTO

USER = "microcenter"
_HARDENED = """\
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
CapabilityBoundingSet=
UMask=0027
"""
# Not for the office's units: each has user namespaces of its own (PrivateUsers), and then /proc hides the broker
# from them although it runs under the same user. Who cannot find it cannot tell it that a station was revoked.
_ALONE = "ProtectProc=invisible\n"


@dataclass(frozen=True, slots=True)
class Unit:
    name: str
    text: str


def render_units(
    settings: Settings, programs: Path, office: Path | None = None, door: str = "0.0.0.0:8443"
) -> list[Unit]:
    """`programs` is the folder with our commands (a venv's bin); `office` is given on the hub's machine alone."""
    if settings.kind is Kind.STATION:
        return [_app(settings, programs / "microcenter-node")]
    with_mosquitto = settings.broker.kind is BrokerKind.MOSQUITTO
    hidden = "" if office is None else f"InaccessiblePaths={office}/authority\n"
    after = "microcenter-broker.service" if with_mosquitto else ""
    units = [_app(settings, programs / "microcenter-hub", after, hidden)]
    if with_mosquitto:
        units.append(_broker(settings, hidden))
    if office is not None:
        units.append(_door(office, settings, programs / "microcenter-provision", door))
        if with_mosquitto:
            units += _daily_reload(office, settings, programs / "microcenter-provision")
    return units


def _app(settings: Settings, program: Path, after: str = "", hidden: str = "") -> Unit:
    kind = "station" if settings.kind is Kind.STATION else "hub"
    name = "microcenter-node" if settings.kind is Kind.STATION else "microcenter-hub"
    writable = [str(settings.folder)]
    if settings.replica.kind is ReplicaKind.FOLDER and not settings.replica_dir.is_relative_to(settings.folder):
        writable.append(str(settings.replica_dir))
    devices = settings.devices.values()
    files = [device.url or "/dev/usb/lp0" for device in devices if device.driver == "file"]
    folders = [device.url for device in devices if device.driver == "folder"]  # made by whoever prints from it
    # The mark and the replica lie on other disks: without them mounted the party must not start over an empty folder.
    return Unit(
        f"{name}.service",
        f"""\
[Unit]
Description=microcenter {kind} {settings.party}
After={" ".join(filter(None, ["network.target", "time-sync.target", after]))}
RequiresMountsFor={" ".join([*writable, str(settings.mark)])}
StartLimitIntervalSec=0

[Service]
Type=exec
User={USER}
ExecStart={program} serve --folder {settings.folder}
Restart=always
RestartSec=3
TimeoutStopSec=60
OOMScoreAdjust=-500
ReadWritePaths={" ".join([*writable, *(f"-{folder}" for folder in folders)])}
{hidden}{_ALONE}{_HARDENED}{_device_files(files)}
[Install]
WantedBy=multi-user.target
""",
    )


def _device_files(files: list[str]) -> str:
    """What opens the device files of printers to the service, and no other; later lines outdo earlier ones."""
    if not files:
        return ""
    allowed = "".join(f"DeviceAllow={file} rw\n" for file in files)
    return f"PrivateDevices=no\nPrivateUsers=no\nDevicePolicy=closed\n{allowed}SupplementaryGroups=lp\n"


def _broker(hub: Settings, hidden: str) -> Unit:
    # on-failure, not always: a reload that found the broker open ends it with SIGTERM, and it must stay down
    return Unit(
        "microcenter-broker.service",
        f"""\
[Unit]
Description=microcenter MQTT broker
After=network.target
Conflicts=mosquitto.service

[Service]
Type=exec
User={USER}
ExecStart={MOSQUITTO} -c {hub.broker_dir}/mosquitto.conf
Restart=on-failure
RestartSec=3
LimitNOFILE=8192
ReadWritePaths={hub.broker_dir}
{hidden}{_ALONE}{_HARDENED}
[Install]
WantedBy=multi-user.target
""",
    )


def _door(office: Path, hub: Settings, program: Path, door: str) -> Unit:
    return Unit(
        "microcenter-enrol.service",
        f"""\
[Unit]
Description=microcenter enrolment door
After=network.target

[Service]
Type=exec
User={USER}
ExecStart={program} --office {office} serve --listen {door}
Restart=on-failure
RestartSec=10
ReadWritePaths={office} {hub.identity} {hub.broker_dir}
{_HARDENED}
[Install]
WantedBy=multi-user.target
""",
    )


def _daily_reload(office: Path, hub: Settings, program: Path) -> list[Unit]:
    return [
        Unit(
            "microcenter-broker-reload.service",
            f"""\
[Unit]
Description=microcenter: a new revocation list, proved by canaries
After=microcenter-broker.service

[Service]
Type=oneshot
User={USER}
ExecStart={program} --office {office} broker-reload
ReadWritePaths={office} {hub.identity} {hub.broker_dir}
{_HARDENED}""",
        ),
        Unit(
            "microcenter-broker-reload.timer",
            """\
[Unit]
Description=microcenter: daily revocation list

[Timer]
OnCalendar=daily
RandomizedDelaySec=1h
Persistent=true

[Install]
WantedBy=timers.target
""",
        ),
    ]
