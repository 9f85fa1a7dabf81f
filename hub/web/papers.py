"""The papers of a case, shown inside the page: only to who may see the case, as what they were checked to be."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from hub import decisions
from hub.web.case_parts import papers_of
from hub.web.room import room
from protocol.errors import Refused

# what is served may come from a stranger's stick: it may show itself inside our page and do nothing else
_IMAGE = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
# the browser's own viewer does not open a PDF in a sandbox; without scripts, fetches and forms it can do no harm
_PDF = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
_SHOWN = {"image/jpeg": _IMAGE, "image/png": _IMAGE, "application/pdf": _PDF}


def show_paper(request: Request) -> Response:
    """The bytes. A type that is not one of ours is handed out as a file and never rendered."""
    desk, case_id, digest = room(request), request.path_params["case_id"], request.path_params["digest"]
    with desk.store.read() as db:
        case = decisions.need_case(db, desk.book, case_id)
    paper = next((paper for paper in papers_of(case) if paper.digest == digest), None)
    data = desk.blobs.read(digest) if paper is not None else None
    if paper is None or data is None:
        raise Refused("refused.no-paper", paper=digest[:8])
    policy = _SHOWN.get(paper.type)
    headers = {
        "Content-Security-Policy": policy or "default-src 'none'; sandbox",
        "Content-Disposition": "inline" if policy else "attachment",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(data, media_type=paper.type if policy else "application/octet-stream", headers=headers)


def show_document(request: Request) -> Response:
    """A document of the case: the bytes that every reprint prints."""
    desk, case_id, digest = room(request), request.path_params["case_id"], request.path_params["digest"]
    with desk.store.read() as db:
        case = decisions.need_case(db, desk.book, case_id)
    is_ours = any(act.made is not None and act.made.digest == digest for act in case.documents)
    data = desk.blobs.read(digest) if is_ours else None
    if data is None:
        raise Refused("refused.no-paper", paper=digest[:8])
    headers = {
        "Content-Security-Policy": _PDF,
        "Content-Disposition": "inline",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(data, media_type="application/pdf", headers=headers)
