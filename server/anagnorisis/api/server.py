"""The HTTP server: where it listens, how it is encrypted, how it ends without keeping anybody waiting."""

import asyncio
import errno
import logging
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from anagnorisis.auth.hosts import check_binding
from anagnorisis.config import Settings
from anagnorisis.domain import BadValue, Conflict
from anagnorisis.media.replies import App

FAREWELL_S = 2
"""For requests under way when the house shuts."""
KEEP_ALIVE_S = 30
ENDS = (signal.SIGTERM, signal.SIGINT)


def bind(settings: Settings) -> socket.socket:
    """Listen where the settings say.

    Raises `BadValue` for plain HTTP where others could reach it, or for an address that is not of this
    machine, and `Conflict` for a port that is taken.
    """
    check_binding(settings.host, encrypted=settings.cert is not None)
    try:
        found = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, _, _, _, address = sorted(found)[0]
        both = family == socket.AF_INET6 and socket.has_dualstack_ipv6()
        return socket.create_server(address[:2], family=family, backlog=128, dualstack_ipv6=both)
    except OSError as error:
        raise _not_bound(settings, error) from error


def config(app: App, settings: Settings) -> uvicorn.Config:
    """How uvicorn serves `app`. Raises `BadValue` for a certificate that cannot be used."""
    if (settings.cert is None) != (settings.key is None):
        raise BadValue("A certificate and its key belong together: give both --cert and --key.")
    chosen = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ssl_certfile=settings.cert,
        ssl_keyfile=settings.key,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=FAREWELL_S,
    )
    try:
        chosen.load()
    except (OSError, ssl.SSLError) as error:
        raise BadValue(f"{settings.cert} with {settings.key} cannot be used: {error}.") from error
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


async def serve(chosen: uvicorn.Config, listening: socket.socket, closing: asyncio.Event) -> None:
    """Answer until `closing` is set; open streams have ended by themselves then."""
    server = _Server(chosen)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    ending = asyncio.create_task(closing.wait())
    await asyncio.wait((serving, ending), return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # of streams that were cut short
    server.should_exit = True
    await serving


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
