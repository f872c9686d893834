"""What handlers are given by name: the rooms of the house, and who asks."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from litestar.di import Provide
from litestar.types import Scope
from msgspec import Struct

from anagnorisis.api.changes import Bells
from anagnorisis.api.entrance import Entrance, Renewal
from anagnorisis.api.held import Held
from anagnorisis.api.speakers import Speakers
from anagnorisis.api.tally import Tally
from anagnorisis.auth.confirmation import Confirmation
from anagnorisis.auth.hosts import Hosts
from anagnorisis.auth.household import Household
from anagnorisis.auth.listening import Listening
from anagnorisis.auth.pairing import Pairing
from anagnorisis.auth.sessions import Caller, Sessions
from anagnorisis.auth.sights import Sights
from anagnorisis.config import Settings
from anagnorisis.egress.client import Egress
from anagnorisis.embed.workers import Workers
from anagnorisis.feed.eligible import Eligible
from anagnorisis.feed.gatherings import Gatherings
from anagnorisis.feed.page import Feed
from anagnorisis.feed.radio import Radio
from anagnorisis.feed.sorts import Shelf
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.folders import Folders
from anagnorisis.jobs.importing import Importing
from anagnorisis.jobs.picturing import Picturing
from anagnorisis.jobs.polling import Polling
from anagnorisis.jobs.pulling import Pulling
from anagnorisis.jobs.sample import Sample
from anagnorisis.jobs.saving import Fetching
from anagnorisis.jobs.training import Training
from anagnorisis.library.changing import Changing
from anagnorisis.library.following import Following
from anagnorisis.library.saving import Saving
from anagnorisis.library.search.finding import Finder
from anagnorisis.library.tagging.guessing import Guessing
from anagnorisis.media.fetched import Pictures
from anagnorisis.media.thumbs import Thumbs
from anagnorisis.media.transcoding import Transcoder
from anagnorisis.sources.feeds.reader import Reader
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.chart import Charts
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.mirror import Mirror

AT_ONCE = (
    *("settings", "store", "sessions", "household", "listening", "pairing", "confirmation", "sights"),
    *(
        "entrance",
        "renewal",
        "bells",
        "held",
        "board",
        "folders",
        "reader",
        "following",
        "saving",
        "sample",
        "egress",
        "tally",
        "charts",
    ),
    "speakers",
    "mirror",
    "importing",
    "training",
    "worker",
    "guessing",
)
ONCE_LOADED = ("changing", "pulling", "learner", "eligible", "feed", "shelf", "gatherings", "radio", "finder")


class Rooms(Struct, frozen=True, eq=False):
    """What is built once; a handler that names a field of `AT_ONCE` or `ONCE_LOADED` is given it."""

    settings: Settings
    store: Store
    sessions: Sessions
    household: Household
    listening: Listening
    pairing: Pairing
    confirmation: Confirmation
    hosts: Hosts
    entrance: Entrance
    renewal: Renewal
    sights: Sights
    bells: Bells
    speakers: Speakers
    held: Held
    board: Board
    folders: Folders
    reader: Reader
    following: Following
    polling: Polling
    saving: Saving
    fetching: Fetching
    picturing: Picturing
    sample: Sample
    importing: Importing
    pulling: Pulling
    egress: Egress
    tally: Tally
    learner: Learner
    charts: Charts
    mirror: Mirror
    training: Training
    worker: Workers
    changing: Changing
    guessing: Guessing
    eligible: Eligible
    feed: Feed
    shelf: Shelf
    radio: Radio
    gatherings: Gatherings
    finder: Finder
    thumbs: Thumbs
    pictures: Pictures
    transcoder: Transcoder
    loaded: asyncio.Task[None]
    """Done when the features of every kind are in memory; who needs taste waits for it."""


def dependencies(rooms: Rooms | None) -> dict[str, Provide]:
    """Providers of every room, of `caller` and of their `sight`; without rooms only their names count."""
    given = {name: Provide(_room(rooms, name), sync_to_thread=False) for name in AT_ONCE}
    given |= {name: Provide(_loaded_room(rooms, name)) for name in ONCE_LOADED}
    given["caller"] = Provide(_caller, sync_to_thread=False)
    given["sight"] = Provide(_sight, sync_to_thread=False)
    return given


def _room(rooms: Rooms | None, name: str) -> Callable[[], Any]:
    def room() -> Any:
        return getattr(rooms, name)

    return room


def _loaded_room(rooms: Rooms | None, name: str) -> Callable[[], Awaitable[Any]]:
    async def room() -> Any:
        if rooms is not None:
            await asyncio.shield(rooms.loaded)
        return getattr(rooms, name)

    return room


def _caller(scope: Scope) -> Caller:
    caller: Caller = scope["caller"]  # type: ignore[typeddict-item]  # set by the door
    return caller


def _sight(scope: Scope) -> Sight:
    sight: Sight = scope["sight"]  # type: ignore[typeddict-item]  # set by the door
    return sight
