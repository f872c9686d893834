"""What shows that a person is who they say: argon2id of a password, WebAuthn of a passkey. Pure functions.

Loaded by `auth/confirmation.py` when somebody first needs it: the two libraries cost 30 MB and 0.2 s.
"""

from collections.abc import Sequence
from typing import Any

import argon2
import webauthn
from msgspec import Struct
from webauthn.helpers import base64url_to_bytes, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    UserVerificationRequirement,
)

from anagnorisis.auth.hosts import is_address
from anagnorisis.auth.refusals import WrongProof
from anagnorisis.auth.site import Site
from anagnorisis.domain import BadValue, Person
from anagnorisis.store.passkeys import Passkey

HASHER = argon2.PasswordHasher.from_parameters(argon2.profiles.RFC_9106_LOW_MEMORY)
"""Argon2id, 64 MiB, 3 passes (RFC 9106, second recommended choice)."""
HOUSE = "Anagnorisis"
MISFIT = "This passkey does not fit: {}"
MISSHAPEN = (ValueError, TypeError, KeyError, AttributeError, IndexError)
"""What the library raises, beside its own errors, for an answer that is no passkey's."""


class Registered(Struct, frozen=True):
    """What is kept of a new passkey."""

    credential: bytes
    public_key: bytes
    uses: int


def hash_password(password: str) -> str:
    """The hash to keep, with its parameters and salt."""
    return HASHER.hash(password)


def check_password(hashed: str, password: str) -> None:
    """Raises `WrongProof` unless `hashed` is of `password`."""
    try:
        HASHER.verify(hashed, password)
    except argon2.exceptions.VerifyMismatchError as error:
        raise WrongProof("This is not your password.") from error


def registration(site: Site, person: Person, known: Sequence[Passkey]) -> tuple[bytes, bytes]:
    """(options as JSON for `navigator.credentials.create`, challenge). Raises `BadValue` without a name."""
    _named(site)
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=HOUSE,
        user_name=person.name,
        user_id=f"{person.id}:{person.created_at}".encode(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_described(known),
    )
    return options_to_json(options).encode(), options.challenge


def register(site: Site, challenge: bytes, answer: dict[str, Any]) -> Registered:
    """The new passkey that answered `challenge`. Raises `WrongProof`."""
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, *MISSHAPEN) as error:
        raise WrongProof(MISFIT.format(error)) from error
    return Registered(made.credential_id, made.credential_public_key, made.sign_count)


def request(site: Site, known: Sequence[Passkey]) -> tuple[bytes, bytes]:
    """(options as JSON for `navigator.credentials.get`, challenge). Raises `BadValue` without a name."""
    _named(site)
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        allow_credentials=_described(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options).encode(), options.challenge


def confirm(
    site: Site, challenge: bytes, answer: dict[str, Any], known: Sequence[Passkey]
) -> tuple[Passkey, int]:
    """Which of the passkeys `known` answered `challenge`, and its new count of uses. Raises `WrongProof`."""
    try:
        credential = base64url_to_bytes(answer["id"])
        passkey = next(one for one in known if one.credential == credential)
        proved = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.uses,
            require_user_verification=True,
        )
    except StopIteration as error:
        raise WrongProof(MISFIT.format("it is not one of yours.")) from error
    except (WebAuthnException, *MISSHAPEN) as error:
        raise WrongProof(MISFIT.format(error)) from error
    return passkey, proved.new_sign_count


def _named(site: Site) -> None:
    if is_address(site.host):
        raise BadValue(
            f"A passkey is bound to a name, and this house was opened by its address {site.host}. "
            "Open it by its name, or use a password."
        )


def _described(known: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=one.credential) for one in known]
