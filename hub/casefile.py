"""What goes into the package of a case: its entries word for word, what the stations signed, papers, index, manifest.

Reads the journals and writes nothing. Bytes in, bytes out: the same store at the same moment gives the same files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlite_utils import Database

from protocol.archive.record import case_of, record_of
from protocol.archive.shapes import (
    ChainLink,
    Duty,
    EntryFile,
    File,
    Index,
    Listed,
    Lost,
    Manifest,
    ProofFile,
    write,
)
from protocol.casebook import Casebook
from protocol.cases.acts import CaseAct, Paper
from protocol.cases.case import Case
from protocol.cases.judging import GRANTS
from protocol.cases.words import Act
from protocol.catalogue.items import Item, ResultType
from protocol.clock import ClockQuality, stamp
from protocol.documents.kinds import DOCUMENTS, Kind
from protocol.exchange.journal import epoch_of, place
from protocol.exchange.messages import Proof
from protocol.exchange.topics import HUB
from protocol.identity import Keys

Entries = Mapping[str, EntryFile]
Proofs = Mapping[str, ProofFile]

_ENTRY = (
    "select e.place, p.author, p.reader, p.epoch, p.life, p.genesis, e.kind, e.version, e.case_id, e.by, e.at, e.clock,"
    " e.salt, e.digest, e.body, e.chain, e.heard_at, (select chain from entries where place = e.place - 1) as before"
    " from entries e join epochs p on p.id = e.place >> 40 where e.place = ?"
)
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
_ANSWERED = (Act.ACCEPT, Act.ACCEPT_CONDITIONALLY, Act.DEEM_ACCEPTED, Act.DECIDE_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a package is made of."""

    district: str
    case: Case
    item: Item
    entries: Entries
    proofs: Proofs
    papers: Sequence[tuple[Paper, bytes]]
    documents: Sequence[tuple[CaseAct, bytes]]
    lost: Sequence[Lost]
    previous: str
    keyring: bytes
    at: datetime


def entries_of(db: Database, book: Casebook, case_id: str) -> Entries:
    """Every entry that tells an act of the case, by the name of its file, in the order of the journals.

    What a station said of a case that is another's is not of this case.
    """
    places = {one.place for one in book.placed(db, case_id)}
    rows = db.execute("select place, inner_ from acts where case_id = ?", (case_id,)).fetchall()
    found = []
    for place_, inner in rows:
        row = db.execute(_ENTRY, (place_,)).fetchone()
        if row is not None and (inner or place_ in places or row["body"] is None):
            found.append(_entry(row))
    found.sort(key=lambda one: (one.heard_at, one.author, one.epoch, one.seq))
    return {f"entries/{number:05d}.json": one for number, one in enumerate(found, 1)}


def _entry(row: Any) -> EntryFile:
    """From a row of _ENTRY."""
    _, seq = epoch_of(row["place"])
    return EntryFile(
        author=row["author"],
        reader=row["reader"],
        epoch=row["epoch"],
        life=row["life"],
        seq=seq,
        kind=row["kind"],
        version=row["version"],
        case=row["case_id"],
        by=row["by"],
        at=row["at"],
        clock=ClockQuality(row["clock"]),
        salt=row["salt"],
        digest=row["digest"],
        body=row["body"],
        before=row["genesis"] if seq == 1 else row["before"],
        after=row["chain"],
        heard_at=row["heard_at"],
    )


def proofs_of(db: Database, entries: Entries) -> Proofs:
    """The signed front of each letter in which one of these entries came, with the links of its whole stretch.

    Those of the hub's own entries lie with the station that read them; for them the manifest's signature stands.
    """
    found: dict[tuple[int, int], ProofFile] = {}
    for one in entries.values():
        if one.author == HUB:
            continue
        row = db.execute(
            "select r.epoch_id, r.first, r.last, r.header, r.payload_digest, r.signature from proofs r"
            " join epochs p on p.id = r.epoch_id where p.author = ? and p.reader = ? and p.epoch = ? and r.last >= ?"
            " order by r.last limit 1",
            (one.author, one.reader, one.epoch, one.seq),
        ).fetchone()
        if row is None or (row["epoch_id"], row["last"]) in found:
            continue
        links = db.execute(
            "select place, kind, version, case_id, by, at, clock, digest from entries where place between ? and ?"
            " order by place",
            (place(row["epoch_id"], row["first"]), place(row["epoch_id"], row["last"])),
        ).fetchall()
        found[row["epoch_id"], row["last"]] = ProofFile(
            author=one.author,
            reader=one.reader,
            proof=Proof(row["header"], row["payload_digest"], row["signature"]),
            links=[ChainLink(epoch_of(r[0])[1], r[1], r[2], r[3], r[4], r[5], ClockQuality(r[6]), r[7]) for r in links],
        )
    return {f"proofs/{number:05d}.json": proof for number, (_, proof) in enumerate(sorted(found.items()), 1)}


def files_of(contents: Contents) -> dict[str, bytes]:
    """Every file but the manifest and its signature."""
    files = {name: write(one) for name, one in {**contents.entries, **contents.proofs}.items()}
    files |= {_material(paper): data for paper, data in contents.papers}
    files |= {_document(act): data for act, data in contents.documents}
    files["item.json"] = msgspec.json.format(msgspec.json.encode(contents.item, order="deterministic"), indent=1)
    files["record.jsonl"] = record_of(contents.entries)
    files["index.json"] = write(index_of(contents))
    files["keys/keyring.json"] = contents.keyring
    return files


def manifest_of(contents: Contents, files: Mapping[str, bytes], keys: Keys) -> bytes:
    listed = [
        File(name=name, size=len(data), sha256=hashlib.sha256(data).hexdigest()) for name, data in sorted(files.items())
    ]
    return write(
        Manifest(
            district=contents.district, case=contents.case.id, number=contents.case.number, made_at=stamp(contents.at),
            party=keys.party, box=keys.box, previous=contents.previous, files=listed,
        )
    )  # fmt: skip


def lost(paper: Paper, item: Item, reason: str) -> Lost:
    return Lost(digest=paper.digest, title=_title(paper, item), reason=reason.strip())


def index_of(contents: Contents) -> Index:
    """From the acts that anybody may read: whoever checks the package comes to the same."""
    case, item = case_of(contents.entries), contents.item
    intake = case.intake
    assert intake is not None
    assert case.status is not None
    handed = _last(case, Act.HAND_OVER)
    accepted = _last(case, *_ANSWERED)
    return Index(
        district=contents.district,
        case=case.id,
        number=case.number,
        title=f"{item.name}（{case.number}）",
        previous=contents.previous,
        organ=item.organ,
        station=case.station,
        channel=intake.channel,
        item=item.code,
        item_version=item.version,
        item_name=item.name,
        item_type=item.type,
        basis=[one.text for one in item.legal_basis],
        applicant=case.applicant.name,
        applicant_number=case.applicant.number,
        status=case.status,
        flags=sorted(case.flags),
        received_at=case.opened_at,
        accepted_at=accepted.at if accepted else "",
        decided_at=case.decision.at if case.decision else "",
        decision=case.decision.act if case.decision else "",
        decision_number=case.decision.number if case.decision else "",
        licence=case.issued.licence.number if case.issued and case.issued.licence else "",
        handed_over_at=handed.at if handed else "",
        recipient=handed.recipient if handed else "",
        archived_at=stamp(contents.at),
        retention=retention_of(case, item),
        retention_certainty="K",
        duties=[_duty(act) for act in case.line],
        files=_listed(contents),
        lost=list(contents.lost),
    )


def retention_of(case: Case, item: Item) -> str:
    """How long it is kept: what grants a right or a licence longer than what does not. To be confirmed by the archives."""
    granted = case.decision is not None and case.decision.act in GRANTS
    return "30年" if granted and item.result_type in (ResultType.LICENCE, ResultType.APPROVAL) else "10年"


def _duty(act: CaseAct) -> Duty:
    by = act.by
    return Duty(act=act.act, at=act.at, account=by.account, name=by.name, section=by.section, on_behalf=by.on_behalf)


def _listed(contents: Contents) -> list[Listed]:
    """Documents in the order in which they were made, then the papers of the applicant and the surveyors."""
    found = []
    for act, data in contents.documents:
        made = act.made
        assert made is not None
        title = DOCUMENTS[Kind(made.kind)].zh if made.kind in list(Kind) else made.kind
        found.append(
            Listed(
                name=_document(act), kind=made.kind, title=title, number=made.number, digest=made.digest, size=len(data),
                type="application/pdf", at=act.at,
            )
        )  # fmt: skip
    found += [
        Listed(
            name=_material(paper), kind="material", title=_title(paper, contents.item), digest=paper.digest,
            size=len(data), type=paper.type,
        )
        for paper, data in contents.papers
    ]  # fmt: skip
    return found


def _title(paper: Paper, item: Item) -> str:
    material = item.material(paper.material)
    return " ".join(filter(None, (material.name if material else paper.material, paper.name)))


def _material(paper: Paper) -> str:
    return f"materials/{paper.digest}.{_ENDINGS.get(paper.type, 'bin')}"


def _document(act: CaseAct) -> str:
    assert act.made is not None
    return f"documents/{act.made.digest}.pdf"


def _last(case: Case, *acts: Act) -> CaseAct | None:
    return next((act for act in reversed(case.line) if act.act in acts), None)
