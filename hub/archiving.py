"""The file of a finished case as one package: what it lacks, how it is made, where it is kept (归档).

A package is made outside of any unit of work and put into the folder before the act that names its digest is written:
a package without its act is a stray file, an act without its package would be a lie. What happens to an archived
case later goes into a package that names the one before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from hub import casefile
from hub.decisions import Said, decide, need_case
from hub.documents import kinds_of
from hub.finished import last_package
from hub.worklists import papers_of as papers_here
from protocol.archive.packing import write_zip
from protocol.archive.record import papers_of
from protocol.archive.shapes import CONTEXT
from protocol.casebook import Casebook
from protocol.cases.acts import By, CaseAct
from protocol.cases.case import Case, Standing
from protocol.cases.words import Act, Flag
from protocol.catalogue.items import Item
from protocol.catalogue.law import Law
from protocol.documents.kinds import Kind, number_of
from protocol.errors import Refused
from protocol.exchange.blobs import Blobs
from protocol.exchange.journal import Journal
from protocol.identity import Keys
from protocol.settings import write_whole
from protocol.store import Store


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing without which the file is not complete. `code` has its words in the translations (archive.lack.…)."""

    code: str
    what: str = ""  # kind of a document, code of a material, kind of an act
    digest: str = ""  # of a paper that may be declared lost


@dataclass(frozen=True, slots=True)
class Archiving:
    """All that is needed to make a package. `folder` is outside the stores: a package is a copy of what they hold."""

    store: Store
    blobs: Blobs
    pen: Journal
    book: Casebook
    law: Law
    keys: Keys
    keyring: Callable[[], bytes]  # the file as the district's authority signed it
    district: str
    folder: Path

    def lacks(self, db: Database, case: Case, lost: Mapping[str, str]) -> list[Lack]:
        """What keeps the case from the archive; `lost` are reasons for papers that are nowhere any more, by digest."""
        found = []
        if self.law.item(case.item, case.item_version) is None:
            found.append(Lack("item"))
        if case.open_request is not None:
            found.append(Lack("request"))
        if case.flags & {Flag.FORKED, Flag.ACT_REFUSED}:
            found += [Lack("aside", step.act.act) for step in case.set_aside if step.standing is not Standing.WAITING]
        if Flag.WAITING in case.flags:
            found.append(Lack("waiting"))
        return [*found, *self._documents_lacking(case), *self._papers_lacking(db, case, lost)]

    def _documents_lacking(self, case: Case) -> list[Lack]:
        found = []
        made = {(act.request, act.made.kind) for act in case.documents if act.made is not None}
        for act in case.line:
            found += [Lack("document", kind) for kind in kinds_of(act) if (act.id, kind) not in made]
        if any(act.act is Act.HAND_OVER for act in case.line):
            issues = max(1, sum(act.act is Act.ISSUE for act in case.line))
            number = number_of(Kind.PROOF, case.number, issues)
            if all(act.made is None or act.made.number != number for act in case.documents):
                found.append(Lack("proof", Kind.PROOF))
        digests = [act.made.digest for act in case.documents if act.made is not None]
        here = self.blobs.which(digests)
        return found + [Lack("document-away", digest[:8]) for digest in digests if digest not in here]

    def _papers_lacking(self, db: Database, case: Case, lost: Mapping[str, str]) -> list[Lack]:
        papers = papers_of(case)
        here, known = self.blobs.which([paper.digest for paper in papers]), papers_here(db, case.id)
        found = []
        for paper in papers:
            gone = paper.digest in known and known[paper.digest].is_lost
            if paper.digest in here or (gone and lost.get(paper.digest, "").strip()):
                continue
            found.append(Lack("paper-lost" if gone else "paper-away", paper.material, paper.digest if gone else ""))
        return found

    # -- making

    def make(self, case_id: str, *, by: By, at: datetime, seen: str, lost: Mapping[str, str] | None = None) -> CaseAct:
        """Make the package, keep it, and write the act that names its digest.

        :raises Refused: not-complete, archived-already, case-moved, disk-full, and whatever RULES forbid
        """
        with self.store.read() as db:
            case = need_case(db, self.book, case_id)
            if seen != (case.tip or ""):
                raise Refused("refused.case-moved")
            lacking = self.lacks(db, case, lost or {})
            entries = casefile.entries_of(db, self.book, case_id)
            proofs = casefile.proofs_of(db, entries)
        before = last_package(case)
        if before is not None and before.id == case.tip and self.has(before.package):
            raise Refused("refused.archived-already")
        if lacking:
            raise Refused("refused.not-complete", count=len(lacking))
        item = self.law.item(case.item, case.item_version)
        assert item is not None
        self.store.require_room()
        package = self._package(case, item, entries, proofs, lost or {}, at)
        digest = hashlib.sha256(package).hexdigest()
        write_whole(self.file_of(digest), package)
        with self.store.write() as tx:
            now = need_case(tx, self.book, case_id)
            if len(now.steps) != len(case.steps):
                raise Refused("refused.case-moved")
            return decide(
                tx, self.pen, self.book, self.law, case_id, Act.ARCHIVE, self.store.entropy(16), by=by, at=at, seen=seen,
                said=Said(package=digest),
            )  # fmt: skip

    def _package(
        self, case: Case, item: Item, entries: casefile.Entries, proofs: casefile.Proofs, lost: Mapping[str, str],
        at: datetime,
    ) -> bytes:  # fmt: skip
        papers = [(paper, self.blobs.read(paper.digest)) for paper in papers_of(case)]
        documents = [(act, self.blobs.read(act.made.digest)) for act in case.documents if act.made is not None]
        contents = casefile.Contents(
            district=self.district,
            case=case,
            item=item,
            entries=entries,
            proofs=proofs,
            papers=[(paper, data) for paper, data in papers if data is not None],
            documents=[(act, data) for act, data in documents if data is not None],
            lost=[casefile.lost(paper, item, lost[paper.digest]) for paper, data in papers if data is None],
            previous=before.package if (before := last_package(case)) is not None else "",
            keyring=self.keyring(),
            at=at,
        )
        files = casefile.files_of(contents)
        manifest = casefile.manifest_of(contents, files, self.keys)
        signature = self.keys.signing.sign(CONTEXT + manifest)
        return write_zip({**files, "manifest.json": manifest, "manifest.sig": signature})

    # -- kept packages

    def file_of(self, digest: str) -> Path:
        return self.folder / digest[:2] / f"{digest}.zip"

    def has(self, digest: str) -> bool:
        return self.file_of(digest).is_file()

    def read(self, digest: str) -> bytes:
        """:raises Refused: no-package: it is not on this machine, or not what its name says"""
        try:
            data = self.file_of(digest).read_bytes()
        except FileNotFoundError as why:
            raise Refused("refused.no-package") from why
        if hashlib.sha256(data).hexdigest() != digest:
            raise Refused("refused.no-package")
        return data
