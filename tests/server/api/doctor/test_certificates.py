"""Certificates that cannot be used, are about to end, or are for somebody else."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from anagnorisis.api.doctor import certificates
from anagnorisis.auth.certificates.authority import key_pem, new_authority
from anagnorisis.auth.certificates.leaf import new_leaf
from anagnorisis.auth.certificates.own import Own
from anagnorisis.auth.certificates.reach import reach
from anagnorisis.config import Settings

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
AT_HOME = reach(["anagnorisis.local"], [ip_address("192.168.1.5")])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    Own(tmp_path, (), NOW).refresh(AT_HOME, NOW)
    return Settings(data=tmp_path, lan=True)


@pytest.fixture
def given(tmp_path: Path) -> tuple[Path, Path]:
    """Files of somebody else's making, ninety days long."""
    leaf, key = new_leaf(new_authority([], NOW), AT_HOME, NOW)
    (tmp_path / "c.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
    (tmp_path / "k.pem").write_bytes(key_pem(key))
    return tmp_path / "c.pem", tmp_path / "k.pem"


@pytest.mark.parametrize(
    ("days", "sign", "says"),
    [
        (0, "✓", "valid until 2027-02-23"),
        (70, "·", "ends on 2027-02-23"),
        (400, "✗", "ended on 2027-02-23, and the clock says 2027-12-30"),
        (-365, "✗", "but the clock says 2025-11-25. Set the clock"),
    ],
)
def test_the_dates_are_held_against_the_clock(
    days: int, sign: str, says: str, settings: Settings, told
) -> None:
    found = told(certificates.own(settings, "anagnorisis.local", NOW + timedelta(days=days)))
    leaf = found.split("\n")[-1]
    assert leaf.startswith(sign) and says in leaf


def test_a_leaf_for_another_name_is_told(settings: Settings, told) -> None:
    assert "is not for anagnorisis-2.local" in told(certificates.own(settings, "anagnorisis-2.local", NOW))
    assert "✗" not in told(certificates.own(settings, "192.168.1.5", NOW))


def test_files_that_others_can_read_or_nobody_are_told(settings: Settings, told) -> None:
    ca = settings.data / "certificates/ca.pem"
    ca.chmod(0o644)
    assert f"chmod 600 {ca}" in told(certificates.own(settings, "", NOW))
    ca.chmod(0o600)
    ca.write_text("nonsense")
    assert "is damaged" in told(certificates.own(settings, "", NOW))


def test_a_house_that_was_never_open_has_nothing_to_hide(tmp_path: Path, told) -> None:
    assert told(certificates.own(Settings(data=tmp_path), "", NOW)).startswith("✓")
    assert not (tmp_path / "certificates").exists(), "looking makes nothing"


def test_given_files_are_looked_through(given: tuple[Path, Path], told) -> None:
    certificate, key = given
    assert told(certificates.shown(certificate, key, "", NOW, renews=False)).startswith("✓")
    late = NOW + timedelta(days=70)
    assert told(certificates.shown(certificate, key, "", late, renews=False)).startswith("✗")
    assert "is not for x.org" in told(certificates.shown(certificate, key, "x.org", NOW, renews=False))
    key.write_bytes(key_pem(new_authority([], NOW).key))
    assert "is not the key of" in told(certificates.shown(certificate, key, "", NOW, renews=False))
    key.write_text("nonsense")
    assert "cannot be used" in told(certificates.shown(certificate, key, "", NOW, renews=False))
    key.unlink()
    assert "k.pem cannot be read" in told(certificates.shown(certificate, key, "", NOW, renews=False))
