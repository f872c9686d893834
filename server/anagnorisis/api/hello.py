"""`/hello` and the page that installs the app: what a phone that has just learned to trust the house opens.

`/hello` tells the guide, a page of another origin, that trust works; that origin and no other may read it.
"""

from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from anagnorisis.api.entrance import Entrance
from anagnorisis.auth.hosts import Hosts
from anagnorisis.auth.refusals import WrongHost
from anagnorisis.media.replies import Receive, Scope, Send, headers_in, send_bytes

PAGES = Path(__file__).parent / "lan" / "pages"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}
INSTALL = {
    "/install": "install.html",
    "/install/guide.css": "guide.css",
    "/install/install.js": "install.js",
    "/install/device.js": "device.js",
}
"""Addresses on the encrypted port → files of `PAGES`."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
GREETING = "/hello"


def greeting(entrance: Entrance) -> bytes:
    """What a device may know of the house before it is let in, JSON."""
    told = {
        "house": "anagnorisis",
        "app": entrance.app,
        "others": entrance.others() if entrance.tag else [],
        "tag": entrance.tag,
    }
    return msgspec.json.encode(told)


class Hello:
    """ASGI for `/hello` and `/install…`."""

    def __init__(self, entrance: Entrance, hosts: Hosts) -> None:
        self._entrance = entrance
        self._hosts = hosts

    @staticmethod
    def answers(path: str) -> bool:
        """Whether `path` is one of ours."""
        return path == GREETING or path in INSTALL

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            await send_bytes(scope, send, 405, b"", {"allow": "GET, HEAD"})
        elif scope["path"] == GREETING:
            headers = {"content-type": "application/json", "cache-control": "no-store", "vary": "origin"}
            origin = headers_in(scope).get("origin", "")
            if self._is_guide(origin, (scope.get("server") or ("",))[0]):
                headers["access-control-allow-origin"] = origin
            await send_bytes(scope, send, 200, greeting(self._entrance), headers)
        else:
            await send_page(scope, send, INSTALL[scope["path"]], f"{POLICY}; connect-src 'self'")

    def _is_guide(self, origin: str, arrived_at: str) -> bool:
        """Whether `origin` is the guide, under any name of this house."""
        try:
            parts = urlsplit(origin)
            port = parts.port
            self._hosts.check(parts.netloc, arrived_at)
        except (ValueError, WrongHost):
            return False
        return parts.scheme == "http" and self._entrance.guide_port == (port or 80)


async def send_page(scope: Scope, send: Send, name: str, policy: str) -> None:
    """Send the file `name` of `PAGES`."""
    file = PAGES / name
    headers = {
        "content-type": TYPES[file.suffix],
        "cache-control": "no-cache",
        "content-security-policy": policy,
    }
    await send_bytes(scope, send, 200, file.read_bytes(), headers)
