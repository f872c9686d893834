"""The certificate that the house shows: 90 days, every name and address as a subject alternative name."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from anagnorisis.auth.certificates.authority import SLACK, UNUSED, Authority
from anagnorisis.auth.certificates.reach import Address, Reach, reach

LIFE = timedelta(days=90)
RENEWED_BEFORE_END = timedelta(days=30)


def new_leaf(
    authority: Authority, found_at: Reach, now: datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A certificate for all of `found_at`, with a fresh key. It never outlives the authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    names = [x509.DNSName(name) for name in found_at.names]
    certificate = (
        x509.CertificateBuilder(
            subject_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Anagnorisis")]),
            issuer_name=authority.certificate.subject,
            public_key=key.public_key(),
        )
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SLACK)
        .not_valid_after(min(now + LIFE, authority.certificate.not_valid_after_utc))
        .add_extension(
            x509.SubjectAlternativeName([*names, *map(x509.IPAddress, found_at.addresses)]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, key_cert_sign=False, crl_sign=False, **UNUSED),
            critical=True,
        )
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    return certificate, key


def is_stale(leaf: x509.Certificate, found_at: Reach, now: datetime) -> bool:
    """Whether `leaf` ends within 30 days, has not begun, or speaks for others than `found_at`."""
    if not leaf.not_valid_before_utc <= now < leaf.not_valid_after_utc - RENEWED_BEFORE_END:
        return True
    return spoken_for(leaf) != found_at


def spoken_for(leaf: x509.Certificate) -> Reach:
    """The names and addresses that `leaf` is for."""
    said = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = [one for one in said.get_values_for_type(x509.IPAddress) if isinstance(one, Address)]
    return reach(said.get_values_for_type(x509.DNSName), addresses)
