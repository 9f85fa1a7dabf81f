"""What a broker, a thief, a careless hand or a broken program may put in front of a courier.

In each story something is brought that is not as it must be. Asked is always the same: what does the
operator see, is anything of it let in, is anything lost, and does the next good letter still arrive.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

import hub.intake
from node.cases import SyncState
from protocol.cases.acts import CaseAct, Paper, encode_act
from protocol.cases.rules import Act, Flag, Status
from protocol.errors import Distrusted
from protocol.exchange.envelope import MAX_OPEN_BYTES, MAX_WIRE_BYTES, open_letter, read_proof, seal
from protocol.exchange.journal import Heard, epochs
from protocol.exchange.link import Lane
from protocol.exchange.messages import Ask, Have, Held, Hello, Kind, Letter, Piece, Proof, Receipt, Span
from protocol.exchange.topics import HUB
from protocol.identity import Keyring, KeyringContent, Keys, Standing
from tests.exchange.hand import CLERK, NOON, Hand, Wiretap, aside, bring, notices, submit, told, turn
from tests.world import DISTRICT, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    world.settle()
    yield world
    for party in world.parties():
        party.kill()


@pytest.fixture
def thief(world: World) -> Hand:
    """Boya's machine is off, and somebody writes with its keys."""
    boya = world.station("boya")
    boya.kill()
    return Hand(boya.keys, world.hub.keys.card())


def still_works(world: World) -> None:
    """The next good letter arrives, from the very station whose post was meddled with and from the other."""
    case = world.station("dafeng").submits()
    world.settle()
    assert case in world.hub.case_ids()
    assert world.station("dafeng").sync(case).state is SyncState.ACKED


# -- bytes

SENDER = Keys(
    "dafeng", 1, Ed25519PrivateKey.from_private_bytes(bytes(range(32))), X25519PrivateKey.from_private_bytes(bytes(32))
)
READER = Keys(
    HUB, 1, Ed25519PrivateKey.from_private_bytes(bytes(32)), X25519PrivateKey.from_private_bytes(bytes(range(32)))
)
KEYRING = Keyring(KeyringContent(district=DISTRICT, number=1, issued_at="", cards=[SENDER.card(), READER.card()]))


def _sealed() -> bytes:
    pen = Hand(SENDER, READER.card())
    return pen.letter(pen.entry(), pen.act(submit("c1", "dafeng")))


def _unsealed() -> bytes:
    return Hand(SENDER, READER.card()).say(Hello(session=b"s" * 16, heads=[("e", 4)]))


GOOD = [_sealed(), _unsealed()]


@pytest.mark.parametrize("data", GOOD, ids=["letter", "hello"])
def test_the_good_one_opens(data):
    assert open_letter(data, READER, KEYRING, "dafeng").header.sender == "dafeng"


@pytest.mark.parametrize("data", GOOD, ids=["letter", "hello"])
def test_a_letter_cut_short_at_any_byte_is_not_opened(data):
    for length in range(len(data)):
        with pytest.raises(Distrusted):
            open_letter(data[:length], READER, KEYRING, "dafeng")


@given(st.sampled_from(GOOD), st.data())
def test_one_changed_byte_anywhere_is_seen(data, draw):
    at = draw.draw(st.integers(0, len(data) - 1))
    other = draw.draw(st.integers(1, 255))
    with pytest.raises(Distrusted):
        open_letter(data[:at] + bytes([data[at] ^ other]) + data[at + 1 :], READER, KEYRING, "dafeng")


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_at_all_raise_anything_but_distrust(data, with_front):
    with pytest.raises(Distrusted):
        open_letter((b"MC1" if with_front else b"") + data, READER, KEYRING, "dafeng")


@given(st.binary(max_size=300), st.booleans())
def test_a_rightly_signed_envelope_around_rubbish_raises_nothing_but_distrust(payload, sealed):
    with pytest.raises(Distrusted):
        open_letter(Hand(SENDER, READER.card()).raw(payload, sealed=sealed), READER, KEYRING, "dafeng")


# -- from outside


def test_a_forged_letter_is_set_aside_and_the_forger_let_in_nowhere(world):
    forger = Hand(Keys.make("dafeng"), world.hub.keys.card())
    bring(world, world.hub, forger.letter(forger.act(submit("c1", "dafeng"))), sender="dafeng")
    assert aside(world.hub) == ["distrusted.bad-signature"]
    assert world.hub.case_ids() == []
    still_works(world)


def test_a_letter_under_another_stations_topic_is_set_aside(world, thief):
    bring(world, world.hub, thief.letter(thief.act(submit("c1", "boya"))), sender="dafeng")
    assert aside(world.hub) == ["distrusted.author"]
    assert world.hub.case_ids() == []
    still_works(world)


def test_a_station_has_nothing_to_say_to_another_station(world, thief):
    dafeng = world.station("dafeng")
    letter = Hand(thief.keys, dafeng.keys.card(), to="dafeng")
    bring(world, dafeng, letter.letter(letter.act(submit("c1", "boya"))), sender="boya")
    assert aside(dafeng) == ["distrusted.author"]
    assert dafeng.case_ids() == []
    still_works(world)


@pytest.mark.parametrize(
    ("front", "code"),
    [
        ({"district": "elsewhere"}, "distrusted.district"),
        ({"v": 2}, "distrusted.version"),
        ({"to": "dafeng"}, "distrusted.recipient"),
        ({"box": 9}, "distrusted.unknown-sender"),
        ({"sender": "nobody"}, "distrusted.author"),
        ({"to_box": 2}, "distrusted.bad-seal"),
        ({"box": -1}, "distrusted.shape"),
        ({"box": 2**63}, "distrusted.shape"),
        ({"sender": "x" * 300}, "distrusted.shape"),
        ({"sender": 5}, "distrusted.shape"),
    ],
)
def test_a_front_that_is_not_ours_is_set_aside_with_its_reason(world, thief, front, code):
    bring(world, world.hub, thief.raw(b"\x80", **front), sender="boya")
    assert aside(world.hub) == [code]
    still_works(world)


def test_a_front_that_is_no_text_stops_nobody(world, thief):
    """Anybody who reaches the broker can write one: the front is read before the signature can be checked."""
    header = msgspec.msgpack.encode({"district": DISTRICT, "sender": "boya", "box": 1, "to": HUB, "at": NOON})
    data = thief.around(header.replace(b"boya", b"bo\xff\xfe"), b"\x80", sealed=False)
    case = world.station("dafeng").submits()
    bring(world, world.hub, data, sender="boya", many=True)
    world.settle()
    assert aside(world.hub) == ["distrusted.shape"]
    assert case in world.hub.case_ids()
    still_works(world)


def test_an_oversized_frame_is_not_even_looked_at(world, thief):
    bring(world, world.hub, b"MC1" + bytes(MAX_WIRE_BYTES), sender="boya")
    assert aside(world.hub) == ["distrusted.oversized"]
    still_works(world)


def test_a_small_letter_that_would_unfold_to_a_gigabyte_is_set_aside(world, thief):
    bomb = thief.raw(bytes(100 * MAX_OPEN_BYTES))
    assert len(bomb) < MAX_WIRE_BYTES
    bring(world, world.hub, bomb, sender="boya")
    assert aside(world.hub) == ["distrusted.oversized"]
    still_works(world)


@pytest.mark.parametrize("nest", [b"\x91", b"\x81\xa1x", b"\x82\xa4type\xa4have\xa1x\x91"])
def test_a_nest_of_a_hundred_thousand_is_set_aside(world, thief, nest):
    bring(world, world.hub, thief.raw((nest * 100_000)[:900_000]), sender="boya")
    assert aside(world.hub) == ["distrusted.shape"]
    still_works(world)


def test_a_revoked_station_is_heard_no_more(world, thief):
    first = thief.letter(thief.act(submit("c1", "boya")))
    bring(world, world.hub, first, sender="boya")
    world.renew_keyring(revoked=("boya",))
    bring(world, world.hub, thief.letter(thief.act(submit("c2", "boya"))), sender="boya")
    assert aside(world.hub) == ["distrusted.revoked-sender"]
    assert world.hub.case_ids() == ["c1"]  # what it said before stays said
    still_works(world)


def test_a_box_that_was_replaced_is_heard_no_more(world):
    boya = world.station("boya")
    stolen = Hand(boya.keys, world.hub.keys.card())
    world.replace_box(boya)
    boya.start()
    world.settle()
    bring(world, world.hub, stolen.letter(stolen.act(submit("c1", "boya"))), sender="boya")
    assert aside(world.hub) == ["distrusted.revoked-sender"]
    case = boya.submits()
    world.settle()
    assert world.hub.case_ids() == [case]
    still_works(world)


# -- the chain


@pytest.mark.parametrize(
    "what", ["a body changed", "an entry left out", "two exchanged", "a number jumped", "one more"]
)
def test_entries_that_do_not_make_the_signed_chain_are_set_aside_whole(world, thief, what):
    entries = [thief.act(submit(f"c{n}", "boya")) for n in range(4)]
    thief.letter(*entries)
    span = Span(thief.epoch, thief.life, 1, 4, Hand(thief.keys, thief.card).chain, thief.chain)
    match what:
        case "a body changed":
            entries[2] = msgspec.structs.replace(entries[2], body=encode_act(submit("other", "boya")))
        case "an entry left out":
            del entries[1]
        case "two exchanged":
            entries[1], entries[2] = entries[2], entries[1]
        case "a number jumped":
            entries[3] = msgspec.structs.replace(entries[3], seq=5)
        case "one more":
            entries.append(thief.act(submit("c9", "boya")))
    bring(world, world.hub, thief.say(Letter(entries), span), sender="boya")
    assert aside(world.hub) == ["distrusted.bad-chain"]
    assert world.hub.case_ids() == []
    still_works(world)


def test_a_letter_that_begins_its_epoch_otherwise_than_its_name_says_is_set_aside(world, thief):
    thief.chain = b"\1" * 32
    bring(world, world.hub, thief.letter(thief.act(submit("c1", "boya"))), sender="boya")
    assert aside(world.hub) == ["distrusted.bad-chain"]
    assert world.hub.case_ids() == []
    still_works(world)


def test_a_letter_without_seal_or_span_is_no_letter(world, thief):
    entry = thief.act(submit("c1", "boya"))
    bring(world, world.hub, thief.say(Letter([entry])), sender="boya")
    span = Span(thief.epoch, 1, 1, 1, thief.chain, thief.chain)
    bring(world, world.hub, thief.say(Letter([entry]), span, sealed=False), sender="boya")
    assert aside(world.hub) == ["distrusted.shape", "distrusted.shape"]
    assert world.hub.case_ids() == []
    still_works(world)


def test_letters_out_of_order_wait_for_the_one_before(world, thief):
    letters = [thief.letter(thief.act(submit(f"c{n}", "boya"))) for n in range(3)]
    bring(world, world.hub, letters[2], sender="boya")
    bring(world, world.hub, letters[1], sender="boya")
    assert world.hub.case_ids() == []
    for letter in (*letters, *reversed(letters)):
        bring(world, world.hub, letter, sender="boya")
    assert world.hub.case_ids() == ["c0", "c1", "c2"]
    assert (aside(world.hub), notices(world.hub)) == ([], [])
    still_works(world)


def test_the_same_numbers_with_another_chain_are_set_aside_whole_and_shown(world, thief):
    """Two machines with one key, or one that began again without a new epoch."""
    bring(
        world, world.hub, thief.letter(thief.act(submit("c1", "boya")), thief.act(submit("c2", "boya"))), sender="boya"
    )
    twin = Hand(thief.keys, thief.card)
    longer = twin.letter(*(twin.act(submit(f"d{n}", "boya")) for n in range(4)))
    bring(world, world.hub, longer, sender="boya")
    assert aside(world.hub) == ["distrusted.fork"]
    assert notices(world.hub) == ["fork"]
    assert world.hub.case_ids() == ["c1", "c2"]
    bring(world, world.hub, thief.letter(thief.act(submit("c3", "boya"))), sender="boya")
    assert world.hub.case_ids() == ["c1", "c2", "c3"]
    still_works(world)


def test_the_epoch_of_another_pair_cannot_be_written_on(world, thief):
    case = world.station("dafeng").submits()
    world.settle()
    with world.hub.office.store.read() as db:
        (theirs,) = epochs(db, "dafeng", HUB)
    thief.epoch, thief.seq, thief.chain = theirs.epoch, theirs.head, theirs.head_chain
    bring(world, world.hub, thief.letter(thief.act(submit("c1", "boya"))), sender="boya")
    assert world.hub.case_ids() == [case]
    assert journal_of(world, "dafeng") == (theirs.head, theirs.head_chain)
    still_works(world)


def test_a_station_that_takes_the_name_of_anothers_epoch_first_takes_nothing(world, thief):
    """Names of epochs stand in hellos that anybody at the broker can read."""
    dafeng = world.station("dafeng")
    world.network.cut("dafeng")
    case = dafeng.submits()
    with dafeng.office.store.read() as db:
        (theirs,) = epochs(db, "dafeng", HUB)
    squatter = Hand(world.station("boya").keys, world.hub.keys.card(), epoch=theirs.epoch)
    bring(world, world.hub, squatter.letter(squatter.act(submit("c1", "boya"))), sender="boya")
    world.network.mend("dafeng")
    world.settle()
    assert set(world.hub.case_ids()) == {case, "c1"}
    assert journal_of(world, "dafeng") == (theirs.head, theirs.head_chain)


def journal_of(world, station):
    with world.hub.office.store.read() as db:
        (held,) = epochs(db, station, HUB)
    return held.head, held.head_chain


# -- what an entry says


def test_a_station_speaks_of_its_own_cases_only(world, thief):
    dafeng = world.station("dafeng")
    case = dafeng.submits()
    world.settle()
    before = world.hub.case(case)
    letter = thief.letter(
        thief.act(submit("c1", "dafeng")),  # a case in the other's name
        thief.act(CaseAct(case=case, id="w", act=Act.ASK_WITHDRAWAL, follows=case, by=CLERK, at=NOON, reason="x")),
        thief.entry(Kind.CASE_ACT, encode_act(submit("c2", "boya")), case="c3"),  # the entry says another case
        thief.act(submit("c4", "boya")),
    )
    bring(world, world.hub, letter, sender="boya")
    assert world.hub.case(case) == before
    assert world.hub.case_ids() == sorted([case, "c4"])
    assert notices(world.hub) == ["poison"] * 3
    still_works(world)


def test_an_act_under_the_id_of_anothers_act_does_not_take_its_place(world):
    dafeng, boya = world.station("dafeng"), world.station("boya")
    case = dafeng.submits()
    world.settle()
    before = world.hub.case(case)
    assert before is not None
    boya.kill()
    early = Hand(boya.keys, world.hub.keys.card(), epoch="0")  # earlier than any epoch of an honest station
    stolen = msgspec.structs.replace(submit("c4", "boya"), id=case)
    bring(world, world.hub, early.letter(early.act(stolen)), sender="boya")
    assert world.hub.case(case) == before
    still_works(world)


def test_a_station_cannot_speak_of_anothers_case_before_it_has_come(world, thief):
    case = "f" * 32
    wish = CaseAct(case=case, id="w", act=Act.ASK_WITHDRAWAL, follows=case, by=CLERK, at=NOON, reason="x")
    bring(world, world.hub, thief.letter(thief.act(wish)), sender="boya")
    dafeng = world.station("dafeng")
    dafeng.kill()
    honest = Hand(dafeng.keys, world.hub.keys.card(), epoch="other")
    bring(world, world.hub, honest.letter(honest.act(submit(case, "dafeng"))), sender="dafeng")
    seen = world.hub.case(case)
    assert seen is not None
    assert Flag.WITHDRAWAL_ASKED not in seen.flags


def test_an_act_of_the_other_side_is_kept_marked_and_moves_nothing(world, thief):
    grant = CaseAct(case="c1", id="g", act=Act.ACCEPT, follows="c1", by=CLERK, at=NOON)
    bring(world, world.hub, thief.letter(thief.act(submit("c1", "boya")), thief.act(grant)), sender="boya")
    case = world.hub.case("c1")
    assert case is not None
    assert (case.status, case.flags) == (Status.RECEIVED, {Flag.ACT_REFUSED})
    assert [step.why for step in case.set_aside] == ["refused.not-owner"]
    assert notices(world.hub) == ["act-refused"]
    still_works(world)


@pytest.mark.parametrize(
    "body",
    [b"", b"\xc1", b"\x91" * 50_000, encode_act(submit("c1", "boya"))[:-3], b"\x81\xa4case\xa2\xff\xfe", b"\xc0" * 9],
    ids=["nothing", "no msgpack", "a nest", "cut short", "no text", "nils"],
)
def test_an_entry_that_cannot_be_applied_is_shown_and_is_in_nobodys_way(world, thief, body):
    letter = thief.letter(
        thief.act(submit("c0", "boya")), thief.entry(Kind.CASE_ACT, body, case="c1"), thief.act(submit("c2", "boya"))
    )
    bring(world, world.hub, letter, sender="boya")
    bring(world, world.hub, thief.letter(thief.act(submit("c3", "boya"))), sender="boya")
    assert world.hub.case_ids() == ["c0", "c2", "c3"]
    assert notices(world.hub) == ["poison"]
    still_works(world)


def test_numbers_beyond_what_a_store_holds_are_no_message(world, thief):
    """SQLite takes no larger ones: such an entry would have failed every batch that it was in."""
    bring(world, world.hub, thief.letter(thief.entry(version=2**63)), sender="boya")
    thief.life, thief.epoch = 2**63, "another"
    bring(world, world.hub, thief.letter(thief.entry(seq=1)), sender="boya")
    assert aside(world.hub) == ["distrusted.shape", "distrusted.shape"]
    still_works(world)


def test_a_kind_that_this_version_does_not_know_waits_for_the_upgrade(world, thief, monkeypatch):
    letter = thief.letter(thief.entry("survey.result", b"soil is dry", case="c0"), thief.act(submit("c0", "boya")))
    bring(world, world.hub, letter, sender="boya")
    assert world.hub.case_ids() == ["c0"]  # what comes behind it does not wait
    assert (aside(world.hub), notices(world.hub)) == ([], [])

    plain, applied = hub.intake.handlers, []

    def hear_survey(tx: object, heard: Heard) -> None:
        applied.append((heard.author, heard.seq, heard.body))

    monkeypatch.setattr(hub.intake, "handlers", lambda book: {**plain(book), "survey.result": hear_survey})
    for _ in range(2):  # a second start applies it no second time
        world.hub.kill()
        world.hub.start()
        world.settle()
    assert applied == [("boya", 1, b"soil is dry")]
    still_works(world)


def test_fields_of_a_newer_version_are_ignored(world, thief):
    act = {**msgspec.to_builtins(submit("c1", "boya")), "weather": "rain"}
    entry = thief.entry(Kind.CASE_ACT, msgspec.msgpack.encode(act), case="c1")
    before = thief.chain
    thief.letter(entry)
    longer_entry = [*msgspec.to_builtins(entry, builtin_types=(bytes,)), "new"]
    message = msgspec.msgpack.encode({"type": "letter", "entries": [longer_entry], "mood": "good"})
    span = Span(thief.epoch, 1, 1, 1, before, thief.chain)
    bring(world, world.hub, thief.raw(message, span=span, priority=3), sender="boya")
    assert world.hub.case_ids() == ["c1"]
    still_works(world)


# -- said again


def test_every_frame_of_a_day_played_again_in_any_order_changes_nothing(world):
    dafeng = world.station("dafeng")
    taps = [Wiretap(dafeng), Wiretap(world.hub)]
    cases = [dafeng.submits() for _ in range(3)]
    world.settle()
    for case in cases:
        assert case
        world.hub.decides(case, Act.ACCEPT)
        world.hub.decides(case, Act.GRANT)
    world.settle()
    frames = [(tap.party.name, *frame) for tap in taps for frame in tap.frames]
    rng = random.Random(3)
    for _ in range(3):
        rng.shuffle(frames)
        for sender, to, lane, data in frames:
            party = world.hub if to == HUB else world.station(to)
            bring(world, party, data, sender=sender, lane=lane)
    world.settle()
    assert world.differences() == []
    assert (notices(world.hub), notices(dafeng)) == ([], [])
    assert [world.hub.case(case).status for case in cases] == [Status.GRANTED] * 3
    still_works(world)


def test_a_hello_that_comes_late_or_twice_raises_no_alarm(world):
    """The station's hello is doubled on its way, and the second copy arrives after its first cases."""
    dafeng = world.station("dafeng")
    tap = Wiretap(world.hub)
    world.network.cut("dafeng")
    case = dafeng.submits()
    world.network.mend("dafeng")
    world.settle()
    for to, lane, data in list(tap.frames):
        if lane is Lane.HELLO and to == "dafeng":
            bring(world, dafeng, data, sender=HUB, lane=lane)
    assert notices(dafeng) == []  # "lost-memory" of a hub that has lost nothing
    assert dafeng.sync(case).state is SyncState.ACKED


def test_a_receipt_of_an_earlier_session_is_not_believed(world):
    dafeng = world.station("dafeng")
    tap = Wiretap(world.hub)
    dafeng.submits()
    world.settle()
    receipts = [data for to, lane, data in tap.frames if lane is Lane.RECEIPT and to == "dafeng"]
    world.hub.lose_disk(None, told=True)
    world.network.cut("dafeng")
    world.hub.start()
    world.network.mend("dafeng")
    with dafeng.office.store.write() as tx:
        tx.execute("update epochs set told = 0 where author = 'dafeng'")
    for data in receipts:
        dafeng.office.courier.step([])
        bring(world, dafeng, data, sender=HUB, lane=Lane.RECEIPT, many=True)
        dafeng.step()
    assert told(dafeng, HUB) == [0]
    world.settle()
    assert world.differences() == []


def test_a_receipt_without_a_session_counts_only_when_it_was_carried(world):
    dafeng = world.station("dafeng")
    world.network.cut("dafeng")
    dafeng.submits()
    with dafeng.office.store.read() as db:
        (epoch,) = epochs(db, "dafeng", HUB)
    receipt = Receipt(session=b"", epoch=epoch.epoch, upto=epoch.head, chain=epoch.head_chain)
    data = seal(world.hub.keys, DISTRICT, "dafeng", NOON, receipt)
    bring(world, dafeng, data, sender=HUB, lane=Lane.RECEIPT)
    assert told(dafeng, HUB) == [0]
    assert aside(dafeng) == ["distrusted.stale-session"]


def test_a_receipt_for_a_chain_that_is_not_ours_is_not_believed(world):
    dafeng = world.station("dafeng")
    case = dafeng.submits()
    dafeng.step()
    session = dafeng.office.courier.voice.talk(HUB).session
    with dafeng.office.store.read() as db:
        (epoch,) = epochs(db, "dafeng", HUB)
    for upto, chain in ((epoch.head, b"\1" * 32), (epoch.head + 5, epoch.head_chain)):
        receipt = Receipt(session=session, epoch=epoch.epoch, upto=upto, chain=chain)
        bring(world, dafeng, seal(world.hub.keys, DISTRICT, "dafeng", NOON, receipt), sender=HUB, many=True)
    dafeng.step()
    assert told(dafeng, HUB) == [0]
    assert dafeng.sync(case).state is not SyncState.ACKED
    world.settle()
    assert dafeng.sync(case).state is SyncState.ACKED


# -- a hello that lies


def _hub_speaks(world: World) -> tuple[str, int, bytes]:
    """The hub has an epoch to boya with something in it: (epoch, last number, chain there)."""
    boya = world.station("boya")
    case = boya.submits()
    world.settle()
    world.hub.decides(case, Act.ACCEPT)
    world.settle()
    with world.hub.office.store.read() as db:
        (epoch,) = epochs(db, HUB, "boya")
    return epoch.epoch, epoch.head, epoch.head_chain


def _own_proof(world: World) -> Proof:
    """The hub's signature on what it said to dafeng: right in itself, and not about boya."""
    case = world.station("dafeng").submits()
    world.settle()
    world.hub.decides(case, Act.ACCEPT)
    world.settle()
    with world.station("dafeng").office.store.read() as db:
        (epoch,) = epochs(db, HUB, "dafeng")
        row = db.execute(
            "select header, payload_digest, signature from proofs where epoch_id = ?", (epoch.id,)
        ).fetchone()
    return Proof(*row)


@pytest.mark.parametrize("proof", ["none", "forged", "of another pair", "of an earlier number", "rubbish"])
@pytest.mark.parametrize("epoch", ["ours", "unheard of"])
def test_a_hello_that_claims_more_than_we_signed_is_shown_and_changes_nothing(world, proof, epoch):
    name, head, chain = _hub_speaks(world)
    boya = world.station("boya")
    with boya.office.store.read() as db:
        row = db.execute(
            "select header, payload_digest, signature from proofs where last = ? and epoch_id ="
            " (select id from epochs where epoch = ?)", (head, name),
        ).fetchone()  # fmt: skip
    real = Proof(*row)
    shown = {
        "none": None,
        "forged": msgspec.structs.replace(real, signature=bytes(64)),
        "of another pair": _own_proof(world),
        "of an earlier number": real,
        "rubbish": Proof(b"\xff\xfe", bytes(32), b""),
    }[proof]
    life = _life(world)
    session = world.hub.office.courier.voice.talk("boya").session
    boya.kill()
    liar = Hand(boya.keys, world.hub.keys.card())
    claims = [
        Held(name if epoch == "ours" else "never", 1, head + 40, b"\2" * 32, 0, shown),
        Held(name, 1, head, chain),
    ]
    bring(world, world.hub, liar.say(Hello(session=b"l" * 16, answers=session, holds=claims)), sender="boya")
    assert notices(world.hub) == ["lying-hello"]
    assert _life(world) == life  # no new life: nobody can talk us into having forgotten
    with world.hub.office.store.read() as db:
        assert [(e.epoch, e.head) for e in epochs(db, HUB, "boya")] == [(name, head)]
    still_works(world)


def _life(world: World) -> int:
    with world.hub.office.store.read() as db:
        return int(db.execute("select life from self").fetchone()[0])


def test_a_proof_is_read_only_for_the_pair_that_it_is_about():
    pen = Hand(SENDER, READER.card())
    opened = open_letter(pen.letter(pen.entry()), READER, KEYRING)
    assert read_proof(opened.proof, "dafeng", HUB, KEYRING).last == 1
    for author, reader in ((HUB, "dafeng"), ("dafeng", "boya"), ("boya", HUB)):
        with pytest.raises(Distrusted):
            read_proof(opened.proof, author, reader, KEYRING)


def test_a_replaced_box_remains_a_witness_of_what_it_signed():
    pen = Hand(SENDER, READER.card())
    opened = open_letter(pen.letter(pen.entry()), READER, KEYRING)
    old = Keyring(
        KeyringContent(
            district=DISTRICT, number=2, issued_at="", cards=[SENDER.card(Standing.SUPERSEDED), READER.card()]
        )
    )
    assert read_proof(opened.proof, "dafeng", HUB, old).last == 1


# -- papers


def test_a_piece_that_nobody_asked_for_fills_no_disk(world, thief):
    data = b"x" * 1000
    bring(world, world.hub, thief.say(Piece(digest="d" * 64, number=0, size=1000, data=data), sealed=True),
          sender="boya", lane=Lane.PAPER)  # fmt: skip
    with world.hub.office.blobs.store.read() as db:
        assert db.execute("select count(*) from pieces").fetchone()[0] == 0
    still_works(world)


def test_a_paper_whose_bytes_have_rotted_is_shown_and_asked_for_again_later(world):
    dafeng = world.station("dafeng")
    world.network.cut("dafeng")
    case = dafeng.submits()
    digest = dafeng.case(case).papers[0].digest
    with dafeng.office.blobs.store.write() as tx:
        (good,) = tx.execute("select data from pieces where digest = ? and number = 0", (digest,)).fetchone()
        tx.execute("update pieces set data = ? where digest = ? and number = 0", (bytes(len(good)), digest))
    world.network.mend("dafeng")
    world.settle()  # and the wire does not run hot with asking
    assert notices(world.hub) == ["paper-damaged"]
    assert not world.hub.office.blobs.has(digest)
    assert dafeng.sync(case).state is SyncState.PARTIAL
    with dafeng.office.blobs.store.write() as tx:
        tx.execute("update pieces set data = ? where digest = ? and number = 0", (good, digest))
    world.advance(700)
    world.settle()
    assert world.hub.office.blobs.has(digest)
    assert notices(world.hub) == []
    assert dafeng.sync(case).state is SyncState.ACKED


@pytest.mark.parametrize("size", [10**12, -5])
def test_a_paper_of_a_size_that_none_has_is_never_fetched_and_keeps_no_other_waiting(world, thief, size):
    papers = [Paper(digest=f"{n:064x}", size=size, type="image/jpeg", material="m") for n in range(5)]
    bring(world, world.hub, thief.letter(thief.act(submit("c1", "boya", papers=papers))), sender="boya")
    session = world.hub.office.courier.voice.talk("boya").session
    bring(world, world.hub, thief.say(Hello(session=b"s" * 16, answers=session, heard=True)), sender="boya")
    turn(world)
    assert notices(world.hub) == ["paper-damaged"] * 5
    still_works(world)


def test_a_size_that_no_store_holds_makes_the_entry_one_for_a_person(world, thief):
    paper = Paper(digest="e" * 64, size=2**63, type="image/jpeg", material="m")
    letter = thief.letter(thief.act(submit("c1", "boya", papers=[paper])), thief.act(submit("c2", "boya")))
    bring(world, world.hub, letter, sender="boya")
    assert notices(world.hub) == ["poison"]
    assert world.hub.case_ids() == ["c2"]
    still_works(world)


def test_a_piece_that_lies_about_the_size_of_its_paper_is_thrown_away(world):
    """Else a whole row of pieces could be there, no paper be whole, and the screen say that it is."""
    dafeng = world.station("dafeng")
    world.network.cut("dafeng")
    case = dafeng.submits()
    digest, size = dafeng.case(case).papers[0].digest, dafeng.case(case).papers[0].size
    with dafeng.office.store.write() as tx:
        tx.execute("update papers set size = ? where digest = ?", (size + 10**6, digest))
    world.network.mend("dafeng")
    world.settle()
    assert notices(world.hub) == ["paper-damaged"]
    with world.hub.office.store.read() as db:
        assert db.execute("select here from papers where digest = ?", (digest,)).fetchone()[0] == 0
    assert dafeng.sync(case).state is SyncState.PARTIAL
    still_works(world)


def test_a_station_is_not_served_the_papers_of_another(world, thief):
    dafeng = world.station("dafeng")
    case = dafeng.submits()
    world.settle()
    digest = dafeng.case(case).papers[0].digest
    assert world.hub.office.blobs.has(digest)
    tap = Wiretap(world.hub)
    session = world.hub.office.courier.voice.talk("boya").session
    bring(world, world.hub, thief.say(Hello(session=b"s" * 16, answers=session, heard=True)), sender="boya")
    bring(world, world.hub, thief.say(Ask(digest=digest, pieces=[0])), sender="boya", lane=Lane.PAPER)
    said = [open_letter(data, thief.keys, world.keyring).message for to, _, data in tap.frames if to == "boya"]
    assert not [message for message in said if isinstance(message, Piece)]
    still_works(world)


def test_a_peer_that_says_have_of_papers_it_was_never_sent_marks_only_its_own(world, thief):
    dafeng = world.station("dafeng")
    case = dafeng.submits()
    world.settle()
    digest = dafeng.case(case).papers[0].digest
    before = _paper_rows(world)
    bring(world, world.hub, thief.say(Have([digest, "f" * 64])), sender="boya", lane=Lane.PAPER)
    assert _paper_rows(world) == before
    still_works(world)


def _paper_rows(world: World) -> list[tuple[object, ...]]:
    with world.hub.office.store.read() as db:
        return [tuple(row) for row in db.execute("select * from papers order by digest, case_id").fetchall()]
