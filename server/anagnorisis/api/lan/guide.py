"""The onboarding port, plain HTTP: the guide, the authority's certificate, `/hello`, and nothing else.

No login, no cookies, no media: whoever listens on the Wi-Fi learns what everybody may know.
"""

from collections.abc import Callable

import msgspec

from anagnorisis.api.entrance import Entrance
from anagnorisis.api.errors import MEDIA_TYPE, details_of
from anagnorisis.api.hello import GREETING, POLICY, greeting, send_page
from anagnorisis.auth.certificates.authority import Authority
from anagnorisis.auth.certificates.profile import DER_TYPE, PROFILE_TYPE, der, mobileconfig, pem
from anagnorisis.auth.hosts import Hosts
from anagnorisis.domain import AnagnorisisError, Unknown
from anagnorisis.media.replies import Receive, Scope, Send, headers_in, send_bytes

PAGES = {"/": "guide.html", "/guide.css": "guide.css", "/guide.js": "guide.js", "/device.js": "device.js"}
FILES: dict[str, tuple[str, Callable[[Authority], bytes]]] = {
    "/anagnorisis-ca.crt": (DER_TYPE, der),
    "/anagnorisis-ca.pem": ("application/x-pem-file", pem),
    "/anagnorisis.mobileconfig": (PROFILE_TYPE, mobileconfig),
}
SAFE = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


class Guide:
    """ASGI of the onboarding port."""

    def __init__(self, entrance: Entrance, hosts: Hosts, authority: Callable[[], Authority]) -> None:
        self._entrance = entrance
        self._hosts = hosts
        self._authority = authority

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            self._hosts.check(headers_in(scope).get("host", ""), (scope.get("server") or ("",))[0])
            await self._answer(scope, send)
        except AnagnorisisError as error:
            details = details_of(error)
            body, headers = msgspec.json.encode(details), {"content-type": MEDIA_TYPE, **SAFE}
            await send_bytes(scope, send, details.status, body, headers)

    async def _answer(self, scope: Scope, send: Send) -> None:
        path = scope["path"]
        if scope["method"] not in {"GET", "HEAD"}:
            await send_bytes(scope, send, 405, b"", {"allow": "GET, HEAD", **SAFE})
        elif path in PAGES:
            await send_page(scope, send, PAGES[path], self._policy())
        elif path == GREETING:
            headers = {"content-type": "application/json", "cache-control": "no-store", **SAFE}
            await send_bytes(scope, send, 200, greeting(self._entrance), headers)
        elif path in FILES:
            media_type, made = FILES[path]
            headers = {
                "content-type": media_type,
                "content-disposition": f'attachment; filename="{path[1:]}"',
                "cache-control": "no-store",
                **SAFE,
            }
            await send_bytes(scope, send, 200, made(self._authority()), headers)
        else:
            raise Unknown(
                f"There is no {path} here: the guide begins at / and the app is at {self._entrance.app}."
            )

    def _policy(self) -> str:
        """The page talks to itself and asks whether the app can be reached."""
        probed = " ".join(["'self'", self._entrance.app, *self._entrance.others()])
        return f"{POLICY}; connect-src {probed}"
