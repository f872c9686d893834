"""The house's own authority: it can speak for home names and home addresses, and for nothing else.

Rules and their evidence: `research/pwa_lan.md` §1.2; name constraints are RFC 5280 §4.2.1.10.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from msgspec import Struct

from anagnorisis.auth.certificates.reach import HOME_NAMES, HOME_NETWORKS
from anagnorisis.domain import BadValue

LIFE = timedelta(days=3652)
SLACK = timedelta(hours=12)
"""A certificate is valid from this long ago, for devices whose clock is behind."""
RENEW = (
    "Put it back from a copy, or make a new one, which every device has to trust anew: "
    "anagnorisis certificate new-ca"
)
UNUSED = {
    "content_commitment": False,
    "key_encipherment": False,
    "data_encipherment": False,
    "key_agreement": False,
    "encipher_only": False,
    "decipher_only": False,
}


class Authority(Struct, frozen=True, eq=False):
    """A CA certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the certificate, 32 bytes."""
        return self.certificate.fingerprint(hashes.SHA256())

    @property
    def tag(self) -> str:
        """Four characters of the key's digest; they are in the name too, for people to compare."""
        return tag_of(self.key)

    @property
    def domains(self) -> tuple[str, ...]:
        """Names beyond home that it may speak for."""
        constraints = self.certificate.extensions.get_extension_for_class(x509.NameConstraints).value
        permitted = [
            name.value for name in constraints.permitted_subtrees or () if isinstance(name, x509.DNSName)
        ]
        return tuple(sorted(set(permitted) - set(HOME_NAMES)))


def new_authority(domains: Iterable[str], now: datetime) -> Authority:
    """A fresh authority for home and `domains`, valid for ten years from `now`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, f"Anagnorisis home CA (box {tag_of(key)})"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Anagnorisis"),
        ]
    )
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SLACK)
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=False, key_cert_sign=True, crl_sign=True, **UNUSED), critical=True
        )
        .add_extension(_constraints(domains), critical=True)
        .add_extension(identifier, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return Authority(certificate, key)


def read_authority(pem: bytes, where: str) -> Authority:
    """The authority of a PEM text with its key. Raises `BadValue` naming `where` when it is none."""
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadValue(f"The house's authority in {where} is damaged: {error}. {RENEW}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise BadValue(f"The key of the house's authority in {where} is not its own. {RENEW}")
    return Authority(certificate, key)


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The key as unencrypted PKCS#8."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def tag_of(key: ec.EllipticCurvePrivateKey) -> str:
    """Four hex characters of the SHA-256 of the public key. The certificate's own digest would not do: its
    name holds the tag."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(public).hexdigest()[:4].upper()


def utc_now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def _constraints(domains: Iterable[str]) -> x509.NameConstraints:
    names = [x509.DNSName(name) for name in (*HOME_NAMES, *domains)]
    return x509.NameConstraints([*names, *(x509.IPAddress(network) for network in HOME_NETWORKS)], None)
