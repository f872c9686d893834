"""A real server in the test's own event loop, for every room that answers HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest
import uvicorn

Serving = Callable[..., Awaitable[str]]


class Quiet(uvicorn.Server):
    """Leaves the signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@pytest.fixture
async def serving() -> AsyncIterator[Serving]:
    """`await serving(app)` gives the address of an ASGI app on a free port; all end with the test."""
    running: list[tuple[Quiet, asyncio.Task[None]]] = []

    async def serve(app: object) -> str:
        listening = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            app,
            lifespan="off",
            log_level="critical",
            timeout_graceful_shutdown=1,
            ws="none",
            access_log=False,
        )
        server = Quiet(config)
        running.append((server, asyncio.create_task(server.serve(sockets=[listening]))))
        while not server.started:
            await asyncio.sleep(0.005)
        return f"http://127.0.0.1:{listening.getsockname()[1]}"

    yield serve
    for server, task in running:
        server.should_exit = True
        await task
