"""The authority as devices take it: a profile for Apple's, DER for others.

Every UUID comes from the certificate's digest, so that a second download replaces the first.
"""

import hashlib
import plistlib
import uuid
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from anagnorisis.auth.certificates.authority import Authority

IDENTIFIER = "org.anagnorisis.home"
PROFILE_TYPE = "application/x-apple-aspen-config"
DER_TYPE = "application/x-x509-ca-cert"


def der(authority: Authority) -> bytes:
    """The certificate, DER."""
    return authority.certificate.public_bytes(Encoding.DER)


def pem(authority: Authority) -> bytes:
    """The certificate, PEM."""
    return authority.certificate.public_bytes(Encoding.PEM)


def mobileconfig(authority: Authority) -> bytes:
    """A configuration profile that holds the certificate (Apple, "Configuration Profile Reference")."""
    title = f"Anagnorisis home CA (box {authority.tag})"
    certificate = {
        **_head(authority, "certificate", "com.apple.security.root", title),
        "PayloadCertificateFileName": "anagnorisis-ca.cer",
        "PayloadContent": der(authority),
    }
    profile = {
        **_head(authority, "profile", "Configuration", title),
        "PayloadDescription": "Lets this device trust the Anagnorisis of your home. It can speak for home "
        "names and home addresses only.",
        "PayloadRemovalDisallowed": False,
        "PayloadContent": [certificate],
    }
    return plistlib.dumps(profile)


def _head(authority: Authority, part: str, payload_type: str, title: str) -> dict[str, Any]:
    drawn = uuid.UUID(bytes=hashlib.sha256(authority.fingerprint + part.encode()).digest()[:16], version=5)
    return {
        "PayloadDisplayName": title,
        "PayloadIdentifier": f"{IDENTIFIER}.{authority.tag.lower()}.{part}",
        "PayloadOrganization": "Anagnorisis",
        "PayloadType": payload_type,
        "PayloadUUID": str(drawn).upper(),
        "PayloadVersion": 1,
    }
