"""What a person said against what they were shown: the list, to look through and to take back from."""

from litestar import get
from litestar.di import NamedDependency
from msgspec import Struct

from anagnorisis.domain import Item, ItemId, Kind
from anagnorisis.store import corrections, items
from anagnorisis.store.corrections import Correction
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight

AGAINST = {
    "tag": "the tag {}",
    "creator": "{}",
    "collection": "{}",
    "wish": "“{}”, which you wrote",
    "household": "what others in the house say",
    "item": "its likeness to “{}”",
}


class CorrectionOut(Struct, frozen=True):
    """A correction in force; an `undo` event that names its uuid takes it back."""

    uuid: str
    at: int
    """Unix milliseconds."""
    kind: Kind | None
    """Of the item it was said of; None while the house does not know that."""
    item: Item | None
    """None too when it is hidden from the person."""
    says: str


@get("/taste/corrections")
async def list_corrections(
    sight: NamedDependency[Sight], store: NamedDependency[Store]
) -> list[CorrectionOut]:
    """What the person who asks corrected and did not take back, the latest first."""
    told = await corrections.in_force(store.read, sight.person)
    named = {one.item for one in told} | {other for one in told if (other := _other(one))}
    seen = await items.by_ids(store.read, named, sight)
    return [
        CorrectionOut(one.uuid, one.at, one.kind, seen.get(one.item), _sentence(one, seen))
        for one in reversed(told)
    ]


def _sentence(one: Correction, seen: dict[ItemId, Item]) -> str:
    what, _, said = (one.reason or "").partition(":")
    if what == "item":
        other = seen.get(ItemId(said))
        said = other.title if other else "something you rated"
    if not what:
        title = seen[one.item].title if one.item in seen else "something"
        return f"Less like “{title}”."
    meant = AGAINST[what].format(said)
    return f"Less of {meant}." if one.verb == "less" else f"No reason for me: {meant}."


def _other(one: Correction) -> ItemId | None:
    what, _, said = (one.reason or "").partition(":")
    return ItemId(said) if what == "item" else None
