"""An ACME authority on loopback (RFC 8555): it checks signatures, nonces, addresses and the record in DNS.

DNS is a folder with a file a record, which the hook of the tests writes.
"""

import base64
import json
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from acme import jws
from acme.challenges import DNS01
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from josepy.jwk import JWK

from anagnorisis.auth.certificates.authority import Authority
from anagnorisis.auth.certificates.profile import pem


class Refusal(Exception):
    """What the authority says instead."""


class AcmeServer:
    """ASGI. `life` is that of what it signs; `broken` makes it refuse every order."""

    def __init__(self, dns: Path, authority: Authority, now: datetime, life: timedelta) -> None:
        self.dns, self.authority, self.now, self.life = dns, authority, now, life
        self.accounts: dict[str, JWK] = {}
        self.orders: list[dict[str, Any]] = []
        self.nonces: set[str] = set()
        self.broken = False
        self.base = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        host = dict(scope["headers"])[b"host"].decode()
        self.base = f"http://{host}"
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message["body"]
            if not message.get("more_body"):
                break
        try:
            status, told, extra = self._answer(scope["method"], scope["path"], body)
        except Refusal as refusal:
            told = {"type": "urn:ietf:params:acme:error:malformed", "detail": str(refusal)}
            status, extra = 400, {"content-type": "application/problem+json"}
        content = told if isinstance(told, bytes) else json.dumps(told).encode()
        nonce = secrets.token_urlsafe(16)
        self.nonces.add(nonce)
        headers = {"content-type": "application/json", "replay-nonce": nonce, **extra}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})

    def _answer(self, method: str, path: str, body: bytes) -> tuple[int, Any, dict[str, str]]:
        if path == "/directory":
            verbs = ("newNonce", "newAccount", "newOrder", "revokeCert", "keyChange")
            return 200, {verb: f"{self.base}/{verb}" for verb in verbs}, {}
        if path == "/newNonce":
            return 200, b"", {}
        if method != "POST":
            raise Refusal(f"{method} {path}")
        account, payload = self._signed(path, body)
        match path.strip("/").split("/"):
            case ["newAccount"]:
                return self._account(account)
            case ["newOrder"]:
                return self._order(payload)
            case [kind, number]:
                return self._about(kind, self.orders[int(number)], int(number), payload, account)
        raise Refusal(path)

    def _signed(self, path: str, body: bytes) -> tuple[JWK, Any]:
        """The key that signed, and what; each nonce counts once."""
        signed = jws.JWS.json_loads(body)
        header = signed.signature.combined
        nonce = base64.urlsafe_b64encode(header.nonce).decode().rstrip("=")
        if nonce not in self.nonces or header.url != self.base + path:
            raise Refusal(f"nonce or address: {header.url}")
        self.nonces.remove(nonce)
        key = header.jwk if path == "/newAccount" else self.accounts[header.kid]
        if not signed.verify(key):
            raise Refusal("signature")
        return key, json.loads(signed.payload or b"{}")

    def _account(self, key: JWK) -> tuple[int, Any, dict[str, str]]:
        known = next((uri for uri, one in self.accounts.items() if one == key), None)
        uri = known or f"{self.base}/account/{len(self.accounts)}"
        self.accounts[uri] = key
        return 200 if known else 201, {"status": "valid"}, {"location": uri}

    def _order(self, payload: Any) -> tuple[int, Any, dict[str, str]]:
        if self.broken:
            raise Refusal("too many certificates already issued")
        (name,) = payload["identifiers"]
        token = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        self.orders.append({"name": name, "token": token, "status": "pending"})
        number = len(self.orders) - 1
        return 201, self._shown(self.orders[-1], number), {"location": f"{self.base}/order/{number}"}

    def _shown(self, order: dict[str, Any], number: int) -> dict[str, Any]:
        status = "ready" if order["status"] == "valid" else order["status"]
        shown = {
            "status": "valid" if "chain" in order else status,
            "identifiers": [order["name"]],
            "authorizations": [f"{self.base}/authz/{number}"],
            "finalize": f"{self.base}/finalize/{number}",
        }
        return shown | ({"certificate": f"{self.base}/cert/{number}"} if "chain" in order else {})

    def _about(
        self, kind: str, order: dict[str, Any], number: int, payload: Any, account: JWK
    ) -> tuple[int, Any, dict[str, str]]:
        challenge = {
            "type": "dns-01",
            "url": f"{self.base}/chall/{number}",
            "token": order["token"],
            "status": order["status"],
        }
        match kind:
            case "chall":
                self._look(order, account)
                return (
                    200,
                    challenge | {"status": order["status"]},
                    {"link": f'<{self.base}/authz/{number}>;rel="up"'},
                )
            case "authz":
                if order["status"] == "invalid":
                    challenge["error"] = {"type": "urn:ietf:params:acme:error:dns", "detail": "no TXT record"}
                return (
                    200,
                    {"identifier": order["name"], "status": order["status"], "challenges": [challenge]},
                    {},
                )
            case "finalize":
                order["chain"] = self._sign(order, payload["csr"])
                return 200, self._shown(order, number), {}
            case "order":
                return 200, self._shown(order, number), {}
            case "cert":
                return 200, order["chain"], {"content-type": "application/pem-certificate-chain"}
        raise Refusal(kind)

    def _look(self, order: dict[str, Any], account: JWK) -> None:
        """Whether DNS holds the digest of this account's answer."""
        challenge = DNS01(token=base64.urlsafe_b64decode(order["token"] + "="))
        record = self.dns / f"_acme-challenge.{order['name']['value']}"
        proved = record.exists() and record.read_text().strip() == challenge.validation(account)
        order["status"] = "valid" if proved else "invalid"

    def _sign(self, order: dict[str, Any], csr: str) -> bytes:
        if order["status"] != "valid":
            raise Refusal("not proved")
        request = x509.load_der_x509_csr(base64.urlsafe_b64decode(csr + "=" * (-len(csr) % 4)))
        wished = request.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        if not request.is_signature_valid or wished.value.get_values_for_type(x509.DNSName) != [
            order["name"]["value"]
        ]:
            raise Refusal("the request is for other names")
        signed = (
            x509.CertificateBuilder(self.authority.certificate.subject, x509.Name([]), request.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now)
            .not_valid_after(self.now + self.life)
            .add_extension(wished.value, critical=True)
            .sign(self.authority.key, hashes.SHA256())
        )
        return signed.public_bytes(Encoding.PEM) + pem(self.authority)
