"""The only place that builds things: the store, the rooms, the routes, the loops; and lets them go again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, cast

import msgspec

from anagnorisis.api import VERSION
from anagnorisis.api.carrying import TasteOrder, about_taste
from anagnorisis.api.changes import Bells
from anagnorisis.api.checkpoint_orders import BringCheckpoint
from anagnorisis.api.control import (
    AskHealth,
    Errand,
    NewAuthority,
    Obey,
    Order,
    Scan,
    Train,
    Where,
    about_people,
    well,
)
from anagnorisis.api.door import Door
from anagnorisis.api.entrance import Entrance, Renewal
from anagnorisis.api.held import Held
from anagnorisis.api.hello import Hello
from anagnorisis.api.known_orders import KnownOrder, PullModel, about_known
from anagnorisis.api.media import Media
from anagnorisis.api.model_orders import ModelOrder, about_models
from anagnorisis.api.proxied import Proxied
from anagnorisis.api.rooms import Rooms
from anagnorisis.api.routes import OUTSIDE_PATHS, application
from anagnorisis.api.secured import new_authority
from anagnorisis.api.shell import Shell
from anagnorisis.api.sources import add_folder, rescan
from anagnorisis.api.speakers import Speakers
from anagnorisis.api.tally import Tally
from anagnorisis.auth.confirmation import Confirmation
from anagnorisis.auth.hosts import Hosts
from anagnorisis.auth.household import Household
from anagnorisis.auth.listening import Listening
from anagnorisis.auth.pairing import Pairing
from anagnorisis.auth.sessions import Sessions
from anagnorisis.auth.sights import Sights
from anagnorisis.config import Settings
from anagnorisis.decode.heard import Ear
from anagnorisis.domain import Source, SourceAway
from anagnorisis.egress.client import Egress
from anagnorisis.embed.registry import FOLDER as MODELS
from anagnorisis.embed.registry import Registry
from anagnorisis.embed.worker import Worker
from anagnorisis.embed.workers import Workers
from anagnorisis.feed.eligible import Eligible
from anagnorisis.feed.gatherings import Gatherings
from anagnorisis.feed.page import Feed
from anagnorisis.feed.radio import Radio
from anagnorisis.feed.sorts import Shelf
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.changing import changing_loop
from anagnorisis.jobs.embedding import embedding_loop
from anagnorisis.jobs.fitting import fitting_loop
from anagnorisis.jobs.folders import Folders
from anagnorisis.jobs.importing import Importing
from anagnorisis.jobs.indexing import indexing_loop
from anagnorisis.jobs.likeness import likeness_loop
from anagnorisis.jobs.loudness import loudness_loop
from anagnorisis.jobs.picturing import Picturing
from anagnorisis.jobs.polling import Polling
from anagnorisis.jobs.pulling import Pulling
from anagnorisis.jobs.sample import Sample
from anagnorisis.jobs.saving import Fetching
from anagnorisis.jobs.supervisor import supervise
from anagnorisis.jobs.tagging import tagging_loop
from anagnorisis.jobs.training import Training
from anagnorisis.jobs.wording import wording_loop
from anagnorisis.library.changing import Changing
from anagnorisis.library.embed import Embedding
from anagnorisis.library.following import Following
from anagnorisis.library.likeness import Likeness
from anagnorisis.library.loudness import Loudnesses
from anagnorisis.library.phrases import Phrases
from anagnorisis.library.pulls import Pulls
from anagnorisis.library.saving import Saving
from anagnorisis.library.scan import Scanner
from anagnorisis.library.search.finding import Finder
from anagnorisis.library.tagging.guessing import Guessing
from anagnorisis.library.tagging.lists import FOLDER as TAGS
from anagnorisis.library.tagging.lists import Lists
from anagnorisis.media.cache import Cache
from anagnorisis.media.fetched import Pictures
from anagnorisis.media.replies import App, Receive, Scope, Send
from anagnorisis.media.thumbs import Thumbs
from anagnorisis.media.transcoding import Transcoder
from anagnorisis.modality.front import front
from anagnorisis.sources import SOURCES
from anagnorisis.sources.feeds.reader import Reader
from anagnorisis.store import sources
from anagnorisis.store.db import Store
from anagnorisis.taste.chart import Charts
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.mirror import Mirror
from anagnorisis.taste.second import SecondOpinion
from anagnorisis.taste.spaces import Spaces

UI = Path(__file__).parent / "ui"
MIB = 1024 * 1024
PICTURES_MB, ARCHIVE_MB = 2048, 8192
"""Room for the pictures of articles, and for those of saved pages; what was not looked at for longest goes
first."""
AGENT = f"Anagnorisis/{VERSION}"
HEAD_START_S = 1.0
"""After the features are loaded, in which the first pages are answered before any background work begins."""


@asynccontextmanager
async def opened(settings: Settings, closing: asyncio.Event) -> AsyncIterator[Rooms]:
    """The rooms of the house in `settings.data`, at work in the background until the block ends.

    `closing` is set when no more is to be answered; also by background work that breaks down, whose error
    then comes out here. Raises what `Store.open` raises.
    """
    async with AsyncExitStack() as later:
        store = await Store.open(settings.data, vectors=settings.vectors)
        later.push_async_callback(store.close)
        asked = Worker(settings)
        later.push_async_callback(asked.close)
        rooms = _built(settings, store, closing, asked)
        later.callback(rooms.thumbs.close)
        later.push_async_callback(rooms.transcoder.close)
        later.push_async_callback(rooms.learner.close)
        later.push_async_callback(rooms.worker.close)
        later.push_async_callback(rooms.reader.close)
        later.push_async_callback(rooms.saving.reader.close)
        working = asyncio.create_task(_work(rooms))
        working.add_done_callback(lambda _: closing.set())
        later.push_async_callback(_cancel, working, rooms.loaded)
        yield rooms
        if working.done():
            working.result()


def answering(rooms: Rooms) -> dict[str, App]:
    """What answers below each beginning of an address; the app's own files everywhere else."""
    media = Media(rooms.store, rooms.thumbs, rooms.transcoder, rooms.pictures, rooms.bells.closing)
    api = cast(App, application(rooms))
    return {"/api/": api, **dict.fromkeys(OUTSIDE_PATHS, api), "/media/": media, "/": Shell(UI)}


def app(rooms: Rooms) -> App:
    """Everything that answers HTTP, behind the door."""
    parts = answering(rooms)
    hello = Hello(rooms.entrance, rooms.hosts)

    async def inside(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        chosen = next(part for below, part in parts.items() if path.startswith(below))
        await (hello if hello.answers(path) else chosen)(scope, receive, send)

    door = Door(inside, rooms.sessions, rooms.listening, rooms.confirmation, rooms.sights, rooms.hosts)
    return Proxied(rooms.tally.counting(door), rooms.settings)


async def take_in(rooms: Rooms, folders: Sequence[Path]) -> None:
    """Make `folders` sources; those that are already stay as they are. Raises as `add_folder` does."""
    for folder in folders:
        address = str(folder.expanduser().resolve())
        if address not in {source.address for source in await sources.list(rooms.store.read)}:
            await add_folder(rooms.store, rooms.settings, address)


def obedience(rooms: Rooms) -> Obey:
    """How the running house carries out what comes through its local socket."""

    async def obey(order: Order) -> list[str]:
        if isinstance(order, NewAuthority):
            return await rooms.renewal.renew()
        if isinstance(order, Where):
            return [msgspec.json.encode(rooms.entrance).decode()]
        if isinstance(order, AskHealth):
            return await well(rooms.store)
        if isinstance(order, Train):
            await rooms.training.ask(order.budget_s)
            return ["A second opinion is being formed; the app shows how far it is, under Your taste."]
        if isinstance(order, TasteOrder):
            await asyncio.shield(rooms.loaded)
            return await about_taste(order, rooms.store, rooms.learner)
        if isinstance(order, ModelOrder | KnownOrder):
            await asyncio.shield(rooms.loaded)
            return await _of_models(order, rooms)
        if not isinstance(order, Scan):
            return await about_people(order, rooms.sessions, rooms.household, rooms.confirmation)
        there = [one for one in await sources.list(rooms.store.read) if one.type in SOURCES]
        for source in there:
            rescan(source, rooms.folders)
        return [f"Looking at {len(there)} sources; the app shows how far it is."]

    return obey


async def _of_models(order: ModelOrder | KnownOrder, rooms: Rooms) -> list[str]:
    if isinstance(order, KnownOrder):
        return await about_known(order, rooms.pulling)
    return await about_models(order, rooms.store, rooms.changing, rooms.worker, rooms.settings)


async def alone(settings: Settings, order: Errand) -> list[str]:
    """Carry out `order` without a server. Raises `Conflict` when one has the store open after all."""
    async with AsyncExitStack() as later:
        store = await Store.open(settings.data, readers=1, vectors=settings.vectors)
        later.push_async_callback(store.close)
        if isinstance(order, NewAuthority):
            return new_authority(settings)
        if isinstance(order, TasteOrder):
            spaces = Spaces(store, Registry(store, settings.data / MODELS))
            await spaces.load()
            learner = Learner(store, spaces)
            later.push_async_callback(learner.close)
            return await about_taste(order, store, learner)
        if isinstance(order, ModelOrder):
            return await _models(order, settings, store, later)
        if isinstance(order, KnownOrder):
            return await _known(order, settings, store, later)
        if not isinstance(order, Scan):
            sessions = Sessions(store)
            return await about_people(order, sessions, Household(store, sessions), Confirmation(store))
        there = [one for one in await sources.list(store.read) if one.type in SOURCES]
        return [await _scan(Scanner(store, settings), source) for source in there]


async def _models(order: ModelOrder, settings: Settings, store: Store, later: AsyncExitStack) -> list[str]:
    worker, spaces = Workers(settings), Spaces(store, Registry(store, settings.data / MODELS))
    later.push_async_callback(worker.close)
    await spaces.load()
    changing = Changing(store, Embedding(store, worker, spaces), spaces)
    return await about_models(order, store, changing, worker, settings)


async def _known(order: KnownOrder, settings: Settings, store: Store, later: AsyncExitStack) -> list[str]:
    worker, registry, board = Workers(settings), Registry(store, settings.data / MODELS), Board(store)
    later.push_async_callback(worker.close)
    await registry.load()
    pulling = Pulling(Pulls(Egress(store, AGENT), registry, store.changes), store, worker, board)
    board.enter(pulling.loop.name, pulling.loop.title)
    said = await about_known(order, pulling)
    if isinstance(order, BringCheckpoint):
        await pulling.bring(order.name, lambda line: print(line, flush=True))
        return await about_known(msgspec.structs.replace(order, agree=False), pulling)
    if isinstance(order, PullModel) and order.agree:
        said.append(await pulling.bring(order.name, lambda line: print(line, flush=True)))
    return said


async def _scan(scanner: Scanner, source: Source) -> str:
    try:
        outcome = await scanner.scan(source)
    except SourceAway as away:
        return f"{source.name}: {away.what}"
    return f"{source.name}: {outcome.taken} files taken in, {outcome.gone} gone."


def _built(settings: Settings, store: Store, closing: asyncio.Event, asked: Worker) -> Rooms:
    """`asked` reads what people search for: nobody waits behind a batch of the library."""
    board, spaces = Board(store), Spaces(store, Registry(store, settings.data / MODELS))
    opinion, egress, worker = SecondOpinion(), Egress(store, AGENT), Workers(settings)
    following, sessions = Following(store, egress, Reader()), Sessions(store)
    learner, eligible = Learner(store, spaces, challengers=[opinion]), Eligible(store, spaces)
    room, cached = settings.cache_mb * MIB // 2, settings.data / "cache"
    return Rooms(
        settings=settings,
        store=store,
        sessions=sessions,
        household=Household(store, sessions),
        listening=Listening(store, sessions),
        pairing=Pairing(store, sessions),
        confirmation=Confirmation(store),
        sights=Sights(store),
        hosts=Hosts(settings.host, settings.names),
        entrance=Entrance(),
        renewal=Renewal(),
        bells=Bells(store.changes, closing),
        speakers=Speakers(store.changes),
        held=Held(store.changes),
        board=board,
        folders=Folders(store, Scanner(store, settings), board),
        reader=following.reader,
        following=following,
        polling=Polling(store, egress, following, board),
        **_of_pages(settings, store, egress, board),
        sample=Sample(store, settings.data, board),
        importing=Importing(store, spaces.registry, worker, board),
        pulling=Pulling(Pulls(egress, spaces.registry, store.changes), store, worker, board),
        egress=egress,
        tally=Tally(),
        learner=learner,
        charts=Charts(),
        mirror=Mirror(store),
        training=Training(store, learner, opinion, board, settings.data, settings.threads),
        worker=worker,
        changing=Changing(store, Embedding(store, worker, spaces), spaces),
        guessing=Guessing(store, worker, spaces.registry, Lists(settings.data / TAGS)),
        eligible=eligible,
        feed=Feed(store, learner, eligible),
        shelf=Shelf(store, learner, eligible),
        radio=Radio(store, learner, eligible),
        gatherings=Gatherings(store, learner),
        finder=Finder(store, asked, learner),
        thumbs=Thumbs(store, Cache(cached / "thumbs", room), settings.threads, front),
        transcoder=Transcoder(Cache(cached / "sounds", room)),
        loaded=asyncio.create_task(spaces.load()),
    )


def _of_pages(settings: Settings, store: Store, egress: Egress, board: Board) -> dict[str, Any]:
    """The rooms of saved pages, and of the pictures in what comes from the web."""
    seen = Cache(settings.data / "pictures", PICTURES_MB * MIB)
    pictures = Pictures(store, egress, seen, Cache(settings.data / "archive", ARCHIVE_MB * MIB))
    saving = Saving(store, egress, pictures)
    return {
        "pictures": pictures,
        "saving": saving,
        "fetching": Fetching(store, egress, saving, board),
        "picturing": Picturing(store, egress, saving, board),
    }


async def _work(rooms: Rooms) -> None:
    """The loops of the house, a moment after its features are loaded; what was paused stays so."""
    board, changes = rooms.board, rooms.store.changes
    worker = rooms.worker

    def streams() -> int:
        return rooms.tally.streams

    loops = (
        rooms.folders.loop,
        rooms.polling.loop,
        rooms.fetching.loop,
        rooms.picturing.loop,
        embedding_loop(rooms.changing.embedding, changes, board, streams),
        changing_loop(rooms.changing, changes, board, streams),
        fitting_loop(rooms.learner, changes, board),
        loudness_loop(Loudnesses(rooms.store, Ear()), changes, board, streams),
        likeness_loop(Likeness(rooms.store, rooms.learner.spaces), changes, board),
        wording_loop(Phrases(rooms.store, worker, rooms.learner), changes, board),
        indexing_loop(rooms.store, changes, board),
        tagging_loop(rooms.guessing, changes, board),
        rooms.training.loop,
        rooms.sample.loop,
        rooms.importing.loop,
        rooms.pulling.loop,
    )
    for loop in loops:
        board.enter(loop.name, loop.title)
    await board.load()
    await rooms.egress.begin()
    await asyncio.shield(rooms.loaded)
    await asyncio.sleep(HEAD_START_S)
    await supervise(loops, board)


async def _cancel(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
