"""What a proxy says of the device behind it: believed from the proxies that the settings name, from no other.

Scheme and client by uvicorn's own reading of X-Forwarded-Proto and X-Forwarded-For (the last address that is
no trusted proxy); the host by X-Forwarded-Host.
"""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import Any, cast

import msgspec
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from anagnorisis.api.errors import MEDIA_TYPE, details_of
from anagnorisis.auth.hosts import is_loopback
from anagnorisis.config import Settings
from anagnorisis.domain import BadValue, NotAllowed
from anagnorisis.media.replies import App, Receive, Scope, Send, headers_in, send_bytes

FORWARDED = (b"x-forwarded-proto", b"x-forwarded-for", b"x-forwarded-host", b"forwarded")


class Proxied:
    """ASGI: hands on to `inside` with scheme, client and host as a trusted proxy has them.

    With `tls = "proxy"`, where plain HTTP may be bound for others to reach, nobody but the proxies and this
    machine comes in. Raises `BadValue` for a proxy that is neither an address nor a network.
    """

    def __init__(self, inside: App, settings: Settings) -> None:
        self._inside = inside
        self._only_proxies = settings.tls == "proxy"
        self._trusted = [_network(one) for one in settings.trusted_proxies]
        self._believing = ProxyHeadersMiddleware(cast(Any, inside), list(settings.trusted_proxies))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = (scope.get("client") or ("",))[0].removeprefix("::ffff:")
        if client:  # from here on everybody reads an IPv4 address as one, whichever socket it came by
            scope["client"] = (client, 0)
        if self._is_trusted(client):
            host = headers_in(scope).get("x-forwarded-host", "").rpartition(",")[2].strip()
            if host:
                kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
                scope["headers"] = [*kept, (b"host", host.encode("latin-1"))]
            await self._believing(cast(Any, scope), cast(Any, receive), cast(Any, send))
        elif self._only_proxies and not is_loopback(client):
            details = details_of(NotAllowed("This house is reached through its proxy only, which encrypts."))
            body = msgspec.json.encode(details)
            await send_bytes(scope, send, details.status, body, {"content-type": MEDIA_TYPE})
        else:
            scope["headers"] = list(_without(scope["headers"]))
            await self._inside(scope, receive, send)

    def _is_trusted(self, client: str) -> bool:
        try:
            address = ip_address(client)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)


def _without(headers: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[bytes, bytes]]:
    return (one for one in headers if one[0] not in FORWARDED)


def _network(text: str) -> Any:
    try:
        return ip_network(text, strict=False)
    except ValueError as error:
        raise BadValue(
            f"`trusted_proxies` holds “{text}”, which is no address and no network such as 10.0.0.0/24."
        ) from error
