"""What to play next without end, and in which order: stations and shuffles."""

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Struct

from anagnorisis.api.numbers import InBody
from anagnorisis.domain import ItemId, Pick
from anagnorisis.feed.radio import Radio, Station
from anagnorisis.store.visibility import Sight


class Shuffle(Struct, frozen=True, forbid_unknown_fields=True):
    """Items to be put into an order by chance."""

    items: list[ItemId]
    seed: InBody
    """The same gives the same order."""


@post("/radio", status_code=200)
async def play_station(
    data: JSONBody[Station], sight: NamedDependency[Sight], radio: NamedDependency[Radio]
) -> list[Pick]:
    """What a station plays next: like its seeds, as the person may like it, and varied."""
    return await radio.next(sight, data)


@post("/shuffle", status_code=200)
async def shuffle_items(
    data: JSONBody[Shuffle], sight: NamedDependency[Sight], radio: NamedDependency[Radio]
) -> list[ItemId]:
    """The items the person sees of those given, by chance, what they like more likely early."""
    return await radio.shuffle(sight, data.items, data.seed)
