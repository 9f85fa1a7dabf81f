"""Prints a document: a template of this package and data become the bytes of a PDF.

What people wrote goes in as JSON and is never part of the template's source, where `#` is code.
The same template, data and fonts give the same bytes, on any day. The result is PDF/A-2a: for
the archive, readable aloud, and refused by the typesetter itself should a character be missing.
A character that no font has is never printed as an empty box.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from protocol.clock import moment
from protocol.documents.fonts import FONT_FOLDERS, FontSet
from protocol.documents.front import Document
from protocol.errors import Refused

if TYPE_CHECKING:
    import typst

_TEMPLATES = Path(__file__).parent / "templates"
NO_MARKS: Mapping[str, object] = {"qr": None, "seal": None}
BLANK = "〓"  # the printers' mark for a character that is not in the case


class Press:
    """One typesetter, used by one thread at a time. It loads its fonts (about 0.3 s) when first asked for something."""

    def __init__(self, font_folders: Iterable[Path] = FONT_FOLDERS) -> None:
        self._folders = tuple(font_folders)
        self._printing = threading.Lock()
        self._fonts: FontSet | None = None
        self._typesetter: typst.Compiler | None = None

    def missing_glyphs(self, text: str) -> set[str]:
        """The characters of a text that the fonts here cannot print.

        :raises Damaged: there is no font for Chinese on this machine
        """
        with self._printing:
            fonts, _ = self._ready()
        return {character for character in set(text) if not fonts.has(character)}

    def missing_in(self, data: Mapping[str, object]) -> set[str]:
        """The same for everything that a document says."""
        return self.missing_glyphs("".join(_texts(data)))

    def print_document(self, document: Document, fill_by_hand: bool = False) -> bytes:
        """`print_pdf` for a document that knows its template."""
        return self.print_pdf(document.template, document.data(), fill_by_hand)

    def print_pdf(
        self,
        template: str,
        data: Mapping[str, object],
        fill_by_hand: bool = False,
        marks: Mapping[str, object] = NO_MARKS,
    ) -> bytes:
        """The PDF. `data["printed_at"]`, a stamp(), is the only time in it; `marks` are the code and the seal on it.

        With `fill_by_hand` a character that the fonts lack is printed as 〓, and the page says which
        characters have to be written in.

        :raises Refused: characters are missing and nobody has agreed to fill them in by hand
        :raises Damaged: there is no font for Chinese on this machine
        """
        missing = sorted(self.missing_in({"data": data, "seal": marks["seal"]}))
        codes = [f"U+{ord(character):04X}" for character in missing]
        if missing and not fill_by_hand:
            raise Refused("refused.glyphs", characters=" ".join(codes))
        blanks = str.maketrans(dict.fromkeys(missing, BLANK))
        said = _with_each_text({**data, "by_hand": codes}, lambda text: text.translate(blanks))
        with self._printing:
            fonts, typesetter = self._ready()
            printed = typesetter.compile(
                input=_TEMPLATES / f"{template}.typ",
                format="pdf",
                sys_inputs={
                    "data": json.dumps(said, ensure_ascii=False),
                    "marks": json.dumps(marks, ensure_ascii=False),
                    "fonts": json.dumps({"text": fonts.text, "titles": fonts.titles}),
                },
                timestamp=int(moment(str(data["printed_at"])).timestamp()),
                pdf_standards=["a-2a"],
            )
        assert isinstance(printed, bytes)
        return printed

    def _ready(self) -> tuple[FontSet, typst.Compiler]:
        """Call with the lock."""
        if self._fonts is None or self._typesetter is None:
            import typst

            self._fonts = FontSet(self._folders)
            self._typesetter = typst.Compiler(root=_TEMPLATES, font_paths=self._fonts.fonts, ignore_system_fonts=True)
        return self._fonts, self._typesetter


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _texts(part)


def _with_each_text(value: object, change: Callable[[str], str]) -> object:
    """A copy of JSON data in which every text, however deep, is what `change` makes of it."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _with_each_text(part, change) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_each_text(part, change) for part in value]
    return value
