"""A station reads seals and never makes one: what only the maker's libraries know does not help it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from protocol.documents.kinds import Kind
from protocol.documents.press import Press
from protocol.documents.produce import produce
from tests.documents.samples import ALL, AUTHORITY, DISTRICT, HUB_KEYS, a_seal

READS = """
import sys
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from protocol.documents.sealing import read_seal
sealed = read_seal(Path(sys.argv[1]).read_bytes(), Ed25519PublicKey.from_public_bytes(bytes.fromhex(sys.argv[2])))
assert "pyhanko" not in sys.modules
print(sealed.name)
"""


def test_a_seal_is_genuine_in_a_process_that_never_sealed_anything(tmp_path: Path) -> None:
    file = tmp_path / "grant.pdf"
    file.write_bytes(produce(Press(), ALL[Kind.GRANT], DISTRICT, HUB_KEYS, a_seal()).pdf)
    key = AUTHORITY.public_key().public_bytes_raw().hex()
    read = subprocess.run([sys.executable, "-c", READS, file, key], capture_output=True, text=True, check=False)
    assert read.returncode == 0, read.stderr[-2000:]
    assert read.stdout.strip() == "某区政务服务中心"
