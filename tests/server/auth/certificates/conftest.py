"""A moment, a reach, and OpenSSL as the second opinion on what our certificates are worth."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from anagnorisis.auth.certificates.reach import Reach, reach

Verdict = Callable[..., str]


@pytest.fixture
def moment() -> datetime:
    """Now, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def at_home() -> Reach:
    """A house with two names and two addresses."""
    return reach(["Anagnorisis.local", "box.local"], [ip_address("192.168.1.5"), ip_address("fd12::5")])


@pytest.fixture
def openssl_says(tmp_path: Path) -> Verdict:
    """`openssl_says(ca, leaf, "-verify_hostname", name)`: what `openssl verify` prints."""

    def says(ca: x509.Certificate, leaf: x509.Certificate, *flags: str) -> str:
        for name, one in (("ca.pem", ca), ("leaf.pem", leaf)):
            (tmp_path / name).write_bytes(one.public_bytes(Encoding.PEM))
        command = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", *flags, "-CAfile"]
        done = subprocess.run(
            [*command, tmp_path / "ca.pem", tmp_path / "leaf.pem"],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    return says
