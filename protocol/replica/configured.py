"""From what party.toml says about the replica to litestream's target."""

from __future__ import annotations

from protocol.replica.target import FolderTarget, ReplicaTarget, S3Target, SftpTarget
from protocol.settings import ReplicaKind, Settings


def target_of(settings: Settings) -> ReplicaTarget | None:
    """Where this party's databases are copied to; None if it is set up without a replica."""
    replica = settings.replica
    match replica.kind:
        case ReplicaKind.NONE:
            return None
        case ReplicaKind.FOLDER:
            return FolderTarget(settings.replica_dir)
        case ReplicaKind.SFTP:
            return SftpTarget(
                host=replica.host,
                user=replica.user,
                key_file=settings.path(replica.key_file),
                path=replica.path,
                host_key=replica.host_key,
            )
        case ReplicaKind.S3:
            credentials = settings.path(replica.credentials_file) if replica.credentials_file else None
            return S3Target(replica.bucket, replica.path, replica.endpoint, replica.region, credentials)
