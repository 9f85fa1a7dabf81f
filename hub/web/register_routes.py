"""Whom the register of licences and the archive are open to."""

from __future__ import annotations

from collections.abc import Sequence

from hub.web import archive, licences
from protocol.cases.rules import Role
from protocol.console.protect import ConsoleRoute, form, page


def register_routes(office: Sequence[Role]) -> list[ConsoleRoute]:
    one = "/cases/{case_id}/archive"
    return [
        page("/licences", licences.show, to=office, name="licences"),
        form("/licences", licences.search, to=office, name="licences.search"),
        page("/licences/{licence_id}", licences.show_one, to=office, name="licence", looks="document"),
        page("/archive", archive.show, to=archive.READ, name="archive"),
        form("/archive", archive.archive_all, to=archive.ARCHIVE, name="archive.all"),
        page(one, archive.show_case, to=archive.READ, name="case.archive", looks="case"),
        form(one, archive.do, to=archive.ARCHIVE, name="case.archive.do"),
        page(f"{one}/{{digest}}", archive.export, to=archive.READ, name="case.archive.export", looks="export"),
    ]
