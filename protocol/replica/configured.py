"""The replica that a party's settings ask for."""

from __future__ import annotations

from protocol.errors import Damaged
from protocol.replica.target import FolderTarget, ReplicaTarget, S3Target, SftpTarget
from protocol.settings import FILE, ReplicaKind, Settings


def target_of(settings: Settings) -> ReplicaTarget | None:
    """None: the party is to have no replica.

    :raises Damaged: damaged.config: an SFTP server whose host key is not known
    """
    replica = settings.replica
    match replica.kind:
        case ReplicaKind.NONE:
            return None
        case ReplicaKind.FOLDER:
            return FolderTarget(settings.replica_dir)
        case ReplicaKind.SFTP:
            if not replica.host_key:
                raise Damaged("damaged.config", file=FILE, why="replica.host_key is needed for sftp")
            key_file = settings.path(replica.key_file)
            return SftpTarget(replica.host, replica.user, key_file, replica.path, replica.host_key)
        case ReplicaKind.S3:
            credentials = settings.path(replica.credentials_file) if replica.credentials_file else None
            return S3Target(replica.bucket, replica.path, replica.endpoint, replica.region, credentials)
