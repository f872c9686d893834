"""The door before every route: host, origin, session; refusals as problems; security headers on answers."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from anagnorisis.api.errors import MEDIA_TYPE, ProblemDetails, breakdown, details_of, headers_of
from anagnorisis.auth.hosts import Hosts
from anagnorisis.auth.refusals import ForeignOrigin, NoSession
from anagnorisis.auth.sessions import COOKIE, Sessions
from anagnorisis.domain import AnagnorisisError
from anagnorisis.media.replies import App, Message, Receive, Scope, Send, headers_in, send_bytes

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CLOSED = ("/api/", "/media/", "/metrics")
"""Below these nothing answers without a session, but for opening one."""
OPENING = ("POST", "/api/session")
API_VERSION = "1"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types svelte-trusted-html default"
)
SECURE = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"x-anag-api": API_VERSION.encode(),
}
"""Sent with every answer that does not set its own."""


class Door:
    """ASGI: lets a request through to `inside`, with `scope["caller"]` set where a session is needed."""

    def __init__(self, inside: App, sessions: Sessions, hosts: Hosts) -> None:
        self._inside = inside
        self._sessions = sessions
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        secured = _Secured(send)
        try:
            await self._admit(scope)
            await self._inside(scope, receive, secured)
        except AnagnorisisError as error:
            await _refuse(scope, secured, details_of(error), headers_of(error))
        except Exception as error:
            if secured.started:
                raise  # the connection is cut, so that nobody takes the half for the whole
            await _refuse(scope, secured, breakdown(scope["method"], scope["path"], error), {})

    async def _admit(self, scope: Scope) -> None:
        """Raises a `NotAllowed` that says why this request may not come in."""
        headers = headers_in(scope)
        self._hosts.check(headers.get("host", ""), (scope.get("server") or ("",))[0])
        if not scope["path"].startswith(CLOSED):
            return
        if scope["method"] not in SAFE:
            _check_origin(headers, scope["scheme"])
        elif headers.get("sec-fetch-site", "none") not in {"same-origin", "none"} and not _is_visit(headers):
            raise ForeignOrigin("A page of another site asked for this; it is not given out.")
        if (scope["method"], scope["path"]) != OPENING:
            scope["caller"] = await self._sessions.find(cookie_in(headers))


async def _refuse(scope: Scope, send: "_Secured", details: ProblemDetails, more: Mapping[str, str]) -> None:
    """Answer with a problem, unless an answer has begun."""
    if send.started:
        return
    headers = {"content-type": MEDIA_TYPE, "cache-control": "no-store", **more}
    await send_bytes(scope, send, details.status, msgspec.json.encode(details), headers)


def cookie_in(headers: dict[str, str]) -> str:
    """The session token of a request. Raises `NoSession` when there is none."""
    for pair in headers.get("cookie", "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == COOKIE and value:
            return value
    raise NoSession("This device is not signed in. Open the house with a code.")


def _is_visit(headers: dict[str, str]) -> bool:
    """Whether a person follows a link to here, rather than a page fetching behind their back."""
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"


def _check_origin(headers: dict[str, str], scheme: str) -> None:
    """Raises `ForeignOrigin` for a change that no page of ours asked for."""
    if headers.get("x-anag") != "1":
        raise ForeignOrigin("A change needs the header x-anag: 1.")
    origin = headers.get("origin", f"{scheme}://{headers['host']}")
    if (
        headers.get("sec-fetch-site", "same-origin") != "same-origin"
        or origin != f"{scheme}://{headers['host']}"
    ):
        raise ForeignOrigin("A page of another site asked for a change; nothing was changed.")


class _Secured:
    """`send` that adds the headers of `SECURE` and knows whether the answer has begun."""

    def __init__(self, send: Callable[[Message], Awaitable[None]]) -> None:
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            own = list(message.get("headers", ()))
            names = {bytes(name).lower() for name, _ in own}
            added = [(name, value) for name, value in SECURE.items() if name not in names]
            message = {**message, "headers": own + added}
        await self._send(message)
