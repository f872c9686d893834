"""The web app's own files: hashed ones for ever, the entrance asked anew, packed forms where they lie."""

import asyncio
import os
from pathlib import Path

from anagnorisis.domain import Unknown
from anagnorisis.media.files import open_inside
from anagnorisis.media.replies import Receive, Scope, Send, headers_in, send_bytes, send_file

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".map": "application/json",
}
PACKED = {"br": ".br", "gzip": ".gz"}
"""Content coding → suffix of the packed form, best first."""
HASHED = "assets/"
FOR_EVER = "public, max-age=31536000, immutable"
ASK_ANEW = "no-cache"
NOT_BUILT = Path(__file__).with_name("not_built.html").read_bytes()


class Shell:
    """ASGI: files of the folder `ui`; an address without a suffix is a page of the app: index.html."""

    def __init__(self, ui: Path) -> None:
        self._ui = ui

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            await send_bytes(scope, send, 405, b"", {"allow": "GET, HEAD"})
            return
        name = scope["path"].strip("/")
        if not name or not Path(name).suffix:
            name = "index.html"
        if not (self._ui / "index.html").is_file():
            await send_bytes(scope, send, 503, NOT_BUILT, {"content-type": TYPES[".html"]})
            return
        await self._send(name, scope, receive, send)

    async def _send(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {
            "content-type": TYPES.get(Path(name).suffix, "application/octet-stream"),
            "cache-control": FOR_EVER if name.startswith(HASHED) else ASK_ANEW,
            "vary": "accept-encoding",
        }
        root = os.fsencode(self._ui)
        for coding in (*_codings(headers_in(scope)), ""):
            path = os.fsencode(name + PACKED.get(coding, ""))
            try:
                file = await asyncio.to_thread(open_inside, root, path, coding or "plain")
            except (OSError, ValueError):
                continue
            if coding:
                headers["content-encoding"] = coding
            try:
                return await send_file(scope, receive, send, file.fd, file.facts, headers)
            finally:
                os.close(file.fd)
        raise Unknown(f"The app has no file “{name}”.")


def _codings(headers: dict[str, str]) -> list[str]:
    """The packed forms that the browser takes, best first; a range is of the plain bytes."""
    if "range" in headers:
        return []
    accepted = {one.split(";")[0].strip() for one in headers.get("accept-encoding", "").split(",")}
    return [coding for coding in PACKED if coding in accepted]
