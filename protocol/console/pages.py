"""From a page's contract to HTML.

Each template has a frozen dataclass that lists what it shows; `render` gives it the shell around it: language,
account, navigation, sync bar, the one-time note. A forgotten field fails (StrictUndefined), and every value
is escaped. The way out of a POST is always `see_other`.

There is one Jinja environment per language, so the words (`_`), the formats and the macros (`ui`) are plain
globals of it, and a block that is rendered alone for htmx has them too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol
from urllib.parse import urlsplit

from jinja2 import BytecodeCache, ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape
from sqlite_utils import Database
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from protocol.clock import Clock
from protocol.console import session
from protocol.console.accounts import Account, Session
from protocol.console.mask import mask_name, mask_number, mask_phone
from protocol.console.once import new_form_id
from protocol.console.parts import NavItem, SyncBar, Tone, Trouble
from protocol.console.session import Note
from protocol.console.statics import Statics
from protocol.console.texts import Lang, Phrase, Texts, Translator, merged
from protocol.console.translations import SHARED
from protocol.errors import Refused
from protocol.store import Store

TEMPLATES = Path(__file__).parent / "templates"


class Page(Protocol):
    """A frozen dataclass; its fields are what the template may use.

    `section`, where given, is the route name of the navigation item that the page belongs to.
    """

    @property
    def template(self) -> str: ...

    __dataclass_fields__: ClassVar[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Shell:
    """What an app tells the shell about itself; kept as `app.state.shell`."""

    party: str
    store: Store
    clock: Clock
    name: Phrase  # of the console: 窗口工作台
    place: str  # the station's or the district's own name, as people say it
    home: str  # name of the route that a signed-in person starts at
    texts: Texts  # this console's table, besides SHARED
    templates: Path
    navigation: Callable[[Request, Account], Sequence[NavItem]]
    bar: Callable[[], SyncBar]  # reads only what is on this machine's disk
    place_en: str = ""  # the same in English; empty: it has only the one name
    scripts: Sequence[str] = ()  # static files that every page of a signed-in person loads
    hosts: frozenset[str] = frozenset()  # names that a POST may be addressed to; empty: any
    # told of every refusal before its page is made; what goes wrong in it changes nothing for the reader
    refused: Callable[[Request, Refused], None] | None = None
    # the page about trouble, where the reader is not at a desk; None: the console's own
    trouble: Callable[[Request, Trouble], Page | None] = lambda request, trouble: None
    # the roles that a person holds at this moment besides the account's own: by a section, or lent
    posts: Callable[[Database, Account, datetime], Account] = lambda db, account, at: account


class Pages:
    """The environments of one console; kept as `app.state.pages`."""

    def __init__(self, shell: Shell, statics: Statics) -> None:
        texts = merged(SHARED, shell.texts)
        self.translators = {lang: Translator(lang, texts) for lang in Lang}
        self._environments = {
            lang: _environment(translator, shell.templates, statics) for lang, translator in self.translators.items()
        }

    def html(self, lang: Lang, template: str, context: dict[str, Any], block: str | None) -> str:
        shown = self._environments[lang].get_template(template)
        if block is None:
            return shown.render(context)
        return "".join(shown.blocks[block](shown.new_context(context)))


def render(request: Request, page: Page, *, status: int = 200, block: str | None = None) -> Response:
    """The page as HTML.

    With `block`, a request that htmx made for a piece gets that block of the template alone; anybody
    else gets the whole page, so the page works without JavaScript.
    """
    shell: Shell = request.app.state.shell
    pages: Pages = request.app.state.pages
    fragment = block is not None and session.is_fragment(request)
    own = {field.name: getattr(page, field.name) for field in dataclasses.fields(page)}
    context = _frame(request, shell, getattr(page, "section", ""), fragment=fragment) | own
    html = pages.html(session.lang(request), page.template, context, block if fragment else None)
    response = HTMLResponse(html, status_code=status, headers={"Vary": "Cookie, HX-Request"})
    if context["note"] is not None:
        session.drop_note(request, response)
    return response


def see_other(
    request: Request, route: str, *, said: Phrase | None = None, tone: Tone = Tone.GOOD, **params: object
) -> Response:
    """Post, redirect, get. `said` is shown once on the page that follows."""
    return see_other_url(request, url(request, route, **params), said=said, tone=tone)


def see_other_url(request: Request, path: str, *, said: Phrase | None = None, tone: Tone = Tone.GOOD) -> Response:
    response = RedirectResponse(path, status_code=303)
    if said is not None:
        session.keep_note(request, response, Note(tone, translator(request)(said)))
    return response


def translator(request: Request) -> Translator:
    pages: Pages = request.app.state.pages
    return pages.translators[session.lang(request)]


def url(request: Request, route: str, **params: object) -> str:
    """The path of a route by its name."""
    return str(request.app.url_path_for(route, **params))


def _frame(request: Request, shell: Shell, section: str, *, fragment: bool) -> dict[str, Any]:
    signed_in = session.current(request)
    whole = signed_in is not None and not fragment
    return {
        "shell": shell,
        "place": shell.place_en if session.lang(request) is Lang.EN and shell.place_en else shell.place,
        "me": signed_in.account if signed_in else None,
        "nav": shell.navigation(request, signed_in.account) if signed_in and whole else [],
        "bar": shell.bar() if whole else None,
        "note": session.take_note(request) if whole else None,
        "section": section or getattr(request.state, "route", ""),
        "back": _way_back(request),
        "url": lambda route, **params: url(request, route, **params),
        "post_fields": lambda: _post_fields(signed_in),
    }


def _way_back(request: Request) -> str:
    """The page to show again after the language was switched; a page that answers a POST has no address of its own."""
    seen = urlsplit(str(request.url) if request.method == "GET" else request.headers.get("Referer", "/"))
    return (seen.path or "/") + (f"?{seen.query}" if seen.query else "")


def _post_fields(signed_in: Session | None) -> Markup:
    """What every form carries: the session's CSRF token, and a number that makes a double post harmless."""
    csrf = signed_in.csrf if signed_in else ""
    return Markup('<input type="hidden" name="csrf" value="{}"><input type="hidden" name="form_id" value="{}">').format(
        csrf, new_form_id()
    )


class _Compiled(BytecodeCache):
    """What the templates became, for as long as the process lasts: both languages run one compilation.

    Jinja asks again with the source's checksum, so a template that was changed on the disk is compiled anew.
    """

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()  # a template compiles to the same code in every language: words are looked up as it runs


def _environment(translator: Translator, templates: Path, statics: Statics) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(templates), FileSystemLoader(TEMPLATES)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_COMPILED,
    )
    environment.globals |= {"_": translator, "lang": translator.lang.value, "static": statics.url, "langs": _LANGS}
    environment.filters |= {
        "moment": translator.moment,
        "date": translator.date,
        "time": translator.time,
        "duration": translator.duration,
        "size": translator.size,
        "said": lambda text: translator(text) if isinstance(text, Phrase) else text,
        "lines": lambda text: Markup("<br>").join(escape(line) for line in str(text).splitlines()),
        "mask_name": mask_name,
        "mask_number": mask_number,
        "mask_phone": mask_phone,
    }
    environment.globals["ui"] = environment.get_template("macros.html").module
    return environment


# each language by its own name, for whoever cannot read the other
_LANGS: Sequence[tuple[str, str]] = (("zh-CN", "中文"), ("en", "English"))
