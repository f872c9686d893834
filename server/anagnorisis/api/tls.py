"""The live TLS context: a renewed certificate is taken up in place, and open connections go on.

OpenSSL gives each connection its own hold on the certificate it began with (SSL_CTX_use_certificate(3)), so
loading another into the context changes new handshakes only. Measured in `docs/certificates.md`.
"""

import asyncio
import ssl
from datetime import UTC, datetime

from anagnorisis.auth.certificates.kept import Files, Kept
from anagnorisis.auth.certificates.reach import Reach
from anagnorisis.domain import BadValue


class Live:
    """A server's context whose certificate follows `kept`."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self.context = _empty()

    async def refresh(self, found_at: Reach) -> bool:
        """Take up the certificate for `found_at` where it is another than before; whether it was.

        Raises `BadValue` for one that cannot be used; the one before stays in force then.
        """
        files = await asyncio.to_thread(self._kept.refresh, found_at, datetime.now(UTC))
        if files is None:
            return False
        try:
            # First on the side: a key that does not fit would leave the live context with half of each.
            _empty().load_cert_chain(files.certificate, files.key, _no_passphrase(files))
            self.context.load_cert_chain(files.certificate, files.key)
        except (OSError, ssl.SSLError) as error:
            raise BadValue(f"{files.certificate} with {files.key} cannot be used: {error}.") from error
        return True


def _empty() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def _no_passphrase(files: Files) -> "ssl._PasswordType":
    """Instead of asking at the terminal, where nobody may sit."""

    def refuse() -> str:
        raise BadValue(
            f"{files.key} asks for a passphrase, which a server that starts by itself cannot be told. "
            f"Take it off: openssl pkey -in {files.key} -out plain.key"
        )

    return refuse
