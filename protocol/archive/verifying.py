"""Whether an archive package is what the district made: from the file and the authority's public key, and nothing else.

The authority vouches for the keyring, a card of it for the manifest, the manifest for every file; beside that the
entries prove themselves by their chain and by what the stations signed, and the record and the index must say what
the entries say. One changed byte anywhere is found, and where it is.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from protocol.archive.packing import is_as_written, read_zip
from protocol.archive.record import case_of, papers_of, record_of
from protocol.archive.shapes import CONTEXT, FORMAT, EntryFile, Index, Manifest, ProofFile, read
from protocol.cases.case import Case
from protocol.errors import Distrusted
from protocol.exchange.envelope import read_proof
from protocol.exchange.journal import link_of
from protocol.exchange.topics import HUB
from protocol.identity import Keyring, read_keyring

KEYRING, MANIFEST, SIGNATURE = "keys/keyring.json", "manifest.json", "manifest.sig"
INDEX, RECORD, ITEM = "index.json", "record.jsonl", "item.json"


class Wrong(StrEnum):
    NO_PACKAGE = "no-package"  # it cannot be read as one
    NOT_AS_WRITTEN = "not-as-written"  # something in the ZIP's own fields
    OTHER_DISTRICT = "other-district"  # the keyring is not signed by this authority
    BAD_SIGNATURE = "bad-signature"
    NEWER = "newer"  # a format that this program does not know
    MISSING = "missing"
    ADDED = "added"
    CHANGED = "changed"
    BAD_ENTRY = "bad-entry"  # its body, its digest or its chain
    BAD_PROOF = "bad-proof"
    UNPROVED = "unproved"  # a station's entry that no letter of the station covers
    NOT_WHAT_WAS_SAID = "not-what-was-said"  # record, index or papers against the entries


@dataclass(frozen=True, slots=True)
class Problem:
    file: str
    wrong: Wrong


@dataclass(slots=True)
class Report:
    """`checked` counts what was looked at, by kind; without a problem all of it is as it was made."""

    number: str = ""
    district: str = ""
    made_at: str = ""
    previous: str = ""
    status: str = ""
    checked: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.problems

    def found(self, file: str, wrong: Wrong) -> None:
        if Problem(file, wrong) not in self.problems:
            self.problems.append(Problem(file, wrong))


def verify(data: bytes, authority: Ed25519PublicKey) -> Report:
    """Look at everything; never raises for what is in the file."""
    report = Report()
    try:
        files = read_zip(data)
    except Distrusted:
        report.found("", Wrong.NO_PACKAGE)
        return report
    keyring = _keyring(files, authority, report)
    manifest = _manifest(files, keyring, report)
    if manifest is not None:
        _check_files(files, manifest, report)
    entries = _entries(files, report)
    if keyring is not None:
        _check_proofs(files, entries, keyring, report)
    _check_what_was_said(files, entries, report)
    if not is_as_written(data, files) and not report.problems:
        report.found("", Wrong.NOT_AS_WRITTEN)
    return report


def _keyring(files: dict[str, bytes], authority: Ed25519PublicKey, report: Report) -> Keyring | None:
    try:
        return read_keyring(files[KEYRING], authority)
    except KeyError:
        report.found(KEYRING, Wrong.MISSING)
    except Distrusted:
        report.found(KEYRING, Wrong.OTHER_DISTRICT)
    return None


def _manifest(files: dict[str, bytes], keyring: Keyring | None, report: Report) -> Manifest | None:
    for name in (MANIFEST, SIGNATURE):
        if name not in files:
            report.found(name, Wrong.MISSING)
            return None
    try:
        manifest = read(files[MANIFEST], Manifest)
    except Distrusted:
        report.found(MANIFEST, Wrong.CHANGED)
        return None
    report.number, report.district = manifest.number, manifest.district
    report.made_at, report.previous = manifest.made_at, manifest.previous
    if manifest.format > FORMAT:
        report.found(MANIFEST, Wrong.NEWER)
    if keyring is None:
        return manifest
    try:
        if manifest.party != HUB or manifest.district != keyring.district:
            raise Distrusted("distrusted.author")
        keyring.ever(manifest.party, manifest.box).verify(files[SIGNATURE], CONTEXT + files[MANIFEST])
    except Distrusted:
        report.found(MANIFEST, Wrong.BAD_SIGNATURE)
    report.checked["signature"] = 1
    return manifest


def _check_files(files: dict[str, bytes], manifest: Manifest, report: Report) -> None:
    listed = {one.name: one for one in manifest.files}
    for name in sorted(files.keys() - listed.keys() - {MANIFEST, SIGNATURE}):
        report.found(name, Wrong.ADDED)
    for name, one in listed.items():
        if name not in files:
            report.found(name, Wrong.MISSING)
        elif (len(files[name]), hashlib.sha256(files[name]).hexdigest()) != (one.size, one.sha256):
            report.found(name, Wrong.CHANGED)
    report.checked["files"] = len(listed)


def _entries(files: dict[str, bytes], report: Report) -> dict[str, EntryFile]:
    """Those that are whole in themselves; the others are reported."""
    found = {}
    for name in sorted(one for one in files if one.startswith("entries/")):
        try:
            entry = read(files[name], EntryFile)
        except Distrusted:
            report.found(name, Wrong.BAD_ENTRY)
            continue
        if entry.body_is_right and link_of(entry.before, entry.entry()) == entry.after:
            found[name] = entry
        else:
            report.found(name, Wrong.BAD_ENTRY)
    report.checked["entries"] = len(found)
    return found


def _check_proofs(files: dict[str, bytes], entries: dict[str, EntryFile], keyring: Keyring, report: Report) -> None:
    proved: set[tuple[str, str, str, int, bytes]] = set()
    names = sorted(one for one in files if one.startswith("proofs/"))
    for name in names:
        try:
            proof = read(files[name], ProofFile)
            span = read_proof(proof.proof, proof.author, proof.reader, keyring)
            chain = span.before
            if [link.seq for link in proof.links] != list(range(span.first, span.last + 1)):
                raise Distrusted("distrusted.bad-chain")
            stretch = []
            for link in proof.links:
                chain = link_of(chain, link.entry())
                stretch.append((proof.author, proof.reader, span.epoch, link.seq, chain))
            if chain != span.after:
                raise Distrusted("distrusted.bad-chain")
            proved.update(stretch)
        except (Distrusted, OverflowError):
            report.found(name, Wrong.BAD_PROOF)
    for name, entry in entries.items():
        place = (entry.author, entry.reader, entry.epoch, entry.seq, entry.after)
        if entry.author != HUB and place not in proved:
            report.found(name, Wrong.UNPROVED)
    report.checked["proofs"] = len(names)


def _check_what_was_said(files: dict[str, bytes], entries: dict[str, EntryFile], report: Report) -> None:
    """Record, index and papers say what the entries say."""
    try:
        case, record = case_of(entries), record_of(entries)
    except Distrusted:
        report.found(RECORD, Wrong.NOT_WHAT_WAS_SAID)
        return
    if files.get(RECORD) != record:
        report.found(RECORD, Wrong.NOT_WHAT_WAS_SAID)
    report.status = case.status or ""
    report.checked["acts"] = len(case.steps)
    try:
        index = read(files.get(INDEX, b""), Index)
    except Distrusted:
        report.found(INDEX, Wrong.NOT_WHAT_WAS_SAID)
        return
    if (index.case, index.number, index.item, index.item_version, index.status) != (
        case.id, case.number, case.item, case.item_version, case.status,
    ):  # fmt: skip
        report.found(INDEX, Wrong.NOT_WHAT_WAS_SAID)
    _check_papers(files, index, case, report)


def _check_papers(files: dict[str, bytes], index: Index, case: Case, report: Report) -> None:
    """Every paper and document that the case names is here, or is said to be lost."""
    for name in sorted(one for one in files if one.startswith(("documents/", "materials/"))):
        if hashlib.sha256(files[name]).hexdigest() != name.split("/")[1].split(".")[0]:
            report.found(name, Wrong.CHANGED)
    listed = {one.name: one.digest for one in index.files}
    for name in listed:
        if name not in files:
            report.found(name, Wrong.MISSING)
    have = set(listed.values()) | {one.digest for one in index.lost}
    named = {paper.digest for paper in papers_of(case)}
    named |= {act.made.digest for act in case.documents if act.made is not None}
    if not named <= have:
        report.found(INDEX, Wrong.NOT_WHAT_WAS_SAID)
    report.checked["papers"] = len(listed)
