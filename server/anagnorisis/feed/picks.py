"""Items made picks: each with what one person may expect of it, their own rating, and why it stands here."""

import asyncio
from collections.abc import Mapping, Sequence, Set

from msgspec import Struct

from anagnorisis.domain import Item, ItemId, Kind, Pick, Score
from anagnorisis.feed.newest import line
from anagnorisis.store import items, tags
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste import reasons
from anagnorisis.taste.reasons import Reason
from anagnorisis.taste.view import View

Views = Mapping[Kind, View]


class Chosen(Struct, frozen=True):
    """What a page shows, in order; `lines` are the reasons that are known without a score."""

    told: list[Item]
    lines: dict[ItemId, str]
    next: str | None


def plain(views: Views, told: Sequence[Item], lines: Mapping[ItemId, str]) -> list[Pick]:
    """Picks of `told`, whose kinds all have a view, with the reasons in `lines` and no others."""
    scores: dict[ItemId, Score | None] = {}
    for kind in {item.kind for item in told}:
        scores |= views[kind].scores([item.id for item in told if item.kind == kind])
    return [
        Pick(item, scores[item.id], views[item.kind].taste.mine.get(item.id), lines.get(item.id, ""))
        for item in told
    ]


async def reasoned(
    store: Store, sight: Sight, views: Views, told: Sequence[Item], lines: Mapping[ItemId, str]
) -> list[Pick]:
    """Picks of `told`; those without a line get the reason of their score, from what is within `sight`."""
    silent = [item for item in told if item.id not in lines]
    scored = {kind: [item for item in silent if item.kind == kind] for kind in views}
    tagged = await tags.of(store.read, [item.id for item in silent])
    rated = [item for kind, told in scored.items() if told for item in views[kind].taste.items]
    seen = await items.in_view(store.read, rated, sight)
    found = await asyncio.to_thread(_reasons, views, scored, tagged, seen)
    near = {reason.neighbour for reason in found.values() if reason.neighbour}
    titles = {item.id: item.title for item in (await items.by_ids(store.read, near, sight)).values()}
    said = {item: reasons.line(reason, titles) for item, reason in found.items()}
    for item in silent:
        if item.id not in found and item.id not in views[item.kind].taste.mine:
            said[item.id] = line(item)
    return await asyncio.to_thread(plain, views, told, {**said, **lines})


def _reasons(
    views: Views,
    of_kind: Mapping[Kind, Sequence[Item]],
    tagged: Mapping[ItemId, Sequence[str]],
    seen: Set[ItemId],
) -> dict[ItemId, Reason]:
    found: dict[ItemId, Reason] = {}
    for kind, told in of_kind.items():
        view = views[kind]
        known = [item for item in told if view.holds(item.id)] if view.evidence().enough else []
        if known:
            given = reasons.reasons(view, [(item, tagged[item.id]) for item in known], seen)
            found |= {item.id: reason for item, reason in zip(known, given, strict=True)}
    return found
