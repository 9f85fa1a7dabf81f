"""What other programs read: Mosquitto's configuration and systemd's units, rendered from party.toml.

Nothing here is edited by hand on a box; what differs between districts is in party.toml. The units
are hardened: each service sees its own folder and the network, and nothing else.
"""

from __future__ import annotations

import os
import pwd

from protocol.exchange.limits import BROKER_QUEUE, MAX_FRAME_BYTES, RECEIVE_MAXIMUM
from protocol.settings import Settings


def mosquitto_conf(hub: Settings, port: int, host: str) -> str:
    """Two listeners: `port` for boxes with certificates, the loopback one for the hub's own process.

    Nothing is persistent: the journals at both ends are the only ones that retry, so a broker that was
    wiped has lost nothing. `per_listener_settings` stays false: with true, a forgotten line is a hole.
    """
    folder = hub.broker_dir
    return f"""\
# rendered by microcenter-provision; reload through `microcenter-provision broker-reload` only: a bad file at
# SIGHUP opens every topic to every station
user {own_user()}
pid_file {folder}/mosquitto.pid
per_listener_settings false
allow_anonymous false
acl_file {folder}/acl
password_file {folder}/passwd
persistence false
set_tcp_nodelay true
max_queued_messages {BROKER_QUEUE}
max_queued_bytes 67108864
max_inflight_messages {RECEIVE_MAXIMUM}
max_packet_size {MAX_FRAME_BYTES + 4096}
max_keepalive 300
sys_interval 10
log_dest stderr
log_type error
log_type warning
log_type notice
log_timestamp_format %Y-%m-%dT%H:%M:%S

listener {port} {host}
max_connections 2000
cafile {folder}/device-bundle.pem
certfile {folder}/server.crt
keyfile {folder}/server.key
crlfile {folder}/crl.pem
require_certificate true
use_identity_as_username true
use_username_as_clientid true
allow_zero_length_clientid false
tls_version tlsv1.2

listener {hub.broker.port} 127.0.0.1
"""


def own_user() -> str:
    """Who Mosquitto shall be: who starts it. Started by root it would else become `mosquitto` and read nothing of ours."""
    return pwd.getpwuid(os.getuid()).pw_name
