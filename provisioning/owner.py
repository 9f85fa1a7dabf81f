"""The services have an account of their own, and root is at the keyboard: what root writes there, they cannot read."""

from __future__ import annotations

import os
from pathlib import Path

from protocol.errors import Refused


def as_its_owner(*folders: Path) -> None:
    """:raises Refused: wrong-user: root is about to write into a folder that was handed to the services' account"""
    for folder in folders:
        if os.geteuid() == 0 and folder.is_dir() and folder.stat().st_uid != 0:
            raise Refused("refused.wrong-user", folder=str(folder), user=folder.owner())
