"""What people do to a publication on the pages: each form is one step of hub/publishing.py."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub import publisher_keys
from hub.publishing import publication
from hub.web.room import room
from protocol.catalogue.reading import read_item
from protocol.catalogue.reference import is_list_file, read_list
from protocol.console import forms, session
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import see_other, see_other_url, url
from protocol.console.parts import Tone
from protocol.console.texts import Phrase, say


def begin(request: Request, body: FormData) -> Response:
    desk, note = room(request), forms.text(body, "note")
    one = desk.publishing.draft(me(request), note, desk.clock.now())
    return see_other(request, "publication", id=one.id, said=say("pub.begun"))


def load(request: Request, body: FormData) -> Response:
    desk, id_ = room(request), request.path_params["id"]
    chosen = [(file.filename or "", file.file.read()) for file in forms.files(body, "items")]
    items = [read_item(name, data) for name, data in chosen if not is_list_file(name)]
    lists = [read_list(name, data) for name, data in chosen if is_list_file(name)]
    if not items and not lists:
        return see_other(request, "publication", id=id_, said=say("pub.load-none"), tone=Tone.WARN)
    whole = forms.text(body, "whole") == "yes"
    if items:
        desk.publishing.load_items(id_, items, whole=whole, by=me(request), at=desk.clock.now())
    if lists:
        desk.publishing.load_lists(id_, lists, me(request), desk.clock.now())
    return see_other(request, "publication", id=id_, said=say("pub.loaded", count=len(items) + len(lists)))


def sign(request: Request, body: FormData) -> Response:
    desk, id_, phrase = room(request), request.path_params["id"], forms.password(body, "phrase")
    return once(
        request, body, say("pub.signed-said"), lambda: desk.publishing.sign(id_, me(request), phrase, desk.clock.now())
    )


def approve(request: Request, body: FormData) -> Response:
    desk, id_, phrase = room(request), request.path_params["id"], forms.password(body, "phrase")
    chosen = [str(name) for name in body.getlist("canary")]
    return once(
        request,
        body,
        say("pub.approved-said"),
        lambda: desk.publishing.approve(id_, me(request), phrase, chosen, desk.clock.now()),
    )


def to_all(request: Request, body: FormData) -> Response:
    desk, id_, reason = room(request), request.path_params["id"], forms.text(body, "reason")

    def do() -> None:
        with desk.store.read() as db:
            names = [str(row[0]) for row in db.execute("select name from stations order by name").fetchall()]
        desk.publishing.to_all(id_, me(request), names, desk.clock.now(), reason)

    return once(request, body, say("pub.to-all-said"), do)


def roll_back(request: Request, body: FormData) -> Response:
    desk, id_ = room(request), request.path_params["id"]
    with desk.store.read() as db:
        number = publication(db, id_).number
    made = desk.publishing.roll_back(number, me(request), forms.text(body, "note"), desk.clock.now())
    return see_other(request, "publication", id=made.id, said=say("pub.rolled-back", number=number))


def drop(request: Request, body: FormData) -> Response:
    desk, id_ = room(request), request.path_params["id"]
    return once(request, body, say("pub.dropped"), lambda: desk.publishing.drop(id_, me(request), desk.clock.now()))


def make_own_key(request: Request, body: FormData) -> Response:
    desk, phrase = room(request), forms.password(body, "phrase")
    if phrase != forms.password(body, "again"):
        return see_other(request, "publications", said=say("pub.phrase-differs"), tone=Tone.WARN)
    public, pem = publisher_keys.make_key(phrase)
    with desk.store.write() as tx:
        publisher_keys.keep(tx, me(request), public, pem, desk.clock.now())
    return see_other(request, "publications", said=say("pub.key-made"))


def once(request: Request, body: FormData, said: Phrase, do: Callable[[], None]) -> Response:
    """The step refuses a second time by itself; whoever clicked twice is shown where the first click led."""
    desk, form_id = room(request), forms.text(body, "form_id")
    there = url(request, "publication", id=request.path_params["id"])
    with desk.store.read() as db:
        before = posted_before(db, form_id)
    if before is None:
        do()
        with desk.store.write() as tx:
            remember_post(tx, form_id, there, at=desk.clock.now())
    return see_other_url(request, there, said=said)


def me(request: Request) -> str:
    return session.who(request).account.name
