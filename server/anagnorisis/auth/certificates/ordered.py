"""Certificates of a public authority for a domain of the owner's, renewed with a third of their life left."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from anagnorisis.auth.certificates.authority import key_pem
from anagnorisis.auth.certificates.kept import Files
from anagnorisis.auth.certificates.own import FOLDER
from anagnorisis.auth.certificates.reach import Reach
from anagnorisis.auth.certificates.secret_files import check_modes, read_secret, write_secret
from anagnorisis.domain import AnagnorisisError

Chain = bytes
Order = Callable[[ec.EllipticCurvePrivateKey, Sequence[str]], tuple[Chain, ec.EllipticCurvePrivateKey]]
"""Given the account's key and the names, a PEM chain and its key."""
REST = timedelta(hours=1)
LIFE_LEFT = 1 / 3
"""Lives get shorter by the year, so that no number of days would do."""
log = logging.getLogger(__name__)


class Ordered:
    """The certificate in `<data>/certificates/domain.pem`; `order` gets another."""

    def __init__(self, data: Path, names: Sequence[str], order: Order) -> None:
        """Raises `BadValue` for files that others can read."""
        self._folder, self._names, self._order = data / FOLDER, tuple(names), order
        self._taken = False
        self._rests_until: datetime | None = None
        check_modes(self._folder)

    def refresh(self, found_at: Reach, now: datetime) -> Files | None:
        """The files when the certificate was renewed, or was not asked for before.

        While the one there is still valid a renewal that fails is told and tried again; else it is raised.
        """
        here = self._here()
        fresh = here is not None and _is_fresh(here, self._names, now)
        if (fresh or not self._renew(here, now)) and self._taken:
            return None
        self._taken = True
        return Files(self._path("domain.pem"), self._path("domain.pem"))

    def _renew(self, here: x509.Certificate | None, now: datetime) -> bool:
        """Whether another is there now. Authorities count failures, so a rest follows each."""
        if self._rests_until is not None and now < self._rests_until:
            return False
        try:
            chain, key = self._order(self._account(), self._names)
        except AnagnorisisError as error:
            self._rests_until = now + REST
            if here is None or now >= here.not_valid_after_utc or not _names_in(here) >= set(self._names):
                raise
            log.error("The certificate ends on %s and was not renewed: %s", here.not_valid_after_utc, error)
            return False
        write_secret(self._path("domain.pem"), key_pem(key) + chain)
        return True

    def _account(self) -> ec.EllipticCurvePrivateKey:
        """The key by which the authority knows this house."""
        path = self._path("account.key")
        if path.exists():
            key = load_pem_private_key(read_secret(path), None)
            assert isinstance(key, ec.EllipticCurvePrivateKey)
            return key
        key = ec.generate_private_key(ec.SECP256R1())
        write_secret(path, key_pem(key))
        return key

    def _here(self) -> x509.Certificate | None:
        try:
            return x509.load_pem_x509_certificate(self._path("domain.pem").read_bytes())
        except (OSError, ValueError):
            return None

    def _path(self, name: str) -> Path:
        return self._folder / name


def _is_fresh(here: x509.Certificate, names: Sequence[str], now: datetime) -> bool:
    life = here.not_valid_after_utc - here.not_valid_before_utc
    return _names_in(here) >= set(names) and now < here.not_valid_after_utc - life * LIFE_LEFT


def _names_in(here: x509.Certificate) -> set[str]:
    said = here.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(said.get_values_for_type(x509.DNSName))
