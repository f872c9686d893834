"""The house's own authority and leaf on disk: made when missing, renewed when due."""

from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from anagnorisis.auth.certificates.authority import Authority, key_pem, new_authority, read_authority
from anagnorisis.auth.certificates.kept import Files
from anagnorisis.auth.certificates.leaf import is_stale, new_leaf
from anagnorisis.auth.certificates.reach import Reach, own_domains, within
from anagnorisis.auth.certificates.secret_files import check_modes, read_secret, write_secret

FOLDER = "certificates"


class Own:
    """The certificates in `<data>/certificates`. Its verbs read and write the disk and are not concurrent."""

    def __init__(self, data: Path, names: tuple[str, ...], now: datetime) -> None:
        """Read the authority, or make one for home and the domains among `names`.

        Raises `BadValue` for files that others can read, that cannot be read, or that are damaged.
        """
        self._folder = data / FOLDER
        self._names = names
        self._taken = False
        check_modes(self._folder)
        if self._path("ca.pem").exists():
            self.authority = read_authority(read_secret(self._path("ca.pem")), str(self._path("ca.pem")))
        else:
            self.renew_authority(now)

    def renew_authority(self, now: datetime) -> Authority:
        """Make a new authority; every device has to trust it anew. The leaf follows at the next `refresh`."""
        self.authority = new_authority(own_domains(self._names), now)
        # The old leaf goes first: one of another authority would be served after a crash in between.
        self._path("leaf.pem").unlink(missing_ok=True)
        write_secret(self._path("ca.pem"), _together(self.authority.certificate, self.authority.key))
        return self.authority

    def refresh(self, found_at: Reach, now: datetime) -> Files | None:
        """The leaf's files when it was renewed, or was not asked for before."""
        allowed = within(found_at, self.authority.domains)
        leaf = self._leaf()
        if leaf is None or is_stale(leaf, allowed, now):
            leaf, key = new_leaf(self.authority, allowed, now)
            write_secret(self._path("leaf.pem"), _together(leaf, key))
        elif self._taken:
            return None
        self._taken = True
        return Files(self._path("leaf.pem"), self._path("leaf.pem"))

    def _leaf(self) -> x509.Certificate | None:
        """The leaf on disk; None where it is missing, damaged or of another authority."""
        try:
            leaf = x509.load_pem_x509_certificate(self._path("leaf.pem").read_bytes())
            leaf.verify_directly_issued_by(self.authority.certificate)
        except (OSError, ValueError, TypeError, InvalidSignature):
            return None
        return leaf

    def _path(self, name: str) -> Path:
        return self._folder / name


def _together(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> bytes:
    """Both in one PEM text: a crash between two files would part a key from its certificate."""
    return key_pem(key) + certificate.public_bytes(Encoding.PEM)


def renewed(authority: Authority) -> list[str]:
    """What to tell whoever asked for a new authority."""
    return [
        f"The house has a new authority, box {authority.tag}.",
        "Every phone has to trust it once more: the guide shows how. Remove the old one there.",
    ]
