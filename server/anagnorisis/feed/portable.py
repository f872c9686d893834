"""A whole taste into one file, and out of it again in another house: the same events, the same order."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

import msgspec
import numpy as np
from msgspec import Struct, field

from anagnorisis.domain import KINDS, BadValue, Kind, Person
from anagnorisis.feed import carried, foretold, marked, opinion, weighed
from anagnorisis.feed.carried import TakenIn
from anagnorisis.store import consensus, events, forecasts, items, people, words
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste import bundle, carry
from anagnorisis.taste.bundle import Bundle, Manifest, Writer
from anagnorisis.taste.carry import Carried
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.scores import MANY
from anagnorisis.taste.wishes import parse

ABOUT = Path(carry.__file__).parent / "portable.md"
"""What the file says of itself."""
SAME = 1e-6
"""Points by which the weights may differ and be called the same."""


class Words(Struct, frozen=True):
    """What a person wrote of their taste, the latest first."""

    written: list[words.Written]


async def pack(
    store: Store, learner: Learner, person: Person, sight: Sight, program: str, file: IO[bytes]
) -> None:
    """Write the taste of `person` into `file`, which can be sought; titles as far as `sight` reaches.

    What others say of an item is in it as the person hears it, of items within `sight`.
    """
    writer = Writer(file)
    with writer.entry(bundle.EVENTS) as put:
        async for line in carried.lines(store, person, sight):
            await asyncio.to_thread(put, line)
    written = Words([*await words.written(store.read, person.id, 1)])
    writer.add(bundle.WORDS, msgspec.json.encode(written))
    told_of_signals = await weighed.weighed(store, person.id)
    writer.add(bundle.SIGNALS, msgspec.json.encode(told_of_signals))
    if marks := await marked.lines(store, sight):
        writer.add(bundle.HIGHLIGHTS, marks)
    kinds, head = {}, await opinion.of(store, person.id)
    for kind in KINDS:
        view = await learner.view(person.id, kind)
        told_of = await items.in_view(store.read, view.household.values, sight)
        name = learner.spaces.registry.active(kind).name
        told = await asyncio.to_thread(carry.carried, view, name, told_of)
        if told is not None:
            kinds[kind] = told.about
            await asyncio.to_thread(writer.tensors, bundle.of_kind(kind), told.tensors)
    if not any(about.head_share for about in kinds.values()):
        head = None
    if head:
        await asyncio.to_thread(writer.tensors, bundle.HEAD, head.weights)
    writer.add(bundle.FORECASTS, b"".join(await foretold.lines(store, person.id, head is not None)))
    writer.add(bundle.ABOUT, ABOUT.read_bytes())
    manifest = Manifest(
        format=bundle.FORMAT,
        program=program,
        person=person.name,
        made_at=int(time.time() * 1000),
        kinds=kinds,
        files={},
        columns=carry.COLUMNS,
        head=head.about if head else None,
    )
    await asyncio.to_thread(writer.close, manifest)


class CameIn(Struct, frozen=True):
    """What became of the taste in a kind."""

    kind: Kind
    same: bool
    """Whether it says here exactly what it said where it comes from."""
    says: str


class Settled(TakenIn, frozen=True):
    """What became of a whole taste: of its events, and of each kind."""

    tastes: list[CameIn] = field(default_factory=list)


async def unpack(
    store: Store, learner: Learner, person: int, device: int, file: IO[bytes], now: int
) -> Settled:
    """Take in the taste in `file` as that of `person`: all of its events, each once, and what it wrote.

    The features it is made of serve here where nobody else has rated anything of a kind; else, and where
    another embedder looks at the items, the taste is learned anew from its events. Raises `BadValue` for a
    file that holds anything but a taste; nothing of it is taken in then. `now` is in unix milliseconds.
    """
    told = await asyncio.to_thread(Bundle, file)
    kinds = {
        kind: Carried(about, await asyncio.to_thread(told.tensors, bundle.of_kind(kind)))
        for kind, about in told.manifest.kinds.items()
    }
    said, signals = _words(told.small(bundle.WORDS)), weighed.read(told.small(bundle.SIGNALS) or b"{}")
    marks = marked.read(told.small(bundle.HIGHLIGHTS))
    spoken = foretold.read(told.pieces(bundle.FORECASTS) if told.has(bundle.FORECASTS) else iter(()))
    head = await asyncio.to_thread(opinion.read, told)
    new = {kind for kind in kinds if not await forecasts.of(store.read, person, kind)}
    taken_up = {kind for kind in kinds if await _take_up(store, learner, person, kind, kinds[kind])}
    if said and said[0].text not in {one.text for one in await words.written(store.read, person, 1)}:
        at = min(max(0, said[0].at), now // 1000)
        await store.write(lambda db: words.write(db, person, said[0].text, at))
        await learner.reword(person)
    taken = await carried.take_in(store, learner, person, device, _lines(told), now)
    speaks = head is not None and await opinion.take_up(store, learner, person, head, taken_up, now)
    for kind in taken_up & new:
        await foretold.take_up(store, person, kind, spoken, speaks)
    await marked.take_up(store, person, marks, now)
    await weighed.take_up(store, learner, person, signals, now // 1000)
    for kind in taken_up:
        await _hear(store, learner, person, kind, kinds[kind])
    return Settled(
        taken.kept,
        taken.refused,
        taken.reasons,
        [await _came_in(learner, person, kind, kinds[kind]) for kind in kinds],
    )


async def _take_up(store: Store, learner: Learner, person: int, kind: Kind, told: Carried) -> bool:
    """Let the features in the file serve, if that is nobody else's matter. Raises `BadValue` for bad ones."""
    spec = learner.spaces.registry.active(kind)
    if not carry.fits(told, spec):
        return False
    carry.features(told, spec, 1)
    carry.household(told)
    if any(rating.person != person for rating in await events.ratings_of(store.read, None, kind)):
        return False
    await learner.spaces.adopt(kind, lambda version: carry.features(told, spec, version))
    return True


async def _hear(store: Store, learner: Learner, person: int, kind: Kind, told: Carried) -> None:
    """Go on hearing what the household said there, for who is alone here."""
    heard, version = carry.household(told), learner.spaces.of(kind).version
    if heard.weights is None or len(await people.list(store.read)) > 1:
        return
    last = await consensus.epoch_of(store.read, kind)
    epoch = consensus.Epoch(kind, last.epoch + 1 if last else 1, int(time.time()), 0, version, "")
    said = [(person, heard.weights.astype("<f8").tobytes(), heard.values)]
    await store.write(lambda db: consensus.freeze(db, epoch, said))
    await learner.epochs.household(person, kind)


async def _came_in(learner: Learner, person: int, kind: Kind, told: Carried) -> CameIn:
    view = await learner.view(person, kind)
    there, here = told.tensors.get("weights"), view.taste.weights
    same = there is not None and there.shape == here.shape and np.allclose(there, here, rtol=0, atol=SAME)
    if same:
        return CameIn(kind, True, f"Your taste in {MANY[kind]} is here as it was.")
    if not carry.fits(told, learner.spaces.registry.active(kind)):
        return CameIn(kind, False, f"Other eyes and ears are at work here: {MANY[kind]} are learned anew.")
    have, had = len(view.taste.items), told.about.ratings
    if have < had:
        return CameIn(
            kind, False, f"{have} of the {had} {MANY[kind]} you rated are here; the others wait for theirs."
        )
    return CameIn(kind, False, f"Your taste in {MANY[kind]} is learned anew from all you did.")


def _words(body: bytes) -> list[words.Written]:
    if not body:
        return []
    try:
        told = msgspec.json.decode(body, type=Words).written
    except msgspec.MsgspecError as error:
        raise BadValue(f"{bundle.WORDS!r} is none that this program writes: {error}.") from error
    for one in told[:1]:
        parse(one.text)
    return told[:1]


async def _lines(told: Bundle) -> AsyncIterator[bytes]:
    pieces = told.pieces(bundle.EVENTS)
    while piece := await asyncio.to_thread(next, pieces, b""):
        yield piece
