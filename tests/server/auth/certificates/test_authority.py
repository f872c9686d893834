"""What the authority may sign: checked by OpenSSL, which has no reason to be kind to us."""

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from anagnorisis.auth.certificates.authority import key_pem, new_authority, read_authority
from anagnorisis.auth.certificates.leaf import new_leaf
from anagnorisis.auth.certificates.profile import pem
from anagnorisis.auth.certificates.reach import Reach, reach
from anagnorisis.domain import BadValue


def test_a_leaf_for_home_is_taken_under_every_name_and_address(
    moment: datetime, at_home: Reach, openssl_says
) -> None:
    ours = new_authority([], moment)
    leaf, _ = new_leaf(ours, at_home, moment)
    for name in ("anagnorisis.local", "box.local", "localhost"):
        assert "OK" in openssl_says(ours.certificate, leaf, "-verify_hostname", name)
    for address in ("192.168.1.5", "fd12::5", "127.0.0.1", "::1"):
        assert "OK" in openssl_says(ours.certificate, leaf, "-verify_ip", address)
    assert "mismatch" in openssl_says(ours.certificate, leaf, "-verify_hostname", "other.local")


@pytest.mark.parametrize(
    ("names", "addresses"),
    [
        (["example.com"], []),
        (["anagnorisis.local.example.com"], []),
        (["notlocal"], []),
        (["box"], []),
        ([], ["8.8.8.8"]),
        ([], ["172.32.0.1"]),
        ([], ["2001:db8::1"]),
    ],
)
def test_a_leaf_for_anything_outside_home_is_refused(
    names: list[str], addresses: list[str], moment: datetime, openssl_says
) -> None:
    ours = new_authority([], moment)
    leaf, _ = new_leaf(ours, reach(names, map(ip_address, addresses)), moment)
    assert "permitted subtree violation" in openssl_says(ours.certificate, leaf)


def test_a_domain_of_ones_own_is_permitted_and_its_neighbours_are_not(moment: datetime, openssl_says) -> None:
    ours = new_authority(["music.example.org"], moment)
    assert ours.domains == ("music.example.org",)
    leaf, _ = new_leaf(ours, reach(["music.example.org"], []), moment)
    assert "OK" in openssl_says(ours.certificate, leaf)
    leaf, _ = new_leaf(ours, reach(["mail.example.org"], []), moment)
    assert "permitted subtree violation" in openssl_says(ours.certificate, leaf)


def test_no_authority_below_it_is_taken(moment: datetime, at_home: Reach, openssl_says) -> None:
    ours, other = new_authority([], moment), new_authority([], moment)
    key = ec.generate_private_key(ec.SECP256R1())
    below = (
        x509.CertificateBuilder(
            other.certificate.subject, ours.certificate.subject, other.key.public_key(), 7
        )
        .not_valid_before(moment)
        .not_valid_after(moment + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(ours.key, hashes.SHA256())
    )
    assert "OK" not in openssl_says(ours.certificate, below)
    assert key.curve.name == ours.key.curve.name == "secp256r1"


def test_the_extensions_are_those_of_the_table(moment: datetime, at_home: Reach) -> None:
    ours = new_authority([], moment)
    leaf, _ = new_leaf(ours, at_home, moment)
    found = {one.oid._name: one for one in ours.certificate.extensions}
    assert {name for name, one in found.items() if one.critical} == {
        "basicConstraints",
        "keyUsage",
        "nameConstraints",
    }
    assert found["basicConstraints"].value == x509.BasicConstraints(ca=True, path_length=0)
    permitted = found["nameConstraints"].value.permitted_subtrees
    assert x509.IPAddress(ip_network("192.168.0.0/16")) in permitted and x509.DNSName("local") in permitted
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    whose = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert whose.key_identifier == found["subjectKeyIdentifier"].value.digest
    assert (leaf.not_valid_after_utc - moment).days == 90
    assert (ours.certificate.not_valid_after_utc - moment).days == 3652


def test_the_tag_is_four_characters_of_the_key_and_in_the_name(moment: datetime) -> None:
    ours = new_authority([], moment)
    assert len(ours.tag) == 4 and f"(box {ours.tag})" in ours.certificate.subject.rfc4514_string()
    assert len({new_authority([], moment).tag for _ in range(8)}) > 6


def test_a_leaf_does_not_outlive_its_authority(moment: datetime, at_home: Reach) -> None:
    ours = new_authority([], moment)
    late = ours.certificate.not_valid_after_utc - timedelta(days=9)
    leaf, _ = new_leaf(ours, at_home, late)
    assert leaf.not_valid_after_utc == ours.certificate.not_valid_after_utc


def test_an_authority_is_read_back_and_a_damaged_one_is_refused_with_its_place(moment: datetime) -> None:
    ours, other = new_authority([], moment), new_authority([], moment)
    text = key_pem(ours.key) + pem(ours)
    again = read_authority(text, "here")
    assert (again.fingerprint, again.tag) == (ours.fingerprint, ours.tag)
    for damaged in (text[:-200], b"", pem(ours), key_pem(other.key) + pem(ours)):
        with pytest.raises(BadValue, match=r"authority in here .*new-ca"):
            read_authority(damaged, "here")
