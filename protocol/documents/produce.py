"""From what a document says to the file that is kept: printed, coded, sealed; the same bytes whenever it is done again.

A reprint is a copy of the kept bytes and never comes here. That a second production gives the same
bytes all the same is how anybody can check that a kept file is what its data say.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from protocol.catalogue.masks import mask_name
from protocol.documents.front import Issuable
from protocol.documents.kinds import DOCUMENTS
from protocol.documents.qr import DIGEST_BYTES, Told, code_as_svg, write_code
from protocol.documents.sealing import Seal
from protocol.identity import Keys


class Prints(Protocol):
    """A Press or a PrintRoom."""

    def print_pdf(
        self, template: str, data: Mapping[str, object], fill_by_hand: bool = ..., marks: Mapping[str, object] = ...
    ) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Printed:
    pdf: bytes
    data: bytes  # all that the document says, as canonical JSON; its digest is in the code
    digest: str  # SHA-256 of the file, hex
    code: str  # the text of the code on it
    is_sealed: bool


def produce(
    press: Prints, document: Issuable, district: str, keys: Keys, seal: Seal | None = None, fill_by_hand: bool = False
) -> Printed:
    """Number, code and (where the table says so and there is one) seal. Two calls give the same bytes.

    :raises Refused: glyphs: characters are missing and nobody has agreed to fill them in by hand; seal-expired
    :raises Damaged: no font for Chinese, or the press does not answer
    """
    front, row = document.front, DOCUMENTS[document.of]
    said = {"document": document.of.value, **document.data()}
    data = canonical(said)
    told = Told(
        kind=document.of,
        number=front.number,
        case_number=front.case_number,
        item=f"{front.item_code}.{front.item_version}" if front.item_code else "",
        name=mask_name(front.applicant),
        made_at=front.printed_at.replace(microsecond=0),
        day=front.day,
        until=front.until,
        digest=digest_of(data),
        district=district,
    )
    code = write_code(told, keys)
    svg, modules = code_as_svg(code)
    used = seal if row.sealed else None
    marks = {
        "qr": {"svg": svg, "modules": modules, "text": code},
        "seal": {"name": used.name, "test": used.is_test} if used else None,
    }
    pdf = press.print_pdf(document.template, said, fill_by_hand, marks)
    if used is not None:
        pdf = used.put_on(pdf, front.printed_at)
    return Printed(pdf, data, hashlib.sha256(pdf).hexdigest(), code, used is not None)


def canonical(said: Mapping[str, object]) -> bytes:
    """One text for one content: keys sorted, nothing between, UTF-8."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest_of(data: bytes) -> bytes:
    """The first 16 bytes of SHA-256, as the code carries them."""
    return hashlib.sha256(data).digest()[:DIGEST_BYTES]
