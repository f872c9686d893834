"""A real server in the test's own event loop, for every room that answers HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager

import pytest
import uvicorn


class Quiet(uvicorn.Server):
    """Leaves the signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(app: object) -> AsyncIterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = Quiet(
        uvicorn.Config(
            app,
            lifespan="off",
            log_level="critical",
            timeout_graceful_shutdown=1,
            ws="none",
            access_log=False,
        )
    )
    running = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.005)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await running


@pytest.fixture
def serving() -> Callable[[object], AbstractAsyncContextManager[str]]:
    """`async with serving(app) as address:` an ASGI app on a free port."""
    return served
