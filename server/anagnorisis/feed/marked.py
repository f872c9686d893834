"""Highlights of a taste that is carried away: a JSON object a line, and taken in again, each once."""

import sqlite3
from collections.abc import Sequence
from functools import partial

import msgspec

from anagnorisis.domain import BadValue, Conflict
from anagnorisis.store import highlights
from anagnorisis.store.db import Store
from anagnorisis.store.highlights import Highlight
from anagnorisis.store.visibility import Sight
from anagnorisis.taste import bundle
from anagnorisis.taste.batches import EARLIEST, ITEM, UUID

PART = 200


async def lines(store: Store, sight: Sight) -> bytes:
    """What the person of `sight` marked in texts they see, the latest first; empty without any."""
    told: list[bytes] = []
    after: tuple[int, str] | None = None
    while found := await highlights.latest(store.read, sight, PART, after):
        told += [msgspec.json.encode(one) + b"\n" for one in found]
        after = found[-1].made_at, found[-1].uuid
    return b"".join(told)


def read(body: bytes) -> list[Highlight]:
    """The highlights of such lines. Raises `BadValue` for what are none."""
    try:
        told = msgspec.json.Decoder(Highlight).decode_lines(body)
    except msgspec.MsgspecError as error:
        raise BadValue(f"{bundle.HIGHLIGHTS!r} is none that this program writes: {error}.") from error
    for one in told:
        if not (UUID.fullmatch(one.uuid) and ITEM.fullmatch(one.item) and one.made_at >= EARLIEST):
            raise BadValue(f"{bundle.HIGHLIGHTS!r} names something by an id or at a time that is none.")
        highlights.check(one)
    return told


async def take_up(store: Store, person: int, told: Sequence[Highlight], now_ms: int) -> None:
    """Keep them as those of `person`; what was changed or taken out here since stays so."""
    for start in range(0, len(told), PART):
        await store.write(partial(_put, person, told[start : start + PART], now_ms), "highlights")


def _put(person: int, part: Sequence[Highlight], now_ms: int, db: sqlite3.Connection) -> None:
    for one in part:
        at = min(one.made_at, now_ms)
        try:
            highlights.put(db, person, msgspec.structs.replace(one, made_at=at), at)
        except Conflict:  # somebody else of this house has it
            continue
