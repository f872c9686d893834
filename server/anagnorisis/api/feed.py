"""Pages of the feed: for you, a draw by chance, questions, and what was begun; and two to compare."""

import re
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from anagnorisis.api.controls import overridden, usual
from anagnorisis.api.held import Held
from anagnorisis.domain import BadValue, ItemId, Kind
from anagnorisis.feed.asking import Comparison, comparison
from anagnorisis.feed.eligible import Eligible
from anagnorisis.feed.page import Feed
from anagnorisis.feed.queries import MOST, FeedPage, FeedQuery, Filters, Mode
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner

PageSize = Annotated[int, QueryParameter(ge=1, le=MOST)]
ID = re.compile(r"[0-9a-f]{32}")


@get("/feed")
async def get_feed(
    sight: NamedDependency[Sight],
    feed: NamedDependency[Feed],
    store: NamedDependency[Store],
    held: NamedDependency[Held],
    mode: FromQuery[Mode] = "for_you",
    kind: FromQuery[Kind | None] = None,
    folder: FromQuery[str | None] = None,
    tag: FromQuery[str | None] = None,
    limit: PageSize = 20,
    after: FromQuery[str | None] = None,
    keep: FromQuery[str] = "",
    discovery: FromQuery[float | None] = None,
    familiarity: FromQuery[float | None] = None,
    recency: FromQuery[float | None] = None,
    variety: FromQuery[float | None] = None,
    minutes: FromQuery[int | None] = None,
    temperature: FromQuery[float | None] = None,
    seed: FromQuery[int | None] = None,
    least: FromQuery[float | None] = None,
) -> FeedPage:
    """The next picks for the person who asks.

    `keep` names items still on the screen, parted by commas; they come back in `kept` with their new scores.
    Picks have an expected score of `least` or more, where it is given.
    `mode=draw` takes items by chance, with odds of exp(score / temperature); a `seed` draws the same again,
    and has discovery try by chance.
    A control that is given here holds for the list that begins with this page, in place of the person's own;
    what comes `after` goes on as its list began.
    """
    steered = overridden(
        await usual(held, store, sight.person),
        discovery=discovery,
        familiarity=familiarity,
        recency=recency,
        variety=variety,
        minutes=minutes,
        temperature=temperature,
        seed=seed,
    )
    filters = Filters(kind, folder or None, tag or None, least=least)
    query = FeedQuery(mode, filters, limit, after or None, identities(keep), steered)
    return await feed.page(sight, query)


@get("/feed/pair")
async def get_pair(
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    learner: NamedDependency[Learner],
    eligible: NamedDependency[Eligible],
    kind: FromQuery[Kind | None] = None,
) -> Comparison:
    """Two items for the person who asks to compare; none where a rating would tell more."""
    return await comparison(store, learner, eligible, sight, kind)


def identities(text: str) -> list[ItemId]:
    """Ids parted by commas, at most `MOST`. Raises `BadValue`."""
    ids = [ItemId(one) for one in text.split(",") if one]
    if len(ids) > MOST or not all(map(ID.fullmatch, ids)):
        raise BadValue(f"Name up to {MOST} items by their 32 hex digits, parted by commas.")
    return ids
