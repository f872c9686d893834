"""One request to one host and its answer, within limits; nothing is followed, kept or tried again here."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping, Set
from contextlib import asynccontextmanager
from ssl import SSLContext
from typing import TypeVar

from httpcore2 import (
    URL,
    AsyncConnectionPool,
    AsyncNetworkBackend,
    NetworkError,
    ProtocolError,
    Request,
    Response,
    TimeoutException,
)
from msgspec import Struct

from anagnorisis.egress.coding import ACCEPTED, Gzip, Plain, unpacking
from anagnorisis.egress.guard import Guard, Meter, Resolve
from anagnorisis.egress.refusals import TooLarge, Unreachable
from anagnorisis.egress.target import Target

T = TypeVar("T")
MIB = 1024 * 1024


class Limits(Struct, frozen=True, kw_only=True):
    """What an answer may take; the defaults are Miniflux's."""

    body: int = 15 * MIB
    """Bytes, after unpacking."""
    total_s: float | None = 20.0
    """From the first hop to the last byte, without waiting for turns; None for as long as bytes come."""
    connect_s: float = 10.0
    silent_s: float = 10.0
    """Longest wait for the next bytes."""


class Ask(Struct, frozen=True, kw_only=True):
    """A request besides its address.

    With `start` the rest of a body is asked for, from that byte on, if it is still the one with the
    `validator` (a strong ETag or a Last-Modified).
    """

    method: str = "GET"
    headers: Mapping[str, str] = {}
    content: bytes = b""
    start: int = 0
    validator: str = ""
    home: bool = True
    """Whether a machine at home that is allowed may be meant: not in what was found in something fetched."""
    limits: Limits = Limits()


class Way(Struct, frozen=True):
    """How hosts are found and connected: the system's own outside of tests."""

    resolve: Resolve
    wire: AsyncNetworkBackend
    trust: SSLContext | None
    """None: httpcore's, which is what this machine trusts."""


class Answer:
    """Status, headers by lower-case name (repeated ones joined by ", "), and a body to be read once."""

    def __init__(self, target: Target, response: Response, ask: Ask, deadline: float | None) -> None:
        self.url, self.status = target.url, response.status
        self.headers = _headers(response)
        self.moved = ""
        """Where the address that was asked first moved to for good, empty when it did not."""
        self.start = _start(self.status, self.headers, ask.start)
        """The byte of the whole at which this body begins: 0 when the host sent all of it anew."""
        self._host, self._most, self._deadline = target.host, ask.limits.body, deadline
        self._raw = aiter(response.aiter_stream())
        self._unpacked: Plain | Gzip = unpacking(self.headers.get("content-encoding", ""))
        if ask.method != "HEAD" and int(self.headers.get("content-length", "0")) > self._most:
            raise self._too_large()

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body, unpacked. Raises `TooLarge` beyond the limit and `Unreachable` when it breaks off."""
        size = 0
        while packed := await within(self._deadline, anext(self._raw, None), self._host):
            for piece in self._unpacked.feed(packed):
                size += len(piece)
                if size > self._most:
                    raise self._too_large()
                yield piece
        self._unpacked.finish()

    async def read(self) -> bytes:
        """All of the body."""
        return b"".join([piece async for piece in self.pieces()])

    def _too_large(self) -> TooLarge:
        return TooLarge(
            f"The answer of {self._host} is larger than {self._most / MIB:.0f} MB; it was not taken."
        )


@asynccontextmanager
async def exchange(
    way: Way, target: Target, ask: Ask, local_hosts: Set[str], deadline: float | None, meter: Meter
) -> AsyncIterator[Answer]:
    """Send `ask` to `target`; the answer is good for the block. Raises `AddressRefused` and `Unreachable`."""
    guard = Guard(way.resolve, way.wire, local_hosts, meter)
    async with AsyncConnectionPool(way.trust, max_connections=1, network_backend=guard) as pool:
        request = pool.handle_async_request(_request(target, ask))
        response = await within(deadline, request, target.host)
        try:
            yield Answer(target, response, ask, deadline)
        finally:
            await response.aclose()


async def within(deadline: float | None, waiting: Awaitable[T], host: str) -> T:
    """The result of `waiting`, by `deadline` on the loop's clock. Raises `Unreachable` saying why not."""
    try:
        async with asyncio.timeout_at(deadline):
            return await waiting
    except (TimeoutError, TimeoutException) as error:
        raise Unreachable(f"{host} did not answer in time.") from error
    except NetworkError as error:
        raise Unreachable(f"The connection to {host} failed: {str(error) or 'it was closed'}.") from error
    except ProtocolError as error:
        raise Unreachable(f"{host} does not answer as a web server does: {error}.") from error


def _request(target: Target, ask: Ask) -> Request:
    limits = ask.limits
    headers = {"host": target.authority, "accept-encoding": ACCEPTED}
    headers |= {name.lower(): value for name, value in ask.headers.items()}
    if ask.start:
        headers |= {"range": f"bytes={ask.start}-", "accept-encoding": "identity"}
        headers |= {"if-range": ask.validator} if ask.validator else {}
    if ask.content or ask.method in {"POST", "PUT"}:
        headers["content-length"] = str(len(ask.content))
    timeouts = {"connect": limits.connect_s, "read": limits.silent_s, "write": limits.silent_s}
    return Request(
        ask.method,
        URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path),
        headers=list(headers.items()),
        content=ask.content or None,
        extensions={"timeout": timeouts},
    )


def _headers(response: Response) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in response.headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _start(status: int, headers: Mapping[str, str], asked: int) -> int:
    """Where the body begins. Raises `Unreachable` for a part that was not asked for."""
    if status != 206:
        return 0
    if not asked or not headers.get("content-range", "").startswith(f"bytes {asked}-"):
        raise Unreachable("The host sent another part than the one asked for.")
    return asked
