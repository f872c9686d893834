"""How a library that speaks HTTP is let out: by a sender of the house, in place of a session of its own.

The acme library asks a `requests.Session`; it is handed this one instead, so that each of its requests has a
purpose, a guard and a record like any other.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec
from msgspec import Struct

PATIENCE_S = 60.0
LINK = re.compile(r'<([^>]*)>\s*;\s*rel="?([\w-]+)"?')
"""A link and its relation (RFC 8288)."""


class Sent(Struct, frozen=True):
    """An answer from outside: headers by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Sender(Protocol):
    """The way out for one purpose."""

    async def __call__(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Sent:
        """Send one request. Raises an `AnagnorisisError` when it may not go out, or nothing comes back."""


class Session:
    """What acme needs of a `requests.Session`; used from a thread while `loop` runs in another."""

    def __init__(self, send: Sender, loop: asyncio.AbstractEventLoop) -> None:
        self._send, self._loop = send, loop

    def request(self, method: str, url: str, **said: Any) -> "Reply":
        """Send it from the loop and wait. Raises what the sender does."""
        content = said.get("data") or b""
        content = content.encode() if isinstance(content, str) else content
        sending = self._send(method, url, said.get("headers") or {}, content)
        return Reply(url, asyncio.run_coroutine_threadsafe(sending, self._loop).result(PATIENCE_S))

    def close(self) -> None:
        """Nothing is held."""


class Reply:
    """What acme reads of a `requests.Response`."""

    def __init__(self, url: str, sent: Sent) -> None:
        self.url, self.status_code, self.content = url, sent.status, sent.body
        self.headers = _AnyCase(sent.headers)
        self.ok = sent.status < 400
        said = LINK.findall(self.headers.get("link", ""))
        self.links = {relation: {"url": where} for where, relation in said}
        self.encoding = "utf-8"

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode(self.encoding, "replace")

    def json(self) -> Any:
        """The body decoded. Raises `ValueError` when it is no JSON."""
        return msgspec.json.decode(self.content)


class _AnyCase(dict[str, str]):
    """Headers that are found however they are spelt."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in headers.items()})

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())

    def get(self, name: str, default: Any = None) -> Any:
        """The value of `name`, else `default`."""
        return super().get(name.lower(), default)
