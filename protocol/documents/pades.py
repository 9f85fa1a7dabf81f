"""pyHanko, told to write the same bytes twice: the only module that imports it, and only when something is sealed."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from typing import Any

from asn1crypto import keys, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

_FIELD = "Seal"


def sign_pdf(pdf: bytes, key: ec.EllipticCurvePrivateKey, certificate: bytes, name: str, at: datetime) -> bytes:
    """The file with one invisible signature field over all of it; `certificate` is DER, `name` the signer's."""
    writer = _Writer(io.BytesIO(pdf))
    fields.append_signature_field(writer, fields.SigFieldSpec(_FIELD))
    meta = signers.PdfSignatureMetadata(
        field_name=_FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, name=name
    )
    signed: io.BytesIO = _Timed(meta, _signer(key, certificate), at).sign_pdf(writer, existing_fields_only=True)
    return signed.getvalue()


class _Writer(IncrementalPdfFileWriter):
    @classmethod
    def _handle_id(cls, prev: Any) -> Any:
        """pyHanko takes 16 bytes of chance; the content serves as well, ISO 32000-1 §14.4."""
        prev.stream.seek(0)
        changed = hashlib.sha256(prev.stream.read()).digest()[:16]
        first = prev.trailer["/ID"][0]
        return generic.ArrayObject([generic.ByteStringObject(first.original_bytes), generic.ByteStringObject(changed)])

    def _update_meta(self) -> None:
        """The time of the change is the act's, which stands there already."""

    def ensure_output_version(self, version: Any) -> None:
        """A PDF/A-2 is a PDF 1.7 and stays one."""

    def register_extension(self, ext: Any) -> None:
        """And knows no extensions of 2.0; what we use of them every reader of 1.7 knows by its name."""


class _Timed(signers.PdfSigner):
    def __init__(self, meta: signers.PdfSignatureMetadata, signer: signers.Signer, at: datetime) -> None:
        super().__init__(meta, signer)
        self._at = at

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self._at
        return session


class _Deterministic(signers.SimpleSigner):
    key: ec.EllipticCurvePrivateKey

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        """ECDSA without chance, RFC 6979."""
        assert digest_algorithm == "sha256"
        return self.key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def _signer(key: ec.EllipticCurvePrivateKey, certificate: bytes) -> signers.Signer:
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    made = _Deterministic(
        x509.Certificate.load(certificate), keys.PrivateKeyInfo.load(der), SimpleCertificateStore(), embed_roots=False
    )
    made.key = key
    return made
