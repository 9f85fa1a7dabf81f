"""Whom the pages of the publications are open to."""

from __future__ import annotations

from hub.web import publications, publishing, rehearsals, remits
from protocol.cases.rules import Role
from protocol.console.protect import ConsoleRoute, form, page

MAKERS = (Role.EDITOR, Role.PUBLISHER)
SEE = (*MAKERS, Role.LEADER, Role.SUPERVISOR, Role.AUDITOR, Role.OPERATOR)
FILES, FILE_BYTES = 2000, 64 * 1024 * 1024  # a folder of 1,400 items, 9 MB


def publishing_routes() -> list[ConsoleRoute]:
    one = "/publications/{id:int}"
    edit, approve = (Role.EDITOR,), (Role.PUBLISHER,)
    return [
        page("/publications", publications.show_all, to=SEE, name="publications"),
        form("/publications", publishing.begin, to=edit, name="publication.begin"),
        form("/publishing-key", publishing.make_own_key, to=MAKERS, name="publication.key"),
        page(one, publications.show_one, to=SEE, name="publication"),
        form(
            f"{one}/items",
            publishing.load,
            to=edit,
            name="publication.load",
            max_files=FILES,
            max_bytes=FILE_BYTES,
        ),
        form(f"{one}/rehearse", rehearsals.rehearse, to=MAKERS, name="publication.rehearse"),
        form(f"{one}/sign", publishing.sign, to=edit, name="publication.sign"),
        form(f"{one}/approve", publishing.approve, to=approve, name="publication.approve"),
        form(f"{one}/all", publishing.to_all, to=approve, name="publication.all"),
        form(f"{one}/back", publishing.roll_back, to=edit, name="publication.back"),
        form(f"{one}/drop", publishing.drop, to=MAKERS, name="publication.drop"),
        page("/authority", remits.show, to=SEE, name="remits"),
        page("/authority.csv", remits.as_csv, to=SEE, name="remits.csv"),
        form("/authority/rows", remits.change, to=edit, name="remits.change", max_files=1, max_bytes=FILE_BYTES),
    ]
