"""The replica that a party's settings ask for, and a start that would spoil it."""

from __future__ import annotations

from protocol.errors import Damaged
from protocol.replica.target import FolderTarget, ReplicaTarget, S3Target, SftpTarget, lies_in
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


def refuse_empty_start(settings: Settings) -> None:
    """A new disk without data and without its mark looks like a new party; the copy on the second disk knows better.

    Started empty it would have its emptiness copied over what was to be restored.

    :raises Damaged: store-missing: there is no store, there is a copy or a mark of it, and nobody brought it back
    """
    if settings.db.exists() or settings.restored_note.exists():
        return
    target = target_of(settings)
    copied = isinstance(target, FolderTarget) and lies_in(target, settings.db.stem)
    if copied or settings.waterline.exists():
        raise Damaged("damaged.store-missing", party=settings.party)
