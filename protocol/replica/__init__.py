"""The off-machine copy of a party's databases, by litestream; the same at stations and hub.

Start order: Litestream.start(), Store.open(); stop order the other way round. `sync()` is how the
courier learns its replicated mark: note the marks, sync, the noted marks are replicated.
"""

from protocol.replica.configured import refuse_empty_start, target_of
from protocol.replica.health import DatabaseHealth, ReplicaHealth, ReplicaState
from protocol.replica.process import Litestream
from protocol.replica.restore import DrillResult, Restored, drill, restore
from protocol.replica.target import FolderTarget, ReplicaTarget, S3Target, SftpTarget, render_config

__all__ = [
    "DatabaseHealth",
    "DrillResult",
    "FolderTarget",
    "Litestream",
    "ReplicaHealth",
    "ReplicaState",
    "ReplicaTarget",
    "Restored",
    "S3Target",
    "SftpTarget",
    "drill",
    "refuse_empty_start",
    "render_config",
    "restore",
    "target_of",
]
