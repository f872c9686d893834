"""One certificate by ACME (RFC 8555), proved by DNS-01 (§8.4): the account, the order, the chain."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

from acme import challenges, client, errors, messages
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from josepy.errors import Error as JoseError
from josepy.jwa import ES256
from josepy.jwk import JWKEC

from anagnorisis.auth.certificates.hook import answered
from anagnorisis.auth.certificates.sender import Session
from anagnorisis.domain import BadValue

DEADLINE = timedelta(minutes=5)
"""For the authority to look and to sign."""


def order(
    session: Session, directory: str, account: ec.EllipticCurvePrivateKey, names: Sequence[str], hook: Path
) -> tuple[bytes, ec.EllipticCurvePrivateKey]:
    """A chain, PEM, for `names` and its key. Blocks; raises `BadValue` with what the authority said, and what
    the session raises."""
    key = ec.generate_private_key(ec.SECP256R1())
    try:
        speaking = _client(session, directory, account)
        placed = speaking.new_order(_request(names, key))
        with ExitStack() as records:
            for one in placed.authorizations:
                _prove(speaking, one, records, hook)
            done = speaking.poll_and_finalize(placed, datetime.now() + DEADLINE)  # acme's clock is naive
    except (errors.Error, messages.Error, JoseError) as error:
        raise BadValue(f"{directory} gives no certificate for {', '.join(names)}: {_said(error)}") from error
    return str(done.fullchain_pem).encode(), key


def _client(session: Session, directory: str, account: ec.EllipticCurvePrivateKey) -> client.ClientV2:
    net = client.ClientNetwork(JWKEC(key=account), alg=ES256, user_agent="Anagnorisis")
    net.session = session  # type: ignore[assignment]
    speaking = client.ClientV2(client.ClientV2.get_directory(directory, net), net)
    wish = messages.NewRegistration.from_data(terms_of_service_agreed=True)
    try:
        speaking.new_account(wish)
    except errors.ConflictError as known:
        net.account = messages.RegistrationResource(uri=known.location, body=messages.Registration())
    return speaking


def _prove(
    speaking: client.ClientV2, one: messages.AuthorizationResource, records: ExitStack, hook: Path
) -> None:
    """Have the hook answer for one name, and tell the authority to look."""
    name = one.body.identifier.value
    asked = next((c for c in one.body.challenges if isinstance(c.chall, challenges.DNS01)), None)
    if asked is None:
        raise BadValue(f"The authority does not offer to look into DNS for {name}.")
    if one.body.status == messages.STATUS_VALID:
        return
    response, value = asked.response_and_validation(speaking.net.key)
    records.enter_context(answered(hook, asked.chall.validation_domain_name(name), value))
    speaking.answer_challenge(asked, response)


def _request(names: Sequence[str], key: ec.EllipticCurvePrivateKey) -> bytes:
    wanted = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.add_extension(wanted, critical=False).sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def _said(error: Exception) -> str:
    """What the authority said of each name, or of the order."""
    if isinstance(error, errors.ValidationError):
        reasons = [str(c.error) for one in error.failed_authzrs for c in one.body.challenges if c.error]
        return "; ".join(reasons)
    return str(error) or type(error).__name__
