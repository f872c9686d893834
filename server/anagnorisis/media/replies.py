"""Plain ASGI answers: the request's headers as a dict, a short body in one piece, a file in pieces."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from anagnorisis.media.ranges import Facts, headers_of, part_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Read = Callable[[int, int], Awaitable[bytes]]
"""From a place at most so many bytes; none when there are no more."""
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PIECE = 256 * 1024
"""Bytes read and sent at a time."""


def headers_in(scope: Scope) -> dict[str, str]:
    """The request's headers by lower-case name; of repeated ones the last."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def begin(send: Send, status: int, headers: Mapping[str, str]) -> None:
    """Send status and headers."""
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})


async def send_bytes(scope: Scope, send: Send, status: int, body: bytes, headers: Mapping[str, str]) -> None:
    """Send `body` in one piece; a HEAD gets its length only."""
    await begin(send, status, {"content-length": str(len(body)), **headers})
    sent = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": sent, "more_body": False})


def either(receive: Receive, ended: asyncio.Event) -> Receive:
    """`receive` by which the device has left once `ended` is set: a paused track must not hold it."""

    async def heard() -> Message:
        hearing = asyncio.ensure_future(receive())
        ending = asyncio.ensure_future(ended.wait())
        try:
            await asyncio.wait((hearing, ending), return_when=asyncio.FIRST_COMPLETED)
            return hearing.result() if hearing.done() else {"type": "http.disconnect"}
        finally:
            hearing.cancel()
            ending.cancel()

    return heard


async def send_file(
    scope: Scope, receive: Receive, send: Send, fd: int, facts: Facts, headers: Mapping[str, str]
) -> None:
    """Send the part of the open file `fd` that the request asks for.

    Reads with `os.pread` in a thread. The caller closes `fd`.
    """
    await send_part(
        scope, receive, send, lambda at, most: asyncio.to_thread(os.pread, fd, most, at), facts, headers
    )


async def send_part(
    scope: Scope, receive: Receive, send: Send, read: Read, facts: Facts, headers: Mapping[str, str]
) -> None:
    """Send the part of what `read` gives that the request asks for, at most `PIECE` bytes at a time.

    Stops when the device has gone, even if it was not taking anything, or there turns out to be less than
    `facts` say.
    """
    part = part_of(scope["method"], headers_in(scope), facts)
    await begin(send, part.status, {**headers, **headers_of(part, facts)})
    if scope["method"] == "HEAD" or part.length == 0:
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return
    sending = asyncio.ensure_future(_send_pieces(send, read, part.first, part.length))
    gone = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
    finally:
        sending.cancel()
        gone.cancel()


async def _send_pieces(send: Send, read: Read, at: int, left: int) -> None:
    while left:
        piece = await read(at, min(PIECE, left))
        if not piece:
            return
        at, left = at + len(piece), left - len(piece)
        await send({"type": "http.response.body", "body": piece, "more_body": left > 0})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
