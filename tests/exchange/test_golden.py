"""What a released version wrote opens for ever, and says what it said then."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from protocol.casebook import Inner
from protocol.cases.acts import decode_act
from protocol.cases.rules import INNER, Act
from protocol.exchange.envelope import open_letter, open_own, read_proof
from protocol.exchange.inbox import follow_chain
from protocol.exchange.messages import Hello, Kind, Letter, Message
from protocol.exchange.stick import read_stick
from protocol.exchange.topics import HUB
from protocol.identity import Keyring, Keys, read_keyring
from tests.golden.make import GOLDEN, STATION, SUMS, as_text, make, readable

VERSIONS = sorted((folder for folder in GOLDEN.glob("v*") if folder.is_dir()), key=lambda folder: int(folder.name[1:]))
LETTERS = [file for version in VERSIONS for file in sorted(version.glob("*.mc"))]


def _sums() -> dict[str, str]:
    return {line[66:]: line[:64] for line in SUMS.read_text(encoding="utf-8").splitlines()}


def reader_of(folder: Path) -> tuple[Keys, Keyring]:
    authority = Ed25519PublicKey.from_public_bytes(bytes.fromhex((folder / "authority.pub").read_text()))
    return Keys.load(folder / "reader.keys.json"), read_keyring((folder / "keyring.json").read_bytes(), authority)


def test_no_golden_file_is_ever_written_again():
    files = [file for version in VERSIONS for file in version.iterdir()]
    found = {f"{file.parent.name}/{file.name}": hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    assert found == _sums()


def test_a_released_version_cannot_be_made_again():
    with pytest.raises(FileExistsError):
        make(VERSIONS[0].name)


@pytest.mark.parametrize("file", LETTERS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_a_golden_letter_opens_and_says_what_it_said(file):
    keys, keyring = reader_of(file.parent)
    opened = open_letter(file.read_bytes(), keys, keyring, STATION)
    said = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    assert _holds(json.loads(as_text(readable(opened))), said)
    if isinstance(opened.message, Letter):
        assert opened.header.span is not None
        assert follow_chain(opened.header.span, opened.message.entries)[-1] == opened.header.span.after
        assert read_proof(opened.proof, STATION, HUB, keyring) == opened.header.span
    if isinstance(opened.message, Hello):
        assert read_proof(opened.message.holds[0].proof, STATION, HUB, keyring).epoch == "e1"


def _holds(now: object, then: object) -> bool:
    """Everything that was said then is read now; a field that came later has its default and is not asked."""
    if isinstance(then, dict) and isinstance(now, dict):
        return all(key in now and _holds(now[key], value) for key, value in then.items())
    if isinstance(then, list) and isinstance(now, list):
        return len(now) >= len(then) and all(_holds(n, t) for n, t in zip(now, then, strict=False))
    return now == then


@pytest.mark.parametrize("folder", VERSIONS, ids=lambda folder: folder.name)
def test_what_was_sealed_to_oneself_opens_with_ones_own_key(folder):
    keys, keyring = reader_of(folder)
    letter = open_letter((folder / "letter.mc").read_bytes(), keys, keyring).message
    own = Keys.load(folder / "sender.keys.json")
    sealed = [msgspec.msgpack.decode(e.body, type=Inner).sealed for e in letter.entries if e.kind == Kind.CASE_INNER]
    assert {decode_act(open_own(own, one)).act for one in sealed} == INNER


@pytest.mark.parametrize("folder", VERSIONS, ids=lambda folder: folder.name)
def test_a_golden_stick_is_read_whole(folder):
    keys, keyring = reader_of(folder)
    frames = read_stick(folder).frames
    opened = [open_letter(frame, keys, keyring).message for frame in frames]
    assert len(opened) == len(list(folder.glob("*.mc")))


def test_the_newest_golden_letters_know_every_message_and_every_act():
    """When this fails there is something new to say: `python -m tests.golden.make v<next>`."""
    folder = VERSIONS[-1]
    keys, keyring = reader_of(folder)
    opened = [open_letter(file.read_bytes(), keys, keyring).message for file in folder.glob("*.mc")]
    assert {type(message) for message in opened} == set(Message.__args__)
    letter = next(message for message in opened if isinstance(message, Letter))
    acts = {decode_act(e.body).act for e in letter.entries if e.kind == Kind.CASE_ACT and e.body is not None}
    assert acts | INNER == set(Act)
    assert {*Kind} <= {e.kind for e in letter.entries}
