"""The authority's electronic seal: a PAdES signature (ETSI.CAdES.detached, P-256, SHA-256) over the whole file.

The same file sealed again is the same bytes: the signature is deterministic (RFC 6979), the time in it
is the act's, and the file's identifier follows from its content. The certificate was issued by the
district's authority, whose public key every party has: no other root is asked and no list is fetched.
It is a test certificate and says so, until a licensed CA and the national OFD/SM2 seal take its place.

What is read here came from outside: the file is cut by one pattern and compared with what we would have
written, byte for byte. No PDF is parsed for it, so there is nothing in it to be led astray by.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asn1crypto.tsp  # noqa: F401 - with it cms knows the attribute that names the signer's certificate
from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID, SignatureAlgorithmOID

from protocol.errors import Damaged, Distrusted, Refused

TEST = "TEST 测试"  # the certificate's OU, as long as no licensed CA stands behind it

_RANGE = re.compile(rb"/ByteRange \[0 (\d{1,9}) (\d{1,9}) (\d{1,9})\]")
_MOST_ROOM = 32 * 1024  # characters between the angles; ours has some 2,300
_HEX = re.compile(rb"[0-9A-F]+")


@dataclass(frozen=True, slots=True)
class Seal:
    """Key and certificate of an authority's seal."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def name(self) -> str:
        """Drawn on the page, and stands in the signature."""
        return seal_name(self.certificate)

    @property
    def is_test(self) -> bool:
        return is_test(self.certificate)

    @property
    def good_until(self) -> datetime:
        return self.certificate.not_valid_after_utc

    def put_on(self, pdf: bytes, at: datetime) -> bytes:
        """The sealed file. PDF/A stays PDF/A: the field is invisible, the seal for the eye is on the page already.

        :raises Refused: seal-expired: the certificate was not good at `at`
        """
        from protocol.documents.pades import sign_pdf  # 60 MB that a process which never seals need not carry

        if not self.certificate.not_valid_before_utc <= at <= self.good_until:
            raise Refused("refused.seal-expired", until=self.good_until.date().isoformat())
        return sign_pdf(pdf, self.key, self.certificate.public_bytes(Encoding.DER), self.name, at)


@dataclass(frozen=True, slots=True)
class Sealed:
    """Whose seal is on a file. `good` are the ends of the time in which the certificate may seal."""

    name: str
    is_test: bool
    good: tuple[datetime, datetime]


def load_seal(key: Path, certificate: Path) -> Seal | None:
    """The seal of this party; None where it was never given one.

    :raises Damaged: keys: the files cannot be used, or do not belong together
    """
    if not key.exists() and not certificate.exists():
        return None
    try:
        found = load_pem_private_key(key.read_bytes(), None)
        shown = x509.load_pem_x509_certificate(certificate.read_bytes())
        if not isinstance(found, ec.EllipticCurvePrivateKey) or found.public_key() != shown.public_key():
            raise ValueError("key and certificate do not belong together")
    except (OSError, ValueError) as why:
        raise Damaged("damaged.keys", party="seal", why=str(why)) from why
    return Seal(shown, found)


def read_seal(data: bytes, authority: Ed25519PublicKey) -> Sealed | None:
    """Whose seal covers every byte of this file; None if there is no seal on it at all.

    :raises Distrusted: seal-not-whole: it covers not the whole file; seal-broken: altered; seal-unknown: not the
        district's
    """
    ranges = _RANGE.findall(data)
    if not ranges:
        return None
    if len(ranges) > 1:
        raise Distrusted("distrusted.seal-not-whole")
    first, second, rest = (int(number) for number in ranges[0])
    if second + rest != len(data) or not first < second <= len(data):
        raise Distrusted("distrusted.seal-not-whole")
    room = data[first:second]
    if not 2 < len(room) <= _MOST_ROOM or room[:1] != b"<" or room[-1:] != b">" or not _HEX.fullmatch(room[1:-1]):
        raise Distrusted("distrusted.seal-broken")
    digest = hashlib.sha256(data[:first])
    digest.update(data[second:])
    try:
        certificate = _signer_of(bytes.fromhex(room[1:-1].decode("ascii")), digest.digest())
    except _BROKEN as why:
        raise Distrusted("distrusted.seal-broken") from why
    try:
        if certificate.signature_algorithm_oid != SignatureAlgorithmOID.ED25519:
            raise ValueError("not the district's way to sign")
        authority.verify(certificate.signature, certificate.tbs_certificate_bytes)
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        if not usage.content_commitment:  # a box's own certificate is no seal
            raise ValueError("not a seal")
    except (*_BROKEN, x509.ExtensionNotFound) as why:
        raise Distrusted("distrusted.seal-unknown") from why
    return Sealed(
        seal_name(certificate),
        is_test(certificate),
        (certificate.not_valid_before_utc, certificate.not_valid_after_utc),
    )


# whatever the parsers say to what is no seal of ours
_BROKEN = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError, InvalidSignature,
    UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType,
)  # fmt: skip


def seal_name(certificate: x509.Certificate) -> str:
    return _attribute(certificate, NameOID.ORGANIZATION_NAME)


def is_test(certificate: x509.Certificate) -> bool:
    return _attribute(certificate, NameOID.ORGANIZATIONAL_UNIT_NAME) == TEST


def _attribute(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""


def _signer_of(room: bytes, digest: bytes) -> x509.Certificate:
    """The certificate whose key signed the digest (SHA-256).

    :raises ValueError: or another of the parsers' errors: it is not exactly what a seal of ours is
    :raises InvalidSignature: altered
    """
    der = cms.ContentInfo.load(room).dump()
    if room[len(der) :].strip(b"\0"):
        raise ValueError("something in the padding")
    signed = cms.ContentInfo.load(der)["content"]
    leaf = signed["certificates"][0].chosen.dump()
    (signer,) = signed["signer_infos"]
    attributes, signature = signer["signed_attrs"], signer["signature"].native
    if _cms(leaf, attributes, signature) != der:
        raise ValueError("not as we write it")
    told = {one["type"].native: one["values"][0] for one in attributes}
    if told["message_digest"].native != digest or told["content_type"].native != "data":
        raise ValueError("altered")
    if told["signing_certificate_v2"]["certs"][0]["cert_hash"].native != hashlib.sha256(leaf).digest():
        raise ValueError("another certificate")
    certificate = x509.load_der_x509_certificate(leaf)
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise ValueError("not P-256")
    key.verify(signature, b"\x31" + attributes.dump()[1:], ec.ECDSA(hashes.SHA256()))  # RFC 5652 §5.4: as a SET
    return certificate


def _cms(leaf: bytes, attributes: cms.CMSAttributes, signature: bytes) -> bytes:
    """What a seal is: one certificate, one signer, nothing unsigned beside them."""
    from asn1crypto import x509 as asn1

    certificate = asn1.Certificate.load(leaf)
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
                    )
                }
            ),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": signature,
        }
    )
    content = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data"},
            "certificates": [certificate],
            "signer_infos": [signer],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": content}).dump())
