"""The stick, for a station that has no wire for long: what it is owed goes out, what it owes comes in."""

from __future__ import annotations

import shutil

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from hub import stations
from hub.web.room import room
from protocol.clock import stamp
from protocol.console import forms
from protocol.console.pages import see_other
from protocol.console.parts import Tone
from protocol.console.texts import say


def export(request: Request, body: FormData) -> Response:
    """One sealed file for the browser to save. Nothing changes here: a stick that is lost costs nothing."""
    name = request.path_params["name"]
    with room(request).store.read() as db:
        stations.station(db, name)
    made = room(request).export_stick(name)
    return FileResponse(made.file, media_type="application/octet-stream", filename=made.file.name)


def bring_in(request: Request, body: FormData) -> Response:
    """What a station put on a stick. The same stick twice does no harm."""
    desk = room(request)
    chosen = forms.files(body, "stick")
    if not chosen:
        return see_other(request, "stations", said=say("stick.none-chosen"), tone=Tone.WARN)
    desk.store.require_room()
    folder = desk.run / "stick-in"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"in-{stamp(desk.clock.now()).replace(':', '')}.mcs"
    try:
        with path.open("wb") as file:
            shutil.copyfileobj(chosen[0].file, file)
        tally = desk.import_stick(path)
    finally:
        path.unlink(missing_ok=True)
    if not tally.finished.is_set():
        return see_other(request, "stations", said=say("stick.going", frames=tally.frames), tone=Tone.PLAIN)
    aside = tally.set_aside + tally.no_room + tally.gaps
    said = say("stick.done", entries=tally.entries, known=tally.duplicates, papers=tally.papers, aside=aside)
    return see_other(request, "stations", said=said, tone=Tone.WARN if aside else Tone.GOOD)
