"""Style, script and vendored files, each under an address that contains its digest.

Read once when the console is made; a file that changed has another address, so browsers may keep what they
have for a year. Nothing is ever fetched from another host.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from protocol.errors import Refused

FOLDER = Path(__file__).parent / "static"
_TYPES = frozenset({".css", ".js", ".svg", ".png", ".ico", ".woff2", ".wav"})


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    digest: str
    type: str


class Statics:
    def __init__(self, folders: Sequence[Path]) -> None:
        self._files: dict[str, _File] = {}
        for folder in folders:
            for path in sorted(folder.rglob("*")):
                if path.suffix in _TYPES:
                    body = path.read_bytes()
                    kind = mimetypes.types_map.get(path.suffix, "application/octet-stream")
                    name = path.relative_to(folder).as_posix()
                    self._files[name] = _File(body, hashlib.sha256(body).hexdigest()[:16], kind)

    def url(self, name: str) -> str:
        """:raises KeyError: there is no such file"""
        return f"/static/{self._files[name].digest}/{name}"

    def serve(self, request: Request) -> Response:
        """A file by digest and name; an older digest gets today's file, which is then not kept."""
        file = self._files.get(request.path_params["name"])
        if file is None:
            raise Refused("refused.no-page")
        etag = f'"{file.digest}"'
        exact = request.path_params["digest"] == file.digest
        headers = {"ETag": etag, "Cache-Control": "public, max-age=31536000, immutable" if exact else "no-cache"}
        if request.headers.get("If-None-Match") == etag:
            return Response(status_code=304, headers=headers)
        return Response(file.body, media_type=file.type, headers=headers)
