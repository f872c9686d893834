"""The house's certificates on disk: renewed when due, kept private, refused when they are not."""

import os
import ssl
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509

from anagnorisis.auth.certificates.leaf import spoken_for
from anagnorisis.auth.certificates.own import Own
from anagnorisis.auth.certificates.reach import Reach, own_domains, reach
from anagnorisis.domain import BadValue


def leaf_in(data: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((data / "certificates/leaf.pem").read_bytes())


def test_the_first_start_makes_everything_and_the_next_keeps_it(
    tmp_path: Path, moment: datetime, at_home: Reach
) -> None:
    first = Own(tmp_path, (), moment)
    files = first.refresh(at_home, moment)
    assert files and first.refresh(at_home, moment) is None
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(files.certificate, files.key)
    serial = leaf_in(tmp_path).serial_number
    again = Own(tmp_path, (), moment)
    assert again.authority.fingerprint == first.authority.fingerprint
    assert again.refresh(at_home, moment) == files and leaf_in(tmp_path).serial_number == serial


@pytest.mark.parametrize(("days", "renewed"), [(59, False), (61, True), (400, True), (-2, True)])
def test_the_leaf_is_renewed_by_itself_in_its_last_30_days(
    days: int, renewed: bool, tmp_path: Path, moment: datetime, at_home: Reach
) -> None:
    ours = Own(tmp_path, (), moment)
    ours.refresh(at_home, moment)
    serial = leaf_in(tmp_path).serial_number
    assert (ours.refresh(at_home, moment + timedelta(days=days)) is not None) is renewed
    assert (leaf_in(tmp_path).serial_number != serial) is renewed


def test_a_change_of_address_or_name_renews_it(tmp_path: Path, moment: datetime, at_home: Reach) -> None:
    ours = Own(tmp_path, (), moment)
    ours.refresh(at_home, moment)
    moved = reach(at_home.names, [ip_address("192.168.1.9")])
    assert ours.refresh(moved, moment) and spoken_for(leaf_in(tmp_path)) == moved
    named = reach(["anagnorisis-2.local"], moved.addresses)
    assert ours.refresh(named, moment) and spoken_for(leaf_in(tmp_path)) == named


def test_names_and_addresses_that_it_may_not_speak_for_are_left_out(
    tmp_path: Path, moment: datetime, openssl_says
) -> None:
    ours = Own(tmp_path, ("music.example.org", "box", "house.local"), moment)
    ours.refresh(reach(["music.example.org", "box", "elsewhere.org"], [ip_address("203.0.113.9")]), moment)
    assert spoken_for(leaf_in(tmp_path)) == reach(["music.example.org"], [])
    assert "OK" in openssl_says(ours.authority.certificate, leaf_in(tmp_path))
    assert own_domains(["A.example.org", "box", "x.home.arpa", "dev"]) == ("a.example.org",)


def test_a_new_authority_replaces_the_leaf_too(tmp_path: Path, moment: datetime, at_home: Reach) -> None:
    ours = Own(tmp_path, (), moment)
    ours.refresh(at_home, moment)
    before = ours.authority
    ours.renew_authority(moment)
    assert ours.refresh(at_home, moment)
    leaf_in(tmp_path).verify_directly_issued_by(ours.authority.certificate)
    assert Own(tmp_path, (), moment).authority.fingerprint == ours.authority.fingerprint != before.fingerprint


def test_a_damaged_leaf_is_made_anew(tmp_path: Path, moment: datetime, at_home: Reach) -> None:
    Own(tmp_path, (), moment).refresh(at_home, moment)
    (tmp_path / "certificates/leaf.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n")
    Own(tmp_path, (), moment).refresh(at_home, moment)
    assert spoken_for(leaf_in(tmp_path)) == at_home


def test_every_file_is_for_its_owner_alone_whatever_the_umask(
    tmp_path: Path, moment: datetime, at_home: Reach
) -> None:
    before = os.umask(0)
    try:
        Own(tmp_path, (), moment).refresh(at_home, moment)
    finally:
        os.umask(before)
    folder = tmp_path / "certificates"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()} == {
        "ca.pem": 0o600,
        "leaf.pem": 0o600,
    }


@pytest.mark.parametrize(("name", "mode"), [("ca.pem", 0o640), ("leaf.pem", 0o604), (".", 0o750)])
def test_what_others_can_read_is_refused_with_the_command_that_closes_it(
    name: str, mode: int, tmp_path: Path, moment: datetime, at_home: Reach
) -> None:
    Own(tmp_path, (), moment).refresh(at_home, moment)
    path = tmp_path / "certificates" / name
    path.chmod(mode)
    with pytest.raises(BadValue, match=f"chmod {'700' if name == '.' else '600'} {path}"):
        Own(tmp_path, (), moment)


def test_a_key_that_cannot_be_read_is_named(tmp_path: Path, moment: datetime, at_home: Reach) -> None:
    Own(tmp_path, (), moment).refresh(at_home, moment)
    (tmp_path / "certificates/ca.pem").unlink()
    (tmp_path / "certificates/ca.pem").mkdir(0o600)  # what even root cannot read
    with pytest.raises(BadValue, match=r"ca\.pem cannot be read"):
        Own(tmp_path, (), moment)
