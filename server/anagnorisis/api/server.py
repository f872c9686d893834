"""The HTTP server: where it listens, how it is encrypted, how it ends without keeping anybody waiting."""

import asyncio
import errno
import logging
import signal
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn

from anagnorisis.auth.binding import encryption, listens_at
from anagnorisis.config import Settings
from anagnorisis.domain import BadValue, Conflict
from anagnorisis.media.replies import App

FAREWELL_S = 2
"""For requests under way when the house shuts."""
KEEP_ALIVE_S = 30
GUIDE_PORTS = 20
"""Tried one after the other."""
ENDS = (signal.SIGTERM, signal.SIGINT)


def bind(settings: Settings) -> socket.socket:
    """Listen where the settings say.

    Raises `BadValue` for plain HTTP where others could reach it, or for an address that is not of this
    machine, and `Conflict` for a port that is taken.
    """
    encryption(settings)
    try:
        return _listen(listens_at(settings), settings.port)
    except OSError as error:
        raise _not_bound(settings, error) from error


def bind_guide(settings: Settings) -> socket.socket:
    """Listen for phones at the first free port from `guide_port` on. Raises `Conflict` when none is free."""
    for port in range(settings.guide_port, settings.guide_port + GUIDE_PORTS):
        try:
            return _listen(listens_at(settings), port)
        except OSError:
            continue
    raise Conflict(
        f"The guide for phones finds no free port from {settings.guide_port} on. "
        "Choose another `guide_port` in the settings."
    )


def _listen(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, _, _, _, address = sorted(found)[0]
    both = family == socket.AF_INET6 and socket.has_dualstack_ipv6()
    return socket.create_server(address[:2], family=family, backlog=128, dualstack_ipv6=both)


def config(app: App, context: ssl.SSLContext | None = None) -> uvicorn.Config:
    """How uvicorn serves `app`, encrypted by `context`, which stays ours to renew."""
    chosen = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ssl_context_factory=None if context is None else lambda *_: context,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=FAREWELL_S,
    )
    chosen.load()
    return chosen


@contextmanager
def signals(closing: asyncio.Event) -> Iterator[None]:
    """While the block runs, a signal to end sets `closing` and does nothing else."""
    loop = asyncio.get_running_loop()
    for one in ENDS:
        loop.add_signal_handler(one, closing.set)
    try:
        yield
    finally:
        for one in ENDS:
            loop.remove_signal_handler(one)


async def serve(ports: Sequence[tuple[uvicorn.Config, socket.socket]], closing: asyncio.Event) -> None:
    """Answer at all `ports` until `closing` is set; open streams have ended by themselves then."""
    servers = [_Server(chosen) for chosen, _ in ports]
    serving = [
        asyncio.create_task(one.serve(sockets=[listening]))
        for one, (_, listening) in zip(servers, ports, strict=True)
    ]
    ending = asyncio.create_task(closing.wait())
    await asyncio.wait((*serving, ending), return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # of streams that were cut short
    for one in servers:
        one.should_exit = True
    await asyncio.gather(*serving)


class _Server(uvicorn.Server):
    """Its own handling of signals would end the process before the store is closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _not_bound(settings: Settings, error: OSError) -> BadValue | Conflict:
    if error.errno == errno.EADDRINUSE:
        return Conflict(
            f"Port {settings.port} is taken by another program. Choose another with --port, or end that one."
        )
    if error.errno == errno.EACCES:
        return BadValue(f"Port {settings.port} needs more rights than you have. Choose one above 1023.")
    return BadValue(f"{settings.host} is not an address of this machine ({error.strerror or error}).")
