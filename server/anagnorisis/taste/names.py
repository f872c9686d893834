"""What items have in common by name: who made them, what they belong to, how they are tagged."""

from collections.abc import Sequence

import msgspec

from anagnorisis.domain import Item

Name = tuple[str, str]
"""(creator | collection | tag, the name itself)."""


def borne(item: Item, tags: Sequence[str]) -> tuple[Name, ...]:
    """Every name an item bears."""
    given = [("creator", item.creator), ("collection", item.collection), *(("tag", str(tag)) for tag in tags)]
    return tuple(dict.fromkeys((field, name) for field, name in given if name))


def without(item: Item, tags: Sequence[str], name: Name) -> tuple[Item, list[str]]:
    """The item and its tags as if it did not bear `name`."""
    field, said = name
    if field == "tag":
        return item, [tag for tag in tags if tag != said]
    return msgspec.structs.replace(item, **{field: ""}), list(tags)
