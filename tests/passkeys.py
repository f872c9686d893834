"""An authenticator made of software: keys and answers as a browser hands them on (WebAuthn level 3, §7)."""

import hashlib
import json
import secrets
import struct
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ES256 = -7


class Authenticator:
    """One passkey. `verified` is whether it asked for finger, face or PIN."""

    def __init__(self, verified: bool = True) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.uses = 0
        self._flags = PRESENT | (VERIFIED if verified else 0)

    def create(self, options: dict[str, Any], origin: str) -> dict[str, Any]:
        """The answer to options for a new passkey."""
        point = self._key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: ES256, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})
        held = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cose
        facts = self._facts(options["rp"]["id"], ATTESTED) + held
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": facts})
        return self._answer(
            {
                "clientDataJSON": _client("webauthn.create", options["challenge"], origin),
                "attestationObject": attestation,
            }
        )

    def get(self, options: dict[str, Any], origin: str) -> dict[str, Any]:
        """The answer to options for confirming."""
        self.uses += 1
        facts, client = self._facts(options["rpId"], 0), _client("webauthn.get", options["challenge"], origin)
        signed = self._key.sign(facts + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer({"clientDataJSON": client, "authenticatorData": facts, "signature": signed})

    def _facts(self, host: str, flags: int) -> bytes:
        return hashlib.sha256(host.encode()).digest() + struct.pack(">BI", self._flags | flags, self.uses)

    def _answer(self, response: dict[str, bytes]) -> dict[str, Any]:
        told = {name: bytes_to_base64url(value) for name, value in response.items()}
        own = bytes_to_base64url(self.id)
        return {"id": own, "rawId": own, "type": "public-key", "response": told, "clientExtensionResults": {}}


def _client(kind: str, challenge: str, origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()
