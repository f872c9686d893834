"""The certificate on disk: readable, private, valid now, and for the name that phones use."""

from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from anagnorisis.api.doctor.finding import Finding, note, well, wrong
from anagnorisis.auth.certificates.leaf import RENEWED_BEFORE_END, spoken_for
from anagnorisis.auth.certificates.own import FOLDER, Own
from anagnorisis.auth.certificates.secret_files import read_secret
from anagnorisis.config import Settings
from anagnorisis.domain import BadValue


def own(settings: Settings, host: str, now: datetime) -> list[Finding]:
    """The house's own authority and its leaf, which is to speak for `host`."""
    folder = settings.data / FOLDER
    if not (folder / "ca.pem").exists():
        return [well("The house makes its certificates at the first start that lets phones in.")]
    try:
        authority = Own(settings.data, settings.names, now).authority
    except BadValue as error:
        return [wrong(error.what)]
    found = _dates(authority.certificate, f"The authority, box {authority.tag},", now, renews=True)
    if (folder / "leaf.pem").exists():
        found += shown(folder / "leaf.pem", folder / "leaf.pem", host, now, renews=True)
    return found


def shown(certificate: Path, key: Path, host: str, now: datetime, renews: bool) -> list[Finding]:
    """The certificate that phones are shown; `renews`: whether the house renews it by itself."""
    try:
        leaf = x509.load_pem_x509_certificate(read_secret(certificate))
        private = load_pem_private_key(read_secret(key), None)
    except BadValue as error:
        return [wrong(error.what)]
    except (ValueError, TypeError) as error:
        return [
            wrong(f"{certificate} with {key} cannot be used: {error}. Put a PEM without passphrase there.")
        ]
    if private.public_key() != leaf.public_key():
        return [wrong(f"{key} is not the key of {certificate}. Put the two that belong together there.")]
    found = _dates(leaf, f"The certificate {certificate.name}", now, renews)
    if host and host not in {*spoken_for(leaf).names, *map(str, spoken_for(leaf).addresses)}:
        found.append(wrong(f"{certificate} is not for {host}, so phones refuse it. {_remedy(renews)}"))
    return found


def _dates(one: x509.Certificate, what: str, now: datetime, renews: bool) -> list[Finding]:
    begins, ends = one.not_valid_before_utc, one.not_valid_after_utc
    if now < begins:
        clock = "Set the clock: sudo timedatectl set-ntp true"
        return [
            wrong(f"{what} is valid from {begins:%Y-%m-%d} on, but the clock says {now:%Y-%m-%d}. {clock}")
        ]
    if now >= ends:
        return [
            wrong(f"{what} ended on {ends:%Y-%m-%d}, and the clock says {now:%Y-%m-%d}. {_remedy(renews)}")
        ]
    if now >= ends - RENEWED_BEFORE_END:
        says = f"{what} ends on {ends:%Y-%m-%d}. {_remedy(renews)}"
        return [note(says) if renews else wrong(says)]
    return [well(f"{what} is valid until {ends:%Y-%m-%d}.")]


def _remedy(renews: bool) -> str:
    if renews:
        return "If the clock is right, start the house: it renews its certificate by itself."
    return "Have whoever made it renew it; the house takes the new files up by itself."
