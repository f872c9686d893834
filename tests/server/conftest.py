"""A real server in the test's own event loop, for every room that answers HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path

import pytest
import uvicorn
from tests.server.running import Running, Start


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


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a house on `<tmp_path>/data`; whatever still runs afterwards is ended."""
    running: list[Running] = []

    def start(*flags: object) -> Running:
        running.append(Running(tmp_path / f"said-{len(running)}", tmp_path / "data", *flags))
        return running[-1]

    yield start
    for one in running:
        one.process.kill()
        one.process.wait()


@pytest.fixture
def lan(start: Start, monkeypatch: pytest.MonkeyPatch) -> Start:
    """The same, open to the home network, and quiet there."""
    monkeypatch.setenv("ANAGNORISIS_ANNOUNCE", "false")
    return lambda *flags: start("--lan", *flags)
