"""Pages of albums, artists, genres and publications: by name, by age, by what a person likes."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.domain import Item, ItemId, Pick, Unknown
from anagnorisis.feed import gathering, picks
from anagnorisis.feed.gathering import KIND_OF, By, Gathered
from anagnorisis.feed.queries import Section, check_limit, sections
from anagnorisis.feed.steering import Numbers
from anagnorisis.feed.worth import worth
from anagnorisis.store import items, shelved
from anagnorisis.store.db import Store
from anagnorisis.store.titles import letter_of, sort_title
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.space import Space
from anagnorisis.taste.view import View

Order = Literal["name", "newest", "year", "for_me", "most"]
Sources = tuple[int, ...] | None


class Group(Struct, frozen=True):
    """Items that belong together, as a card of the library."""

    id: str
    name: str
    line: str
    """Whose it is, or what it has."""
    count: int
    seconds: float
    year: int | None
    """Of the newest of its items."""
    face: Item
    """Whose cover stands for all."""
    worth: float | None
    """The mean over its items of the own rating or else the expected one; None where nothing can be said."""


class GroupPage(Struct, frozen=True):
    """Some groups of an order, how many there are, and under which letters they stand by name."""

    groups: list[Group]
    total: int
    sections: list[Section]


class GroupDetail(Struct, frozen=True):
    """A group with its items in the order in which one goes through them."""

    group: Group
    picks: list[Pick]


class _Kept(Struct, eq=False):
    """All groups of a kind of grouping within a sight, by name."""

    groups: list[Gathered]
    bell: int
    rows: tuple[Space, int, NDArray[np.uint32], NDArray[np.int64]] | None = None
    """For one length of a space: the rows of all items that have one, and the group of each."""


class Gatherings:
    """Groups for everybody, made anew when items change."""

    def __init__(self, store: Store, learner: Learner) -> None:
        self._store, self._learner = store, learner
        self._kept: dict[tuple[By, Sources], _Kept] = {}
        self._making: dict[tuple[By, Sources], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def page(self, sight: Sight, by: By, order: Order, skip: int, limit: int) -> GroupPage:
        """The groups from the `skip`th on. Raises `BadValue`."""
        check_limit(limit)
        kept = await self._of(by, sight)
        told = await self._worths(kept, by, sight.person)
        places = await asyncio.to_thread(_ordered, kept.groups, order, told)
        shown = [(kept.groups[place], told[place]) for place in places[skip : skip + limit]]
        faces = await self._faces(sight, [group for group, _ in shown])
        groups = [_group(one, faces, value) for one, value in shown if one.face.id in faces]
        return GroupPage(groups, len(places), _letters(kept.groups) if order == "name" else [])

    async def one(self, sight: Sight, by: By, id: str) -> GroupDetail:
        """A group with all that is in it. Raises `Unknown`."""
        kept = await self._of(by, sight)
        told = await self._worths(kept, by, sight.person)
        for group, value in zip(kept.groups, told, strict=True):
            if group.id == id:
                found = await items.by_ids(self._store.read, [item.id for item in group.items], sight)
                views = {KIND_OF[by]: await self._learner.view(sight.person, KIND_OF[by])}
                shown = await asyncio.to_thread(picks.plain, views, [*found.values()], {})
                return GroupDetail(_group(group, found, value), shown)
        raise Unknown(f"There is no {by} of that number in this house now.", id[:16])

    async def _of(self, by: By, sight: Sight) -> _Kept:
        key, bell = (by, sight.sources), self._store.changes.count("items")
        async with self._making[key]:
            kept = self._kept.get(key)
            if kept is None or kept.bell != bell:
                copies = await shelved.of(self._store.slow, sight, KIND_OF[by])
                tagged = await shelved.tagged(self._store.slow, "music") if by == "genre" else []
                kept = self._kept[key] = _Kept(await asyncio.to_thread(_made, by, copies, tagged), bell)
            return kept

    async def _worths(self, kept: _Kept, by: By, person: int) -> Numbers:
        """(groups,): the mean worth of each; NaN where nothing is known of any of its items."""
        view = await self._learner.view(person, KIND_OF[by])
        return await asyncio.to_thread(_worths, kept, view)

    async def _faces(self, sight: Sight, groups: Iterable[Gathered]) -> dict[ItemId, Item]:
        return await items.by_ids(self._store.read, [group.face.id for group in groups], sight)


def _made(by: By, copies: Sequence[shelved.Shelved], tagged: Sequence[tuple[ItemId, str]]) -> list[Gathered]:
    if by == "genre":
        named: dict[ItemId, list[str]] = defaultdict(list)
        for item, tag in tagged:
            named[item].append(tag)
        groups = gathering.genres(copies, named)
    else:
        make = {
            "album": gathering.albums,
            "artist": gathering.artists,
            "publication": gathering.publications,
        }
        groups = make[by](copies)
    return sorted(groups, key=lambda group: (_filed(group.name), group.line.casefold(), group.id))


def _filed(name: str) -> tuple[bool, str]:
    """Names that begin with a letter come after the others, as their sections do."""
    title = sort_title(name)
    return title[:1].isalpha(), title


def _worths(kept: _Kept, view: View) -> Numbers:
    space, length = view.space, len(view)
    if kept.rows is None or kept.rows[0] is not space or kept.rows[1] != length:
        pairs = [
            (space.row_of[item.id], place)
            for place, group in enumerate(kept.groups)
            for item in group.items
            if view.holds(item.id)
        ]
        told = np.array(pairs, np.int64).reshape(-1, 2)
        kept.rows = space, length, told[:, 0].astype(np.uint32), told[:, 1]
    _, _, rows, owner = kept.rows
    values = worth(view)[rows]
    known = ~np.isnan(values)
    total = np.bincount(owner[known], values[known], len(kept.groups))
    counts = np.bincount(owner[known], minlength=len(kept.groups))
    return np.where(counts > 0, total / np.maximum(counts, 1), np.nan)


def _ordered(groups: Sequence[Gathered], order: Order, worths: Numbers) -> list[int]:
    """The places of `groups`, which are by name, in another order; equals by name."""
    if order == "name":
        return [*range(len(groups))]
    if order == "for_me":
        return [int(place) for place in np.argsort(-np.nan_to_num(worths, nan=-1.0), kind="stable")]
    keys: dict[str, Callable[[Gathered], int]] = {
        "most": lambda group: len(group.items),
        "year": lambda group: _made_at(group) or -(2**62),
        "newest": lambda group: max(item.added_at for item in group.items),
    }
    return sorted(range(len(groups)), key=lambda place: -keys[order](groups[place]))


def _made_at(group: Gathered) -> int | None:
    return max((item.made_at for item in group.items if item.made_at is not None), default=None)


def _group(one: Gathered, faces: dict[ItemId, Item], value: float) -> Group:
    made = _made_at(one)
    year = None if made is None else int(str(np.datetime64(made, "s").astype("datetime64[Y]")))
    told = None if np.isnan(value) else float(value)
    seconds = sum(item.seconds for item in one.items)
    return Group(one.id, one.name, one.line, len(one.items), seconds, year, faces[one.face.id], told)


def _letters(groups: Sequence[Gathered]) -> list[Section]:
    return sections((letter_of(sort_title(group.name)), 1) for group in groups)
