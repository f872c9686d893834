"""A whole house on a fresh folder, answering on a free port, and a device that somebody holds."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from anagnorisis import app
from anagnorisis.api.rooms import Rooms
from anagnorisis.auth.sessions import hash_token
from anagnorisis.config import Settings
from anagnorisis.domain import Role
from anagnorisis.jobs.board import PAUSED
from anagnorisis.store import listeners, people, switches, tokens
from anagnorisis.store.db import Store

LONG_AGO = 1_700_000_000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", threads=2)


@pytest.fixture
async def rooms(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rooms]:
    """The built house, at work at once; embedding is paused, so that no worker process is spawned."""
    monkeypatch.setattr(app, "HEAD_START_S", 0.0)
    store = await Store.open(settings.data)
    await store.write(lambda db: switches.set(db, PAUSED + "embed", "yes"))
    await store.close()
    async with app.opened(settings, asyncio.Event()) as rooms:
        yield rooms


@pytest.fixture
async def address(rooms: Rooms, serving) -> AsyncIterator[str]:
    async with serving(app.app(rooms)) as address:
        yield address


@pytest.fixture
async def stranger(address: str) -> AsyncIterator[httpx.AsyncClient]:
    """A device without a session that knows how to ask."""
    async with httpx.AsyncClient(base_url=address, headers={"x-anag": "1"}) as client:
        yield client


@pytest.fixture
async def ada(rooms: Rooms, address: str) -> AsyncIterator[httpx.AsyncClient]:
    """The device of Ada, who opened the house."""
    token, _ = await rooms.sessions.open(await rooms.sessions.setup_code() or "", "Ada", "laptop", "test")
    headers = {"x-anag": "1", "cookie": f"__Host-anag={token}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=20) as client:
        yield client


@pytest.fixture
async def admit(rooms: Rooms, address: str) -> AsyncIterator[Callable[..., Any]]:
    """`await admit("guest")` lets a new device in, of a new person with that role; a client that holds it."""
    numbers, clients = count(1), AsyncExitStack()

    async def admit(role: Role) -> httpx.AsyncClient:
        number = next(numbers)
        token, screen = f"{role}-{number}", role in ("screen", "listener")

        def enter(db: sqlite3.Connection) -> None:
            person = people.add(db, f"{role} {number}", None, LONG_AGO, "member" if screen else role)
            tokens.admit(db, person.id, f"device {number}", hash_token(token), LONG_AGO, screen)
            listeners.allow(db, person.id)

        await rooms.store.write(enter)
        headers = {"x-anag": "1", "cookie": f"__Host-anag={token}"}
        if role == "listener":
            async with httpx.AsyncClient(base_url=address, headers=headers) as screen_of_theirs:
                told = (await screen_of_theirs.get("/api/session/listening")).json()
                whom = {"person": told["people"][-1]["id"]}
                assert (await screen_of_theirs.put("/api/session/listening", json=whom)).status_code == 200
        client = httpx.AsyncClient(base_url=address, headers=headers, timeout=20)
        clients.push_async_callback(client.aclose)
        return client

    yield admit
    await clients.aclose()


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Six pictures in two folders, two texts, and a file that is no picture."""
    folder = tmp_path / "library"
    for n, name in enumerate(
        ("sea/a.png", "sea/b.png", "sea/c.png", "hills/d.png", "hills/e.png", "top.png")
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40 + n, 30), (40 * n, 90, 200 - 30 * n)).save(folder / name)
    (folder / "tea.md").write_text(
        "# On tea\n\nIt steeps for three minutes, <script>alert(1)</script> no more.\n"
    )
    (folder / "rain.txt").write_text("On rain\n\nIt rained all night. In the morning the garden was loud.\n")
    (folder / "broken.png").write_bytes(b"no picture at all")
    for path in folder.rglob("*.*"):
        os.utime(path, (LONG_AGO, LONG_AGO))
    return folder


@pytest.fixture
def until() -> Callable[..., Any]:
    """`await until(ask)` repeats an async question until its answer counts as true; the answer."""

    async def until(ask: Callable[[], Any]) -> Any:
        async with asyncio.timeout(20):
            while not (answer := await ask()):
                await asyncio.sleep(0.02)
        return answer

    return until


@pytest.fixture
async def items(ada: httpx.AsyncClient, library: Path, until) -> dict[str, dict[str, Any]]:
    """The library taken in: title of each item → the item as a list shows it."""
    added = await ada.post("/api/sources", json={"type": "folder", "address": str(library)})
    assert added.status_code == 201, added.text

    async def ready() -> bool:
        (told,) = (await ada.get("/api/sources")).json()
        return told["source"]["state"] == "ready"

    await until(ready)
    picks = (await ada.get("/api/items?limit=100")).json()["picks"]
    return {pick["item"]["title"]: pick["item"] for pick in picks}
