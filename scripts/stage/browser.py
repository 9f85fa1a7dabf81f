"""A clerk's browser without JavaScript: it opens pages, follows links, fills the forms that it finds and sends them.

It knows nothing of the pages but HTML: what is hidden in a form is sent back as it came, a field that a
page does not have cannot be filled. What it shows is what a person could read there.
"""

from __future__ import annotations

import http.client
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

from stage.papers import Sheet

REDIRECTS = 5
TIMEOUT_S = 30.0
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_SILENT = {"script", "style", "title", "template"}


class NotThere(AssertionError):
    """A person would have looked for this in vain."""


@dataclass(slots=True)
class Link:
    href: str
    text: str = ""


@dataclass(slots=True)
class Field:
    name: str
    type: str  # as in <input type>, or select, textarea, button
    value: str = ""
    sent: bool = True  # by itself: a chosen radio button, a field that is not disabled
    options: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Form:
    action: str
    method: str
    multipart: bool
    fields: list[Field] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        return {one.name for one in self.fields}

    def options(self, name: str) -> list[str]:
        """What a person can choose between; an empty choice is none."""
        found = [value for one in self.fields if one.name == name for value in (one.options or [one.value])]
        return [value for value in found if value]


@dataclass(slots=True)
class Row:
    """A line of a table, or an entry of a list."""

    text: str
    links: list[Link]
    chips: list[str]  # small labels with a state
    forms: list[Form]


@dataclass(slots=True)
class Page:
    url: str
    status: int
    type: str
    body: bytes
    text: str = ""
    title: str = ""
    links: list[Link] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    chips: list[str] = field(default_factory=list)

    def form(self, *named: str, action: str = "") -> Form:
        """The form with all of these fields, whose address contains `action`.

        :raises NotThere: there is none
        """
        for one in self.forms:
            if one.names.issuperset(named) and action in one.action:
                return one
        raise NotThere(f"no form with {named} {action!r} at {self.url} ({self.status}): {self.text[:400]}")

    def has_form(self, *named: str, action: str = "") -> bool:
        return any(one.names.issuperset(named) and action in one.action for one in self.forms)

    def link(self, *, text: str = "", href: str = "") -> str:
        """Where the first link with this text and this in its address leads.

        :raises NotThere: there is none
        """
        for one in self.links:
            if text in one.text and href in one.href:
                return urljoin(self.url, one.href)
        raise NotThere(f"no link {text!r} {href!r} at {self.url} ({self.status}): {[x.href for x in self.links]}")

    def row(self, text: str) -> Row:
        """The line that contains this text.

        :raises NotThere: none, or more than one
        """
        found = [one for one in self.rows if text in one.text]
        if len(found) != 1:
            raise NotThere(f"{len(found)} lines with {text!r} at {self.url}")
        return found[0]

    def says(self, *texts: str) -> bool:
        return all(text in self.text for text in texts)


class Browser:
    """One person at one console. Cookies stay until clear()."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> Page:
        """Follows redirects.

        :raises OSError: nobody answers
        """
        return self._go("GET", urljoin(self.base, path), {}, b"")

    def send(
        self,
        page: Page,
        form: Form,
        values: Mapping[str, str] | None = None,
        files: Mapping[str, Sequence[Sheet]] | None = None,
        press: tuple[str, str] | None = None,
    ) -> Page:
        """What the form holds, with `values` typed over it, `files` chosen and the button `press` pressed.

        :raises NotThere: the form has no such field
        :raises OSError: nobody answers, or the connection breaks before the answer
        """
        return self.prepared(page, form, values, files, press)()

    def prepared(
        self,
        page: Page,
        form: Form,
        values: Mapping[str, str] | None = None,
        files: Mapping[str, Sequence[Sheet]] | None = None,
        press: tuple[str, str] | None = None,
    ) -> Callable[[], Page]:
        """send(), with the finger over the button: called it sends, called again it sends the very same again."""
        pairs = _filled(form, dict(values or {}), set(files or ()))
        pairs += [press] if press else []
        url = urljoin(page.url, form.action)
        if form.method == "get":
            return lambda: self.get(f"{url.partition('?')[0]}?{urlencode(pairs)}")
        if form.multipart:
            kind, body = _multipart(pairs, files or {})
        else:
            kind, body = "application/x-www-form-urlencoded", urlencode(pairs).encode()
        origin = self.base.rstrip("/")
        return lambda: self._go("POST", url, {"Content-Type": kind, "Origin": origin}, body)

    def _go(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Page:
        for _ in range(REDIRECTS):
            status, answer_headers, content = self._ask(method, url, headers, body)
            where = answer_headers.get("Location")
            if status not in (301, 302, 303, 307, 308) or where is None:
                return read_page(url, status, answer_headers.get_content_type(), content)
            method, url, headers, body = "GET", urljoin(url, where), {}, b""
        raise NotThere(f"{url} leads in a circle")

    def _ask(
        self, method: str, url: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_S)
        try:
            cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            sent = headers | ({"Cookie": cookies} if cookies else {})
            connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body or None, sent)
            answer = connection.getresponse()
            content = answer.read()
        except http.client.HTTPException as why:
            raise ConnectionError(str(why) or type(why).__name__) from why
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            self._keep(line)
        return answer.status, answer.headers, content

    def _keep(self, line: str) -> None:
        pair, *attributes = [part.strip() for part in line.split(";")]
        name, _, value = pair.partition("=")
        if any(part.lower() == "max-age=0" for part in attributes):
            self._cookies.pop(name, None)
        else:
            self._cookies[name] = value.strip('"')


def read_page(url: str, status: int, kind: str, body: bytes) -> Page:
    page = Page(url, status, kind, body)
    if kind == "text/html":
        _Reader(page).read(body.decode("utf-8"))
    return page


def _filled(form: Form, values: dict[str, str], with_files: set[str]) -> list[tuple[str, str]]:
    unknown = (values.keys() | with_files) - form.names
    if unknown:
        raise NotThere(f"the form {form.action} has no field {sorted(unknown)}, only {sorted(form.names)}")
    pairs = []
    for one in form.fields:
        if one.name in values and one.type not in ("hidden", "button", "submit"):
            pairs.append((one.name, values.pop(one.name)))
        elif one.sent and one.type not in ("file", "button", "submit") and one.name not in dict(pairs):
            pairs.append((one.name, one.value))
    if values:
        raise NotThere(f"the form {form.action} lets nobody fill {sorted(values)}")
    return pairs


def _multipart(pairs: Iterable[tuple[str, str]], files: Mapping[str, Sequence[Sheet]]) -> tuple[str, bytes]:
    mark = f"----{secrets.token_hex(16)}"
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode() for n, v in pairs]
    for name, sheets in files.items():
        for sheet in sheets:
            head = (
                f'Content-Disposition: form-data; name="{name}"; filename="{sheet.name}"\r\nContent-Type: {sheet.type}'
            )
            parts.append(f"--{mark}\r\n{head}\r\n\r\n".encode() + sheet.data + b"\r\n")
    return f"multipart/form-data; boundary={mark}", b"".join(parts) + f"--{mark}--\r\n".encode()


class _Reader(HTMLParser):
    """Fills a Page. Text is put together as it is read: words of neighbouring elements are kept apart by a blank."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._text: list[str] = []
        self._open: list[str] = []
        self._form: Form | None = None
        self._link: tuple[Link, int] | None = None
        self._rows: list[tuple[str, int, int, int, int]] = []  # tag; first text, link, chip, form
        self._chip: tuple[int, int] | None = None  # depth, first text
        self._area: tuple[Field, int] | None = None
        self._select: Field | None = None
        self._title: list[str] = []

    def read(self, html: str) -> None:
        self.feed(html)
        self.close()
        self._page.text = _tidy(self._text)
        self._page.title = _tidy(self._title)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._open.append(tag)
        if "chip" in has.get("class", "").split():
            self._chip = (len(self._open), len(self._text))
        match tag:
            case "form":
                method = has.get("method", "get").lower()
                self._form = Form(has.get("action", ""), method, has.get("enctype") == "multipart/form-data")
                self._page.forms.append(self._form)
            case "a" if "href" in has:
                self._link = (Link(has["href"]), len(self._text))
            case "tr" | "li":
                found = self._page
                self._rows.append((tag, len(self._text), len(found.links), len(found.chips), len(found.forms)))
            case "input":
                kind = has.get("type", "text").lower()
                chosen = kind not in ("radio", "checkbox") or "checked" in has
                self._add(has, Field(has.get("name", ""), kind, has.get("value", ""), chosen))
            case "button":
                self._add(has, Field(has.get("name", ""), "button", has.get("value", "")))
            case "select":
                self._select = Field(has.get("name", ""), "select")
                self._add(has, self._select)
            case "option" if self._select is not None:
                self._select.options.append(has.get("value", ""))
                if "selected" in has or len(self._select.options) == 1:
                    self._select.value = has.get("value", "")
            case "textarea":
                area = Field(has.get("name", ""), "textarea")
                self._add(has, area)
                self._area = (area, len(self._text))

    def _add(self, has: Mapping[str, str], one: Field) -> None:
        if self._form is not None and one.name and "disabled" not in has:
            self._form.fields.append(one)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass
        if self._chip is not None and len(self._open) < self._chip[0]:
            self._page.chips.append(_tidy(self._text[self._chip[1] :]))
            self._chip = None
        match tag:
            case "form":
                self._form = None
            case "a" if self._link is not None:
                link, start = self._link
                link.text = _tidy(self._text[start:])
                self._page.links.append(link)
                self._link = None
            case "select":
                self._select = None
            case "textarea" if self._area is not None:
                area, start = self._area
                area.value = "".join(self._text[start:]).removeprefix("\n")
                self._area = None
            case "tr" | "li" if self._rows and self._rows[-1][0] == tag:
                _, text, links, chips, forms = self._rows.pop()
                found = self._page
                self._page.rows.append(
                    Row(_tidy(self._text[text:]), found.links[links:], found.chips[chips:], found.forms[forms:])
                )

    def handle_data(self, data: str) -> None:
        if "title" in self._open:
            self._title.append(data)
        elif not _SILENT & set(self._open):
            self._text.append(data)


def _tidy(texts: Iterable[str]) -> str:
    return re.sub(r"\s+", " ", " ".join(texts)).strip()
