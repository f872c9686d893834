"""The door before every route: host, origin, session; refusals as problems; security headers on answers."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from anagnorisis.api.errors import MEDIA_TYPE, ProblemDetails, breakdown, details_of, headers_of
from anagnorisis.api.roles import CLOSED, Roles, Rule
from anagnorisis.api.session import session_cookie
from anagnorisis.auth.confirmation import Confirmation
from anagnorisis.auth.hosts import Hosts
from anagnorisis.auth.listening import Listening
from anagnorisis.auth.refusals import ForeignOrigin, NoSession, RoleTooSmall
from anagnorisis.auth.sessions import COOKIE, Sessions
from anagnorisis.auth.sights import Sights
from anagnorisis.domain import AnagnorisisError, Refused, Role
from anagnorisis.media.replies import App, Message, Receive, Scope, Send, either, headers_in, send_bytes

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
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


TOO_SMALL: dict[Role, str] = {
    "screen": "This device is set up as a screen: it plays, and changes nothing.",
    "listener": "This device is a screen: it plays and rates. Use a device of your own for this.",
    "guest": "Guests listen and rate. Ask somebody who lives here for this.",
    "member": "Only an owner of the house can do this.",
    "owner": "Nobody can do this from a device.",
}
"""What a device of a role is told when that is not enough."""


class Door:
    """ASGI: lets a request through to `inside`, with `caller` and their `sight` where a session is needed."""

    def __init__(
        self,
        inside: App,
        sessions: Sessions,
        listening: Listening,
        confirmation: Confirmation,
        sights: Sights,
        hosts: Hosts,
    ) -> None:
        self._inside = inside
        self._sessions, self._listening, self._confirmation = sessions, listening, confirmation
        self._sights = sights
        self._hosts = hosts
        self._roles = Roles()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        secured = _Secured(send)
        try:
            inside = await self._admit(scope, receive, secured)
            await self._inside(scope, inside, secured)
            await secured.finish()
        except AnagnorisisError as error:
            await _refuse(scope, secured, details_of(error), headers_of(error))
        except Exception as error:
            if secured.started:
                raise  # the connection is cut, so that nobody takes the half for the whole
            await _refuse(scope, secured, breakdown(scope["method"], scope["path"], error), {})

    async def _admit(self, scope: Scope, receive: Receive, answer: "_Secured") -> Receive:
        """What to receive by, once the request is let in. Raises an error that says why it is not."""
        headers = headers_in(scope)
        self._hosts.check(headers.get("host", ""), (scope.get("server") or ("",))[0])
        rule = await self._rule(scope, headers)
        if rule.least is None and not scope["path"].startswith(CLOSED):
            return receive
        if scope["method"] not in SAFE:
            _check_origin(headers, scope["scheme"])
        else:
            _check_reader(headers, scope["scheme"])
        return receive if rule.least is None else await self._identify(scope, headers, rule, receive, answer)

    async def _rule(self, scope: Scope, headers: dict[str, str]) -> Rule:
        """The row of the table for this request. Who has no session does not learn that there is none."""
        try:
            return self._roles.find(scope["method"], scope["path"])
        except Refused:
            if scope["path"].startswith(CLOSED):
                await self._sessions.find(cookie_in(headers))
            raise

    async def _identify(
        self, scope: Scope, headers: dict[str, str], rule: Rule, receive: Receive, answer: "_Secured"
    ) -> Receive:
        """Set `caller` and `sight`, if their role is enough; what to receive by until the session ends."""
        token = cookie_in(headers)
        known = await self._sessions.find(token, (scope.get("client") or ("",))[0])
        caller = await self._listening.caller(known, _is_alive(scope))
        if not rule.admits(caller.role):
            raise RoleTooSmall(TOO_SMALL[caller.role])
        if rule.confirm:
            await self._confirmation.check(caller, unless_first=rule.unless_first)
        if scope["path"].startswith("/api/") and (fresh := await self._sessions.renewal(token)):
            answer.add(session_cookie(fresh).to_encoded_header())
        answer.person = caller.person.id
        scope["caller"], scope["sight"] = caller, await self._sights.of(caller.person.id)
        reads = scope["method"] in SAFE  # what streams; a change is finished, whatever it was
        return either(receive, self._sessions.end_of(caller.device.id)) if reads else receive


async def _refuse(scope: Scope, send: "_Secured", details: ProblemDetails, more: Mapping[str, str]) -> None:
    """Answer with a problem, unless an answer has begun."""
    if send.started:
        return
    headers = {"content-type": MEDIA_TYPE, "cache-control": "no-store", **more}
    await send_bytes(scope, send, details.status, msgspec.json.encode(details), headers)


def _is_alive(scope: Scope) -> bool:
    """Whether somebody must be at the device: what an open page asks for by itself is no sign of that."""
    return scope["method"] not in SAFE or scope["path"].startswith("/media/")


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


def _check_reader(headers: dict[str, str], scheme: str) -> None:
    """Raises `ForeignOrigin` where a page of another site would read, or follow what changes."""
    ours = headers.get("origin", f"{scheme}://{headers['host']}") == f"{scheme}://{headers['host']}"
    same = headers.get("sec-fetch-site", "none") in {"same-origin", "none"}
    if not ours or not (same or _is_visit(headers)):
        raise ForeignOrigin("A page of another site asked for this; it is not given out.")


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
        self._cookies: list[tuple[bytes, bytes]] = []
        self.person: int | None = None
        """For whom the request was answered; the app begins anew when it took it to be another."""
        self.started = False
        self._endless = False

    async def finish(self) -> None:
        """End a stream of unknown length that was cut because its session ended."""
        if self.started and self._endless:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    def add(self, cookie: tuple[bytes, bytes]) -> None:
        """Send a cookie along, unless the answer sets one itself."""
        self._cookies.append(cookie)

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            own = list(message.get("headers", ()))
            names = {bytes(name).lower() for name, _ in own}
            self._endless = b"content-length" not in names
            added = [(name, value) for name, value in SECURE.items() if name not in names]
            if self.person is not None:
                added.append((b"x-anag-person", str(self.person).encode()))
            added += [] if b"set-cookie" in names else self._cookies
            message = {**message, "headers": own + added}
        elif not message.get("more_body"):
            self._endless = False
        await self._send(message)
