"""An archive package as a file: a plain ZIP that has exactly one way of being written.

Nothing in it is compressed, every name is one of ours and all are in order, so the same content is the same file to
the last byte. A reader writes what it has read once more and compares: whatever else somebody put into the ZIP's own
fields, or between them, is found. Bounded: a file that claims more than it holds is none of ours.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Mapping

from protocol.errors import Distrusted

MAX_PACKAGE_BYTES = 2 * 1024**3
MAX_FILES = 20_000
_NAME = re.compile(
    r"manifest\.(json|sig)|index\.json|record\.jsonl|item\.json|keys/keyring\.json|(entries|proofs)/\d{5}\.json"
    r"|documents/[0-9a-f]{64}\.pdf|materials/[0-9a-f]{64}\.(jpg|png|pdf|bin)"
)
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP can name
_UNREADABLE = (zipfile.BadZipFile, struct.error, ValueError, EOFError, RuntimeError, LookupError, OverflowError)


def write_zip(files: Mapping[str, bytes]) -> bytes:
    """The same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        for name in sorted(files):
            assert _NAME.fullmatch(name), name
            info = zipfile.ZipInfo(name, _FIRST_DAY)
            info.create_system = 3  # Unix, wherever it is written
            info.external_attr = 0o644 << 16
            made.writestr(info, files[name])
    return out.getvalue()


def read_zip(data: bytes) -> dict[str, bytes]:
    """Every file by its name, as far as the ZIP can be read; their content is not judged here.

    :raises Distrusted: archive: no package at all; nothing was unpacked beyond the size of the file itself
    """
    if len(data) > MAX_PACKAGE_BYTES:
        raise Distrusted("distrusted.archive", why="too large")
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            listed = opened.infolist()
            if len(listed) > MAX_FILES or sum(one.file_size for one in listed) > len(data):
                raise Distrusted("distrusted.archive", why="claims more than it holds")
            for one in listed:
                if one.filename in files or not _NAME.fullmatch(one.filename):
                    raise Distrusted("distrusted.archive", why="a name that is none of ours, or twice")
                if one.compress_type != zipfile.ZIP_STORED or one.flag_bits & 0x1:
                    raise Distrusted("distrusted.archive", why="compressed or closed")
                files[one.filename] = _bytes_of(data, one)
    except _UNREADABLE as why:
        raise Distrusted("distrusted.archive", why=type(why).__name__) from why
    return files


def is_as_written(data: bytes, files: Mapping[str, bytes]) -> bool:
    """Nothing stands in the ZIP but these files, and as write_zip() would write them."""
    return write_zip(files) == data


def _bytes_of(data: bytes, one: zipfile.ZipInfo) -> bytes:
    """Cut out by hand: zipfile stops at a wrong checksum, and a reader wants to know which file was changed."""
    name_length, extra_length = struct.unpack_from("<HH", data, one.header_offset + 26)
    begins = one.header_offset + 30 + name_length + extra_length
    if one.header_offset < 0 or begins + one.file_size > len(data):
        raise ValueError("outside the file")
    return data[begins : begins + one.file_size]
