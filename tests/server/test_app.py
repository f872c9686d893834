"""The house as a whole: what is built, how it ends, and what a breakdown in the background does."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from anagnorisis import app
from anagnorisis.config import Settings
from anagnorisis.domain import BadValue, Conflict
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.supervisor import Loop
from anagnorisis.store import sources
from anagnorisis.store.db import Store
from anagnorisis.taste.spaces import Spaces


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(app, "HEAD_START_S", 0.0)
    return Settings(data=tmp_path / "data", threads=1)


async def test_a_house_that_ended_can_be_opened_again_at_once(settings: Settings) -> None:
    for _ in range(3):
        async with app.opened(settings, asyncio.Event()) as rooms:
            await rooms.loaded
            with pytest.raises(Conflict, match="already open"):
                await Store.open(settings.data)


async def test_a_breakdown_in_the_background_ends_the_house_and_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(_: Sequence[Loop], __: Board) -> None:
        raise ZeroDivisionError("a loop fell over")

    monkeypatch.setattr(app, "supervise", breaks)
    closing = asyncio.Event()
    with pytest.raises(ZeroDivisionError, match="a loop fell over"):
        async with app.opened(settings, closing), asyncio.timeout(5):
            await closing.wait()
    await (await Store.open(settings.data)).close()


async def test_who_needs_taste_waits_for_its_features_and_nobody_else(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, serving
) -> None:
    here, load = asyncio.Event(), Spaces.load

    async def late(spaces: Spaces) -> None:
        await here.wait()
        await load(spaces)

    monkeypatch.setattr(Spaces, "load", late)
    async with app.opened(settings, asyncio.Event()) as rooms, serving(app.app(rooms)) as address:
        token, _ = await rooms.sessions.open(await rooms.sessions.setup_code() or "", "Ada", "x", "test")
        async with httpx.AsyncClient(
            base_url=address, headers={"cookie": f"__Host-anag={token}"}, timeout=20
        ) as ada:
            feed = asyncio.create_task(ada.get("/api/feed"))
            assert (await ada.get("/api/session")).status_code == 200
            assert (await ada.get("/api/sources")).json() == []
            assert not feed.done()
            here.set()
            assert (await feed).json()["picks"] == []


async def test_folders_named_at_the_start_are_taken_in_once(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "library")
    async with app.opened(settings, asyncio.Event()) as rooms:
        await app.take_in(rooms, [tmp_path / "library", tmp_path / "link"])
        assert len(await sources.list(rooms.store.read)) == 1
        (tmp_path / "library").rmdir()
        await app.take_in(rooms, [tmp_path / "library"])  # away for now, and known
        with pytest.raises(BadValue, match="There is no folder"):
            await app.take_in(rooms, [tmp_path / "other"])
