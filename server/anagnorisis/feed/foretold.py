"""What was said of ratings before they were learned, to carry along: trust and the curve stand on it."""

import math
from collections.abc import Iterator

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from anagnorisis.domain import KINDS, BadValue, ItemId, Kind
from anagnorisis.store import events, forecasts
from anagnorisis.store.connections import Writer
from anagnorisis.store.db import Store
from anagnorisis.store.forecasts import Due, Forecast
from anagnorisis.taste.linear import LINEAR
from anagnorisis.taste.second import SecondOpinion

WIDEST = 1e3
"""Points beyond which nothing was ever foretold."""


class SaidOf(Struct, frozen=True):
    """What a candidate said of one rating event."""

    kind: Kind
    at: int
    uuid: str
    candidate: str
    item: ItemId
    mean: float
    scale: float
    degrees: float | None
    replayed: bool


async def lines(store: Store, person: int, head: bool) -> list[bytes]:
    """All that the linear candidates said of the ratings of a person, and the `head`; a line each."""
    those = {*LINEAR, SecondOpinion.name} if head else {*LINEAR}
    told: list[bytes] = []
    for kind in KINDS:
        for one in await forecasts.of(store.read, person, kind):
            if one.candidate in those:
                said = SaidOf(
                    kind,
                    one.at,
                    one.uuid,
                    one.candidate,
                    one.item,
                    one.mean,
                    one.scale,
                    one.degrees,
                    bool(one.replayed),
                )
                told.append(msgspec.json.encode(said) + b"\n")
    return told


def read(pieces: Iterator[bytes]) -> list[SaidOf]:
    """What a file says. Raises `BadValue` for anything that was never said."""
    try:
        told: list[SaidOf] = msgspec.json.Decoder(SaidOf).decode_lines(b"".join(pieces))
    except msgspec.MsgspecError as error:
        raise BadValue(
            f"What the file says of forecasts is none that this program writes: {error}."
        ) from error
    for one in told:
        whole = abs(one.mean) <= WIDEST and 0 < one.scale <= WIDEST and abs(one.at) < 2**62
        if not whole or one.candidate not in (*LINEAR, SecondOpinion.name):
            raise BadValue("The file holds forecasts that nobody could have made.")
        if one.degrees is not None and not (one.degrees > 0 and math.isfinite(one.degrees)):
            raise BadValue("The file holds forecasts that nobody could have made.")
    return told


async def take_up(store: Store, person: int, kind: Kind, told: list[SaidOf], head: bool) -> None:
    """Let what was said of ratings of a kind stand, in the place of what would be worked out afterwards; what
    the head said only where it speaks here too.
    """
    those = [one for one in told if one.kind == kind and (head or one.candidate in LINEAR)]
    own = await events.theirs(store.read, person, {one.uuid for one in those})
    said = [Forecast(person=person, **asdict(one)) for one in those if one.uuid in own]
    steps = await forecasts.walk(store.read, person, kind)
    due = await forecasts.due(store.read, person, kind)

    def verb(db: Writer) -> None:
        if steps and due:
            forecasts.redo(db, Due(0, due.asked), steps[-1], LINEAR, said, (person, kind))
        else:
            forecasts.put(db, said)

    await store.write(verb)
