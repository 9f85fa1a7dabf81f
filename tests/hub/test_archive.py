"""The file of a finished case as one package that proves itself: complete, kept, checked by anybody, byte by byte."""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import zipfile
from contextlib import nullcontext
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from hub import archive_cli, finished
from hub.archiving import Archiving
from hub.cli import main
from hub.clockwork import Clockwork
from hub.papermaking import Papermaking
from node import after
from protocol.archive.packing import MAX_FILES, read_zip, write_zip
from protocol.archive.shapes import CONTEXT, EntryFile, File, Manifest, read, write
from protocol.archive.verifying import Problem, Wrong, verify
from protocol.cases.acts import By, Made, decode_act, encode_act
from protocol.cases.case import Standing, Step
from protocol.cases.words import Act, Flag, Role, Status
from protocol.console import accounts
from protocol.documents.kinds import Kind, number_of
from protocol.documents.press import Press
from protocol.errors import Distrusted, Refused
from protocol.exchange.journal import digest_of, link_of
from protocol.identity import KeyringContent, sign_keyring
from tests.hub.desk import SECRET, Desk
from tests.world import DISTRICT, LAW, MORNING, World

PRESS = Press()
ARCHIVIST = By("archivist", Role.ARCHIVIST, "案管员")


def archiving(world: World, folder: Path | None = None) -> Archiving:
    office, hub = world.hub.office, world.hub
    content = world.keyring.content
    return Archiving(
        store=office.store, blobs=office.blobs, pen=office.pen, book=hub.book, law=LAW, keys=hub.keys,
        keyring=lambda: sign_keyring(content, world.authority), district=DISTRICT,
        folder=folder or hub.folder / "archive",
    )  # fmt: skip


def make_papers(world: World) -> None:
    office, hub = world.hub.office, world.hub
    Clockwork(
        Papermaking(
            store=office.store, blobs=office.blobs, pen=office.pen, book=hub.book, law=LAW, press=PRESS, keys=hub.keys,
            seal=lambda: None, district=DISTRICT, contact="区政务中心",
        )
    ).make_papers(hub.clock.now())  # fmt: skip


def prove_service(world: World, case_id: str) -> None:
    """The station prints the proof of service, has it signed and keeps it."""
    station = world.station("dafeng")
    office, at, case = station.office, station.clock.now(), station.case(case_id)
    data = b"%PDF-1.7 signed " + case_id.encode()
    digest = office.blobs.keep(data, at)
    made = Made(kind=Kind.PROOF, number=number_of(Kind.PROOF, case.number), digest=digest, size=len(data))
    with office.store.write() as tx:
        after.attach(tx, office.pen, station.book, case_id, world.rng.randbytes(16), made, by=station.clerk, at=at)
    world.settle()


def finished_case(world: World, *, proof: bool = True) -> str:
    case = world.station("dafeng").submits(papers=2)
    assert case is not None
    world.settle()
    for act in (Act.ACCEPT, Act.GRANT, Act.ISSUE):
        world.advance(3600)
        world.hub.decides(case, act)
    world.hub.notes(case, "这句话只有区中心能看到")
    make_papers(world)
    world.settle()
    world.station("dafeng").hands_over(case)
    world.settle()
    if proof:
        prove_service(world, case)
    return case


def archived(world: World, case_id: str) -> bytes:
    room, case = archiving(world), world.hub.case(case_id)
    told = room.make(case_id, by=ARCHIVIST, at=world.hub.clock.now(), seen=case.tip or "")
    world.settle()
    return room.read(told.package)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, World]:
    world = World(tmp_path_factory.mktemp("archive") / "district", seed=5)
    data = archived(world, finished_case(world))
    for party in world.parties():
        party.kill()
    return data, world


def problems(data: bytes, world: World) -> list[Problem]:
    return verify(data, world.authority.public_key()).problems


def test_a_finished_case_is_archived_and_its_package_proves_itself(package: tuple[bytes, World]) -> None:
    data, world = package
    report = verify(data, world.authority.public_key())
    assert report.problems == []
    assert report.status == Status.HANDED_OVER
    assert report.district == DISTRICT
    files = read_zip(data)
    assert report.checked["files"] == len(files) - 2
    assert report.checked["entries"] == len([name for name in files if name.startswith("entries/")])
    assert report.checked["proofs"] >= 2
    assert len([name for name in files if name.startswith("documents/")]) == 4  # acceptance, grant, licence, proof
    index = json.loads(files["index.json"])
    assert [one["kind"] for one in index["files"]].count("material") >= 2
    assert index["retention"] in ("10年", "30年")
    assert index["basis"]


def test_the_record_tells_who_did_what_when_and_an_inner_note_says_nothing(package: tuple[bytes, World]) -> None:
    data, _ = package
    files = read_zip(data)
    lines = [json.loads(line) for line in files["record.jsonl"].splitlines()]
    assert [line["act"] for line in lines if "act" in line and line["act"] != "attach"] == [
        "submit", "accept", "review", "grant", "issue", "hand-over",
    ]  # fmt: skip
    assert all(line["heard"] and line["at"] and line["by"]["account"] for line in lines if "act" in line)
    assert [line["kind"] for line in lines if "act" not in line] == ["case.inner"]
    assert "这句话只有区中心能看到".encode() not in data


@given(st.data())
def test_any_byte_that_is_changed_anywhere_is_found(package: tuple[bytes, World], draw: st.DataObject) -> None:
    data, world = package
    at = draw.draw(st.integers(0, len(data) - 1))
    changed = bytearray(data)
    changed[at] ^= draw.draw(st.integers(1, 255))
    assert problems(bytes(changed), world)


@pytest.mark.parametrize(
    "kind", ["entries/", "proofs/", "documents/", "materials/", "index", "record", "item", "keys/"]
)
def test_it_is_said_in_which_file_a_byte_was_changed(package: tuple[bytes, World], kind: str) -> None:
    data, world = package
    files = read_zip(data)
    name = next(name for name in sorted(files) if name.startswith(kind))
    content = bytearray(files[name])
    content[len(content) // 2] ^= 1
    found = problems(write_zip({**files, name: bytes(content)}), world)
    assert name in {problem.file for problem in found}
    others = {problem.file for problem in found} - {name, "record.jsonl", "index.json"}
    assert not others or kind in ("keys/", "proofs/"), found


def test_a_file_that_was_added_or_taken_away_is_named(package: tuple[bytes, World]) -> None:
    data, world = package
    files = read_zip(data)
    added = "documents/" + "0" * 64 + ".pdf"
    assert Problem(added, Wrong.ADDED) in problems(write_zip({**files, added: b"%PDF"}), world)
    for name in sorted(files):
        fewer = {other: content for other, content in files.items() if other != name}
        assert name in {problem.file for problem in problems(write_zip(fewer), world)}, name


def test_bytes_beside_the_files_are_found(package: tuple[bytes, World]) -> None:
    data, world = package
    assert problems(data + b"\0", world) == [Problem("", Wrong.NOT_AS_WRITTEN)]
    assert problems(b"MZ" + data, world) != []
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as opened:
        opened.comment = b"hello"
    assert problems(out.getvalue(), world) == [Problem("", Wrong.NOT_AS_WRITTEN)]


def test_a_package_of_another_district_is_none_of_ours(package: tuple[bytes, World]) -> None:
    data, world = package
    other = Ed25519PrivateKey.generate()
    assert Problem("keys/keyring.json", Wrong.OTHER_DISTRICT) in verify(data, other.public_key()).problems
    files = read_zip(data)
    content = KeyringContent(district="other", number=1, issued_at="", cards=world.keyring.content.cards)
    files["keys/keyring.json"] = sign_keyring(content, world.authority)
    assert Problem("manifest.json", Wrong.BAD_SIGNATURE) in problems(write_zip(files), world)


def test_a_hub_that_rewrites_what_a_station_said_is_found_by_the_stations_own_signature(
    package: tuple[bytes, World],
) -> None:
    """The manifest is signed anew by the hub itself: the letters of the station still say what was said."""
    data, world = package
    files = read_zip(data)
    name = next(n for n in sorted(files) if n.startswith("entries/") and b'"author": "dafeng"' in files[n])
    entry = read(files[name], EntryFile)
    assert entry.body is not None
    act = decode_act(entry.body)
    body = encode_act(msgspec.structs.replace(act, at="2026-03-01T08:00:00.000Z"))
    forged = msgspec.structs.replace(entry, body=body, digest=digest_of(entry.salt, body))
    forged = msgspec.structs.replace(forged, after=link_of(forged.before, forged.entry()))
    files[name] = write(forged)
    manifest = read(files["manifest.json"], Manifest)
    listed = [
        File(name=one.name, size=len(files[one.name]), sha256=hashlib.sha256(files[one.name]).hexdigest())
        for one in manifest.files
    ]
    files["manifest.json"] = write(msgspec.structs.replace(manifest, files=listed))
    files["manifest.sig"] = world.hub.keys.signing.sign(CONTEXT + files["manifest.json"])
    assert Problem(name, Wrong.UNPROVED) in problems(write_zip(files), world)


@given(st.binary(max_size=400))
def test_any_bytes_at_all_are_judged_and_nothing_breaks(package: tuple[bytes, World], data: bytes) -> None:
    assert not verify(data, package[1].authority.public_key()).is_good


def zipped(name: str, content: bytes, method: int = zipfile.ZIP_STORED, times: int = 1) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for number in range(times):
            made.writestr(name.format(number), content)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        zipped("../../etc/passwd", b"x"),
        zipped("/index.json", b"x"),
        zipped("materials/../index.json", b"x"),
        zipped("index.json", b"\0" * 50_000_000, zipfile.ZIP_DEFLATED),
        zipped("entries/{:05d}.json", b"", times=MAX_FILES + 1),
    ],
    ids=["up", "root", "inside", "bomb", "many"],
)
def test_a_name_that_leads_elsewhere_or_a_bomb_is_not_unpacked(data: bytes) -> None:
    with pytest.raises(Distrusted):
        read_zip(data)


# -- at the hub


def test_what_lacks_is_said_and_nothing_is_archived_before_it_is_there(desk: Desk, world: World) -> None:
    case = finished_case(world, proof=False)
    room = archiving(world)
    with world.hub.office.store.read() as db:
        assert [lack.code for lack in room.lacks(db, world.hub.case(case), {})] == ["proof"]
        assert finished.waiting(db) == [case]
    with pytest.raises(Refused, match="not-complete"):
        archived(world, case)
    assert world.hub.case(case).status is Status.HANDED_OVER
    prove_service(world, case)
    archived(world, case)
    assert world.hub.case(case).status is Status.ARCHIVED
    assert world.station("dafeng").case(case).status is Status.ARCHIVED
    with world.hub.office.store.read() as db:
        assert finished.count_waiting(db) == 0
    with pytest.raises(Refused, match="archived-already"):
        archived(world, case)
    assert world.differences() == []


def test_a_paper_that_is_nowhere_any_more_is_declared_with_a_reason(desk: Desk, world: World) -> None:
    case = finished_case(world)
    room, paper = archiving(world), world.hub.case(case).papers[0]
    with world.hub.office.blobs.store.write() as tx:
        tx.execute("delete from blobs where digest = ?", (paper.digest,))
    with world.hub.office.store.read() as db:
        assert [lack.code for lack in room.lacks(db, world.hub.case(case), {})] == ["paper-away"]
    with world.hub.office.store.write() as tx:
        tx.execute("update papers set lost = 1, here = 0 where digest = ?", (paper.digest,))
    with world.hub.office.store.read() as db:
        (lack,) = room.lacks(db, world.hub.case(case), {})
        assert (lack.code, lack.digest) == ("paper-lost", paper.digest)
    tip = world.hub.case(case).tip
    told = room.make(
        case, by=ARCHIVIST, at=world.hub.clock.now(), seen=tip, lost={paper.digest: "原件受潮，两端均已遗失"}
    )
    data = room.read(told.package)
    assert problems(data, world) == []
    assert json.loads(read_zip(data)["index.json"])["lost"][0]["reason"] == "原件受潮，两端均已遗失"


def test_an_open_request_and_a_fork_keep_a_case_from_the_archive(desk: Desk, world: World) -> None:
    case = finished_case(world)
    found = world.hub.case(case)
    found.flags.add(Flag.FORKED)
    found.steps.append(Step(found.steps[-1].told, Standing.FORKED))
    found.open_request = found.line[0]
    with world.hub.office.store.read() as db:
        codes = [lack.code for lack in archiving(world).lacks(db, found, {})]
    assert codes == ["request", "aside"]


def test_what_comes_after_the_archive_goes_into_a_package_that_names_the_first(desk: Desk, world: World) -> None:
    case = finished_case(world)
    archived(world, case)
    first = world.hub.case(case).line[-1].package
    world.advance(86_400)
    world.hub.decides(case, Act.REVOKE_LICENCE)
    make_papers(world)
    world.settle()
    with world.hub.office.store.read() as db:
        assert finished.waiting(db) == [case]
    data = archived(world, case)
    report = verify(data, world.authority.public_key())
    assert report.problems == []
    assert report.previous == first
    assert b"revoke-licence" in read_zip(data)["record.jsonl"]
    with world.hub.office.store.read() as db:
        assert finished.count_waiting(db) == 0


def test_a_case_that_moved_meanwhile_is_not_archived(desk: Desk, world: World) -> None:
    case = finished_case(world)
    with pytest.raises(Refused, match="case-moved"):
        archiving(world).make(case, by=ARCHIVIST, at=world.hub.clock.now(), seen="0" * 32)


def test_after_a_lost_disk_and_an_older_copy_the_package_proves_itself_all_the_same(desk: Desk, world: World) -> None:
    """The hub forgot the end of the case and was told and given back; two epochs of it tell the case now."""
    world.hub.copy_disk()
    case = finished_case(world)
    world.hub.lose_disk(0, told=True)
    world.hub.start()
    world.settle()
    make_papers(world)
    world.settle()
    data = archived(world, case)
    assert problems(data, world) == []
    world.hub.lose_disk(None, told=True)
    world.hub.start()
    world.settle()
    assert world.hub.case(case).status is Status.ARCHIVED
    assert problems(data, world) == []
    assert world.differences() == []


def test_a_package_that_is_gone_from_the_folder_is_made_anew_and_names_the_one_that_is_gone(
    desk: Desk, world: World
) -> None:
    case = finished_case(world)
    archived(world, case)
    room, first = archiving(world), world.hub.case(case).line[-1].package
    room.file_of(first).unlink()
    with pytest.raises(Refused, match="no-package"):
        room.read(first)
    world.advance(60)
    assert verify(archived(world, case), world.authority.public_key()).previous == first


# -- the archivist's pages


def test_an_archivist_sees_what_lacks_archives_what_is_complete_and_takes_the_package_along(
    desk: Desk, world: World
) -> None:
    with world.hub.office.store.write() as tx:
        accounts.create_account(tx, "dang", "档案员", (Role.ARCHIVIST,), SECRET, at=MORNING)
    lacking, complete = finished_case(world, proof=False), finished_case(world)
    dang = desk.browser("dang")
    dang.get("/archive")
    assert "缺 1 项" in dang.text
    assert "本页齐全的全部归档（1 件）" in dang.text
    dang.get(f"/cases/{lacking}/archive")
    assert "缺送达回证" in dang.text
    dang.get("/archive")
    dang.post("/archive")
    assert "已归档 1 件" in dang.text
    prove_service(world, lacking)
    dang.get(f"/cases/{lacking}")
    assert f"/cases/{lacking}/archive" in dang.page
    dang.get(f"/cases/{lacking}/archive")
    dang.post(f"/cases/{lacking}/archive")
    assert "档案包" in dang.text
    assert dang.status == 200
    package = world.hub.case(lacking).line[-1].package
    answer = dang.client.get(f"/cases/{lacking}/archive/{package}")
    assert problems(answer.content, world) == []
    assert package[:8] in answer.headers["content-disposition"]
    assert dang.client.get(f"/cases/{lacking}/archive/{'0' * 64}").status_code == 404
    dang.get("/archive?show=kept")
    assert world.hub.case(complete).number in dang.text
    dang.get(f"/cases/{complete}")
    assert f'href="/cases/{complete}/archive"' not in dang.page
    english = desk.browser("dang", english=True)
    for path in ("/archive", "/archive?show=kept", f"/cases/{complete}/archive"):
        english.get(path)
        assert english.status == 200, path
    li = desk.browser("qian")
    li.get("/archive")
    assert li.status == 403


def test_a_lost_paper_is_asked_about_on_the_page(desk: Desk, world: World) -> None:
    case = finished_case(world)
    paper = world.hub.case(case).papers[0]
    with world.hub.office.blobs.store.write() as tx:
        tx.execute("delete from blobs where digest = ?", (paper.digest,))
    with world.hub.office.store.write() as tx:
        tx.execute("update papers set lost = 1, here = 0 where digest = ?", (paper.digest,))
    wang = desk.browser("wang")
    wang.get(f"/cases/{case}/archive")
    assert "两端均已遗失" in wang.text
    wang.post(f"/cases/{case}/archive")
    assert wang.status == 422
    wang.post(f"/cases/{case}/archive", **{f"lost:{paper.digest}": "受潮损毁"})
    assert world.hub.case(case).status is Status.ARCHIVED


# -- at a terminal


def test_the_command_needs_the_package_and_the_public_key_and_says_which_file_is_wrong(
    package: tuple[bytes, World], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, world = package
    key, file = tmp_path / "authority.pub", tmp_path / "package.zip"
    key.write_text(world.authority.public_key().public_bytes_raw().hex())
    file.write_bytes(data)
    assert main(["archive", "verify", str(file), "--authority", str(key)]) == 0
    assert "核验通过 genuine and whole" in capsys.readouterr().out
    files = read_zip(data)
    name = next(one for one in sorted(files) if one.startswith("documents/"))
    at = data.index(files[name]) + 5
    file.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    assert main(["archive", "verify", str(file), "--authority", str(key)]) == 1
    said = capsys.readouterr().err
    assert name in said
    assert "changed" in said
    file.write_bytes(b"PK nothing")
    assert main(["archive", "verify", str(file), "--authority", str(key)]) == 1
    key.write_text("no key")
    assert main(["archive", "verify", str(file), "--authority", str(key)]) == 1


def test_a_package_is_taken_out_by_the_number_of_its_case(
    desk: Desk, world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = finished_case(world)
    data = archived(world, case)
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()

    def command(name: str, run: object, text: str, under: argparse._SubParsersAction) -> argparse.ArgumentParser:
        made = under.add_parser(name, help=text)
        made.set_defaults(run=run, folder=tmp_path)
        return made

    archive_cli.add_commands(commands, command, lambda made: made, lambda folder: nullcontext(desk.room))
    number = world.hub.case(case).number
    options = parser.parse_args(["export", number, str(tmp_path / "out")])
    assert options.run(options) == 0
    (written,) = (tmp_path / "out").iterdir()
    assert written.read_bytes() == data
    assert written.name.startswith(number)
    options = parser.parse_args(["export", "nobody", str(tmp_path)])
    with pytest.raises(Refused, match="no-case"):
        options.run(options)
