"""Tags that models guess: the lists of words they are held against, and what somebody says is wrong."""

import asyncio
import time
from typing import Annotated

from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from anagnorisis.api.items import find
from anagnorisis.domain import KINDS, BadValue, Conflict, ItemId, Kind
from anagnorisis.library.tagging import bars
from anagnorisis.library.tagging.guessing import Guessing, speaks
from anagnorisis.library.tagging.lists import LARGEST, LONGEST
from anagnorisis.store import guessed, phi
from anagnorisis.store.connections import Writer
from anagnorisis.store.db import Store
from anagnorisis.store.items import Counted
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner


class TagsOut(Struct, frozen=True):
    """How items of a kind come to their guessed tags."""

    kind: Kind
    reader: str
    """What reads the kind now."""
    speaks: bool
    """Whether it can be asked how near an item is to a word; else nothing is guessed."""
    text: str
    """The list, as it is written."""
    problem: str
    """Why the list is not followed; empty when it is."""
    words: int
    """Words that items were held against last."""
    found: list[Counted]
    """Words that items are of, within sight, and how many."""


class ListIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A list of words, one a line."""

    text: Annotated[str, Meta(max_length=LARGEST)]


class Said(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a guessed tag is wrong."""

    tag: Annotated[str, Meta(min_length=1, max_length=LONGEST)]
    wrong: bool


class GuessesOut(Struct, frozen=True):
    """What is guessed of an item, and what is not any more."""

    guessed: list[guessed.Guess]
    wrong: list[str]


@get("/tags")
async def list_tags(
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    learner: NamedDependency[Learner],
    guessing: NamedDependency[Guessing],
) -> list[TagsOut]:
    """Of each kind its list of words, and what was found by it."""
    return [await _told(kind, sight, store, learner, guessing) for kind in KINDS]


@put("/tags/{kind:str}")
async def write_list(
    kind: FromPath[Kind],
    data: JSONBody[ListIn],
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    learner: NamedDependency[Learner],
    guessing: NamedDependency[Guessing],
) -> TagsOut:
    """Let another list be followed. 400 names the line that cannot be."""
    await asyncio.to_thread(guessing.lists.write, kind, data.text)
    store.changes.ring("tags")
    return await _told(kind, sight, store, learner, guessing)


@put("/items/{item_id:str}/tags")
async def say_wrong(
    item_id: FromPath[str],
    data: JSONBody[Said],
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
) -> GuessesOut:
    """Say that a guessed tag is wrong, for all of the house, or take that back; it is guessed anew then."""
    item, person, now = (await find(store, sight, item_id)).id, sight.person, int(time.time())
    known = {one.tag for one in await guessed.of_item(store.read, item)}
    if data.wrong and data.tag not in known | {*await guessed.wrong_of(store.read, item)}:
        raise Conflict(f"“{data.tag}” is no guess about this item, so it cannot be taken out.", item)

    def verb(db: Writer) -> None:
        if not data.wrong:
            guessed.take_back(db, item, data.tag)
        elif guessed.say_wrong(db, item, data.tag, person, now):
            phi.forget_rows(db, [item])

    await store.write(verb, "tags", "items")
    store.changes.ring("vectors")
    return await _guesses(store, item)


async def _guesses(store: Store, item: ItemId) -> GuessesOut:
    wrong = await guessed.wrong_of(store.read, item)
    return GuessesOut(await guessed.of_item(store.read, item), [*wrong])


async def _told(kind: Kind, sight: Sight, store: Store, learner: Learner, guessing: Guessing) -> TagsOut:
    reader = learner.spaces.registry.active(kind)
    text, problem = "", guessing.problems.get(kind, "")
    try:
        text = await asyncio.to_thread(guessing.lists.text, kind)
    except BadValue as bad:
        problem = bad.what
    tagging = await guessed.in_force(store.read, kind)
    made = bars.revive(tagging.body) if tagging and tagging.body else None
    return TagsOut(
        kind=kind,
        reader=reader.title,
        speaks=speaks(reader),
        text=text,
        problem=problem,
        words=len(made.tags) if made else 0,
        found=await guessed.counts(store.read, kind, sight),
    )
