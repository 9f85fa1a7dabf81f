"""A scan that is lost at both ends is taken again on the page of its case.

The new scan is on this station's disk before the act that names it. What was chosen and cannot be taken is
said beside the paper; a paper that came back in the meantime needs no new scan, and the clerk is told so.
"""

from __future__ import annotations

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from node import after, desk
from node.web import case
from node.web.papers import Trouble, keep_paper, trouble_with
from node.web.tools import by, house
from protocol.catalogue.papers import MAX_PAPER_BYTES
from protocol.console import forms
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import see_other, translator, url
from protocol.console.parts import Tone
from protocol.console.texts import say
from protocol.errors import Refused

UPLOAD_BYTES = MAX_PAPER_BYTES + 2 * forms.MIB  # a little more is read, so that a file that is too large can be named
WRONG_FILE = ("refused.paper-empty", "refused.paper-large", "refused.paper-type", "refused.paper-damaged")


def rescan(request: Request, form: FormData) -> Response:
    """One file in the place of one lost paper; the same form twice is one scan."""
    case_id, lost = request.path_params["case_id"], request.path_params["digest"]
    house(request).store.require_room()
    chosen = forms.files(form, "files")
    if not chosen:
        none = Trouble("", translator(request)("papers.none-chosen"), "")
        return case.page_of(request, revealed=False, troubles={lost: none})
    try:
        _take(request, form, chosen[0])
    except Refused as why:
        if why.code == "refused.no-paper":
            return see_other(request, "case", said=say("rescan.not-lost"), tone=Tone.WARN, case_id=case_id)
        if why.code not in WRONG_FILE:
            raise
        return case.page_of(request, revealed=False, troubles={lost: trouble_with(request, chosen[0], why)})
    return see_other(request, "case", said=say("rescan.done"), case_id=case_id)


def _take(request: Request, form: FormData, file: UploadFile) -> None:
    """:raises Refused: paper-…: what is wrong with the file; no-paper: the old one is not lost (any more)"""
    here = house(request)
    case_id, lost = request.path_params["case_id"], request.path_params["digest"]
    form_id, at = forms.text(form, "form_id"), here.clock.now()
    with here.store.read() as db:
        if posted_before(db, form_id):
            return
        papers = desk.need_case(db, here.book, case_id).papers
    old = next((paper for paper in papers if paper.digest == lost), None)
    if old is None:
        raise Refused("refused.no-paper", paper=lost[:8])
    paper = keep_paper(request, file, old.material)
    with here.store.write() as tx:
        if posted_before(tx, form_id):
            return
        after.rescan(tx, here.pen, here.book, case_id, here.store.entropy(16), lost, paper, by=by(request), at=at)
        remember_post(tx, form_id, url(request, "case", case_id=case_id), at=at)
