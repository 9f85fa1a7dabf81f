"""How a box becomes a station's, and everything that is tried instead."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hub.stations import read_register
from protocol.catalogue.bundle import open_bundle, parts_of, sign_parts
from protocol.catalogue.reading import standard_items
from protocol.errors import Distrusted, Refused
from protocol.identity import Keys, Standing, read_keyring, sign_keyring
from protocol.settings import Device, Machines, Room, Settings, read_settings, write_settings
from provisioning import register
from provisioning.answer import answer, confirm
from provisioning.district import make_district
from provisioning.enrol import (
    ANSWER_CONTEXT,
    REQUEST_CONTEXT,
    Answer,
    ProvedRequest,
    Request,
    SignedAnswer,
    confirmation,
    install,
    make_request,
    planned_settings,
)
from provisioning.office import open_office
from provisioning.register import State
from provisioning.tokens import Purpose, Token, mac
from tests.provisioning.conftest import BOYA, DAFENG


@pytest.fixture
def office(district, now):
    with open_office(district.folder) as office:
        office.add_station(BOYA, now)
        yield office


@pytest.fixture
def invitation(office, now):
    return office.plan("boya", Purpose.NEW, now)


def keyring_of(settings: Settings):
    authority = Ed25519PublicKey.from_public_bytes(bytes.fromhex(settings.authority_pub.read_text()))
    return read_keyring(settings.keyring.read_bytes(), authority)


def boxes(office, name):
    with office.store.read() as db:
        return [box for box in register.boxes(db) if box.station == name]


def forged(request: bytes, token: Token, **changes) -> bytes:
    """The request with other content, under the right token but without the box's signature."""
    proved = msgspec.json.decode(request, type=ProvedRequest)
    content = msgspec.json.encode(msgspec.structs.replace(msgspec.json.decode(proved.content, type=Request), **changes))
    return msgspec.json.encode(ProvedRequest(content=content, proof=proved.proof, mac=mac(token.key(), content)))


def test_a_box_becomes_the_stations_box(office, invitation, now, tmp_path):
    box = tmp_path / "box"
    settings = install(box, answer(office, make_request(box, invitation.token), now), invitation)
    assert settings == read_settings(box)
    assert (settings.party, settings.name.zh, settings.tier) == ("boya", "博雅新城小区站", "residential")
    keys = Keys.load(settings.letters_key)
    assert (keys.party, keys.box) == ("boya", 1)
    assert keyring_of(settings).active("boya").signing == keys.card().signing
    assert settings.broker_password == office.broker_secret("boya")
    assert [box.state for box in boxes(office, "boya")] == [State.ISSUED]
    confirm(office, confirmation(settings))
    assert [box.state for box in boxes(office, "boya")] == [State.ACTIVE]
    for secret in (settings.letters_key, settings.tls_key, settings.identity / "broker.password"):
        assert secret.stat().st_mode & 0o077 == 0
    assert not (settings.identity / "pending").exists()


def test_the_certificate_says_only_what_the_district_decides(office, invitation, now, tmp_path):
    settings = install(tmp_path, answer(office, make_request(tmp_path, invitation.token), now), invitation)
    leaf, issuing = x509.load_pem_x509_certificates(settings.tls_crt.read_bytes())
    assert leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "boya"
    assert list(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [
        ExtendedKeyUsageOID.CLIENT_AUTH
    ]
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    leaf.verify_directly_issued_by(issuing)
    assert leaf.not_valid_before_utc < now - timedelta(hours=23)
    assert timedelta(days=364) < leaf.not_valid_after_utc - now < timedelta(days=366)


def test_when_the_network_dies_after_sign_the_same_box_gets_the_same_certificate(office, invitation, now, tmp_path):
    first = answer(office, make_request(tmp_path, invitation.token), now)
    lost = msgspec.json.decode(first, type=SignedAnswer)
    again = answer(office, make_request(tmp_path, invitation.token), now + timedelta(hours=2))
    chain = x509.load_pem_x509_certificates
    assert (
        msgspec.json.decode(lost.content)["chain"]
        == msgspec.json.decode(msgspec.json.decode(again, type=SignedAnswer).content)["chain"]
    )
    settings = install(tmp_path, again, invitation)
    assert len(boxes(office, "boya")) == 1
    assert chain(settings.tls_crt.read_bytes())[0].serial_number == boxes(office, "boya")[0].serial
    assert install(tmp_path, first, invitation) == settings, "a late copy of the answer changes nothing"


def test_the_power_goes_during_install_and_it_goes_on(office, invitation, now, tmp_path, monkeypatch):
    data = answer(office, make_request(tmp_path, invitation.token), now)

    def power_cut(self, path):
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(Keys, "save", power_cut)
        with pytest.raises(KeyboardInterrupt):
            install(tmp_path, data, invitation)
    settings = install(tmp_path, data, invitation)
    assert Keys.load(settings.letters_key).box == 1


def test_a_new_certificate_for_a_folder_leaves_its_devices_and_its_room_alone(office, invitation, now, tmp_path):
    data = answer(office, make_request(tmp_path, invitation.token), now)
    told = msgspec.json.decode(msgspec.json.decode(data, type=SignedAnswer).content, type=Answer)
    set_up = dataclasses.replace(
        planned_settings(tmp_path, told, None, None),
        devices={"card-reader": Device("vendor-ws")},
        room=Room(Machines.OPEN),
    )
    write_settings(set_up)
    assert install(tmp_path, data, invitation) == set_up


def test_another_box_with_the_same_token_is_refused_and_the_operator_is_told(office, invitation, now, tmp_path):
    answer(office, make_request(tmp_path / "one", invitation.token), now)
    with pytest.raises(Refused, match="another box has used it"):
        answer(office, make_request(tmp_path / "two", invitation.token), now)
    with office.store.read() as db:
        assert [(alarm.station, alarm.kind) for alarm in register.alarms(db)] == [("boya", "token-twice")]
    assert len(boxes(office, "boya")) == 1


def test_a_token_that_expired_says_since_when(office, invitation, now, tmp_path):
    with pytest.raises(Refused, match=r"expired 3\.0 h ago"):
        answer(office, make_request(tmp_path, invitation.token), now + timedelta(hours=75))


def test_a_newer_token_makes_the_older_one_void(office, invitation, now, tmp_path):
    newer = office.plan("boya", Purpose.NEW, now)
    with pytest.raises(Refused, match="not the one"):
        answer(office, make_request(tmp_path, invitation.token), now)
    install(tmp_path, answer(office, make_request(tmp_path, newer.token), now), newer)


def test_guessing_tokens_is_stopped_after_five_within_the_hour(office, invitation, now, tmp_path):
    wrong = make_request(tmp_path / "thief", Token.make("boya"))
    for _ in range(5):
        with pytest.raises(Refused, match="not the one"):
            answer(office, wrong, now)
    right = make_request(tmp_path / "box", invitation.token)
    with pytest.raises(Refused, match="too many"):
        answer(office, right, now)
    answer(office, right, now + timedelta(minutes=61))


def test_a_station_with_a_box_in_use_gets_no_second_token(office, now):
    with pytest.raises(Refused, match="has a box in use"):
        office.plan("dafeng", Purpose.NEW, now)


@pytest.mark.parametrize("name", ["canary-good", "a/b/c", "+++", "Dafeng", "da"])
def test_a_name_that_would_mislead_the_broker_is_never_entered(office, now, name):
    with pytest.raises(Refused):
        office.add_station(register.Station(name, "x", "x", "town"), now)


def test_public_keys_of_somebody_else_are_not_taken(office, invitation, now, tmp_path):
    request = make_request(tmp_path, invitation.token)
    stolen = Keys.make("boya").card()
    with pytest.raises(Distrusted):
        answer(office, forged(request, invitation.token, signing=stolen.signing), now)
    with pytest.raises(Distrusted):
        answer(office, forged(request, invitation.token, sealing=b"short"), now)
    key = ec.generate_private_key(ec.SECP256R1())
    other = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    with pytest.raises(Distrusted):
        answer(office, forged(request, invitation.token, csr=other.public_bytes(Encoding.DER)), now)
    assert boxes(office, "boya") == []


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)])
def test_only_p256_is_signed(office, invitation, now, key):
    csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    keys = Keys.make("boya", 0)
    card = keys.card()
    content = msgspec.json.encode(
        Request(station="boya", csr=csr.public_bytes(Encoding.DER), signing=card.signing, sealing=card.sealing)
    )
    proved = ProvedRequest(
        content=content, proof=keys.signing.sign(REQUEST_CONTEXT + content), mac=mac(invitation.token.key(), content)
    )
    with pytest.raises(Distrusted, match="P-256"):
        answer(office, msgspec.json.encode(proved), now)


def test_a_csr_of_a_key_that_the_box_does_not_hold_is_refused(office, invitation, now, tmp_path):
    request = make_request(tmp_path, invitation.token)
    csr = bytearray(msgspec.json.decode(msgspec.json.decode(request, type=ProvedRequest).content, type=Request).csr)
    csr[-1] ^= 1
    keys = Keys.load(tmp_path / "identity/pending/letters.key")
    card = keys.card()
    content = msgspec.json.encode(Request(station="boya", csr=bytes(csr), signing=card.signing, sealing=card.sealing))
    proved = ProvedRequest(
        content=content, proof=keys.signing.sign(REQUEST_CONTEXT + content), mac=mac(invitation.token.key(), content)
    )
    with pytest.raises(Distrusted):
        answer(office, msgspec.json.encode(proved), now)


@pytest.mark.parametrize("data", [b"", b"{}", b"null", b"\xff" * 40, b"[" * 10_000, b" " * 300_000])
def test_noise_at_the_door_is_set_aside(office, now, data):
    with pytest.raises(Distrusted):
        answer(office, data, now)
    with pytest.raises(Distrusted):
        confirm(office, data)


def test_an_answer_from_a_stranger_is_not_installed(office, invitation, now, tmp_path):
    genuine = msgspec.json.decode(answer(office, make_request(tmp_path, invitation.token), now), type=SignedAnswer)
    stranger = Ed25519PrivateKey.generate()
    said = msgspec.json.decode(genuine.content, type=Answer)
    own_ring = sign_keyring(keyring_of(office.hub).content, stranger)
    own_content = msgspec.json.encode(msgspec.structs.replace(said, keyring=own_ring))
    own_word = SignedAnswer(
        content=own_content,
        signature=stranger.sign(ANSWER_CONTEXT + own_content),
        authority=stranger.public_key().public_bytes_raw(),
    )
    bent = msgspec.structs.replace(genuine, content=genuine.content.replace(b"127.0.0.1", b"127.0.0.2"))
    for bad in (own_word, bent):
        with pytest.raises(Distrusted):
            install(tmp_path, msgspec.json.encode(bad), invitation)
    assert not (tmp_path / "identity" / "letters.key").exists()


def test_an_answer_for_the_other_box_in_the_van_is_not_installed(office, invitation, now, tmp_path):
    make_request(tmp_path / "other", invitation.token)
    data = answer(office, make_request(tmp_path / "box", invitation.token), now)
    with pytest.raises(Distrusted, match="recipient"):
        install(tmp_path / "other", data, invitation)


def test_a_confirmation_that_the_box_did_not_sign_changes_nothing(office, invitation, now, tmp_path, district):
    answer(office, make_request(tmp_path, invitation.token), now)
    said = msgspec.json.decode(confirmation(district.stations["dafeng"]))
    with pytest.raises(Distrusted):
        confirm(office, msgspec.json.encode({**said, "station": "boya"}))
    assert [box.state for box in boxes(office, "boya")] == [State.ISSUED]


def test_the_keyring_number_rises_with_every_change_and_only_then(office, now, tmp_path):
    before = keyring_of(office.hub).content
    office.publish(now)
    assert keyring_of(office.hub).content == before
    invitation = office.plan("boya", Purpose.NEW, now)
    answer(office, make_request(tmp_path, invitation.token), now)
    enrolled = keyring_of(office.hub).content
    assert enrolled.number == before.number + 1
    office.fence("boya", State.REVOKED, "stolen", now)
    assert keyring_of(office.hub).content.number == enrolled.number + 1


def test_a_revoked_box_is_in_the_keyring_as_revoked_and_loses_its_password(office, district, now):
    assert office.broker_secret("dafeng")
    office.fence("dafeng", State.REVOKED, "stolen", now)
    ring = keyring_of(office.hub)
    assert ring.ever("dafeng", 1).standing is Standing.REVOKED
    with pytest.raises(Distrusted, match="revoked"):
        ring.sender("dafeng", 1)
    assert office.broker_secret("dafeng") == ""
    assert office.broker_secret("hub")


def test_making_the_district_again_finds_it_and_adds_what_is_new(tmp_path, now):
    first = make_district(tmp_path, [DAFENG], now)
    again = make_district(tmp_path, [DAFENG, BOYA], now, http_ports={"dafeng": 18081})
    assert again.hub == first.hub
    assert again.stations["dafeng"].broker == first.stations["dafeng"].broker
    assert again.stations["dafeng"].http.port == read_settings(first.stations["dafeng"].folder).http.port == 18081
    assert Keys.load(again.stations["dafeng"].letters_key).box == 1
    rings = {settings.keyring.read_bytes() for settings in (again.hub, *again.stations.values())}
    assert len(rings) == 1, "everyone holds the newest keyring"


def test_when_the_brokers_port_is_taken_the_whole_district_moves_to_another(tmp_path, now):
    make_district(tmp_path, [DAFENG], now)
    moved = make_district(tmp_path, [DAFENG, BOYA], now, broker_port=18830)
    assert {own.broker.port for own in (moved.hub, *moved.stations.values())} == {18830}
    assert read_settings(moved.stations["dafeng"].folder) == moved.stations["dafeng"]
    assert read_settings(moved.hub.folder) == moved.hub


def test_the_hubs_keys_come_back_from_the_authoritys_escrow(tmp_path, now):
    district = make_district(tmp_path, [DAFENG], now)
    before = Keys.load(district.hub.letters_key).card()
    district.hub.letters_key.unlink()
    assert Keys.load(make_district(tmp_path, [DAFENG], now).hub.letters_key).card() == before


def test_the_hub_reads_what_the_register_calls_its_stations(office, district):
    named = read_register(district.hub.stations_list)
    assert {name: (listing.zh, listing.tier) for name, listing in named.items()} == {
        "boya": (BOYA.zh, "residential"),
        "dafeng": (DAFENG.zh, "town"),
    }


def test_a_catalogue_is_issued_anew_only_when_it_changed_and_keeps_what_is_out(office, district, now):
    items = standard_items()
    first = district.hub.catalogue_bundle.read_bytes()
    assert office.issue_catalogue(items, now + timedelta(days=1)) == 1
    assert district.hub.catalogue_bundle.read_bytes() == first
    newer = dataclasses.replace(items[0], version=items[0].version + 1)
    assert office.issue_catalogue([newer], now) == 2
    catalogue = open_bundle(district.hub.catalogue_bundle.read_bytes(), office.authority.public_key)
    assert catalogue.item(items[0].code, items[0].version) == items[0], "a case may pin the older version"
    assert catalogue.item(newer.code, newer.version) == newer
    with pytest.raises(Refused, match="new version"):
        office.issue_catalogue([dataclasses.replace(newer, name=newer.name + "改")], now)


def test_what_publishers_took_out_of_use_is_not_brought_back_by_the_office(office, district, now):
    first, *others = standard_items()
    published = sign_parts(parts_of(others, kept=[first]), 2, now, office.authority.records)
    district.hub.catalogue_bundle.write_bytes(published)
    assert office.issue_catalogue([first, *others], now) == 2
    newer = dataclasses.replace(others[0], version=others[0].version + 1)
    assert office.issue_catalogue([first, *others, newer], now) == 3
    catalogue = open_bundle(district.hub.catalogue_bundle.read_bytes(), office.authority.public_key)
    assert [(item.code, item.version) for item in catalogue.kept()] == [(first.code, first.version)]
