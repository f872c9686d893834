"""Where items come from: folders that are added, scanned and removed while the server runs."""

import asyncio
import time
from contextlib import suppress
from typing import Annotated, Literal

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from anagnorisis.api.folders import Suggestion, checked, suggestions
from anagnorisis.api.held import Held
from anagnorisis.api.numbers import InPath
from anagnorisis.config import Settings
from anagnorisis.domain import Problem, Source, Unknown
from anagnorisis.jobs.folders import Folders
from anagnorisis.jobs.sample import Sample
from anagnorisis.sources import POLLED
from anagnorisis.store import feeds, places, sources
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight


class NewSource(Struct, frozen=True, forbid_unknown_fields=True):
    """A folder to take in, by its absolute path on the machine that serves."""

    type: Literal["folder"]
    address: Annotated[str, Meta(min_length=1, max_length=4096)]
    name: Annotated[str, Meta(max_length=200)] = ""
    """Empty: the folder's own."""


class SourceOut(Struct, frozen=True):
    """A source and what lies in it; `done` of `total` files while it is read, else 0 of 0."""

    source: Source
    files: int
    items: int
    problems: int
    done: int
    total: int


@get("/sources")
async def list_sources(
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    held: NamedDependency[Held],
    folders: NamedDependency[Folders],
) -> list[SourceOut]:
    """Every source that the person sees, in the order they were added."""
    tallies = await held.get("tallies", "items", sources.tallies(store.read))
    return [
        _told(source, tallies.get(source.id, sources.Tally()), folders)
        for source in await sources.list(store.read)
        if sight.sees(source.id)
    ]


@post("/sources")
async def add_source(
    data: JSONBody[NewSource],
    store: NamedDependency[Store],
    settings: NamedDependency[Settings],
    folders: NamedDependency[Folders],
) -> SourceOut:
    """Take a folder in; its first scan begins at once. 409 when it overlaps what is there."""
    source = await add_folder(store, settings, data.address, data.name)
    return _told(source, sources.Tally(), folders)


@delete("/sources/{source:int}")
async def remove_source(source: InPath, sight: NamedDependency[Sight], store: NamedDependency[Store]) -> None:
    """Forget a source. Its files stay on the disk, and ratings of its items stay in the house."""
    await _seen(store, sight, source)
    now = int(time.time())
    await store.write(lambda db: sources.remove(db, source, now), "sources", "feeds", "items")


@post("/sources/{source:int}/scan", status_code=202)
async def scan_source(
    source: InPath,
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    folders: NamedDependency[Folders],
) -> None:
    """Look at all of a source soon, or ask a feed next, without waiting for it."""
    row = await _seen(store, sight, source)
    if row.type in POLLED:
        now = int(time.time())
        await store.write(lambda db: feeds.soon(db, source, now), "sources", "feeds")
    rescan(row, folders)


@get("/sources/{source:int}/problems")
async def list_problems(
    source: InPath, sight: NamedDependency[Sight], store: NamedDependency[Store]
) -> list[Problem]:
    """The files of a source that could not be taken in, each with the reason."""
    return await places.problems(store.read, (await _seen(store, sight, source)).id)


@get("/sources/suggested")
async def list_suggestions() -> list[Suggestion]:
    """Folders of the user that a first run offers."""
    return await asyncio.to_thread(suggestions)


@post("/sources/sample", status_code=202)
async def add_sample(sample: NamedDependency[Sample]) -> None:
    """Make the sample library and take it in; the job `sample` tells how far it is."""
    sample.ask()


async def add_folder(store: Store, settings: Settings, address: str, name: str = "") -> Source:
    """Take the folder at `address` in. Raises what `folders.checked` and `store.sources.add` raise."""
    there = await sources.list(store.read)
    folder = await asyncio.to_thread(checked, address, settings.data, there)
    title, now = name.strip() or folder.name, int(time.time())
    return await store.write(lambda db: sources.add(db, "folder", str(folder), title, now), "sources")


def rescan(source: Source, folders: Folders) -> None:
    """Have a source looked at soon; one that came a moment ago is looked at anyway."""
    with suppress(Unknown):
        folders.rescan(source.id)


async def _seen(store: Store, sight: Sight, source: int) -> Source:
    if not sight.sees(source):
        raise Unknown(f"There is no source {source}.")
    return await sources.by_id(store.read, source)


def _told(source: Source, tally: sources.Tally, folders: Folders) -> SourceOut:
    done, total = folders.progress.get(source.id, (0, 0))
    return SourceOut(source, tally.files, tally.items, tally.problems, done, total)
