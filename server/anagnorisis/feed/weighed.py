"""What a person's signals are taken for, to carry along: learned epochs, and what they switched off."""

import math

import msgspec
from msgspec import Struct, field

from anagnorisis.domain import HIGHEST, KINDS, BadValue, Kind
from anagnorisis.store import signal_epochs
from anagnorisis.store.connections import Writer
from anagnorisis.store.db import Store
from anagnorisis.store.signal_epochs import Effect, SignalEpoch
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.signals import TYPES

LONGEST_USUAL = 1e6
"""Seconds of attention beyond which a file is not believed."""


class WeighedKind(Struct, frozen=True):
    """What was learned of the signals of a kind."""

    learned_at: int
    ratings: int
    mean: float
    usual: float
    effects: list[Effect]


class Weighed(Struct, frozen=True):
    """All of it."""

    off: list[str] = field(default_factory=list)
    """Types the person does not want to be learned from; "all" for all."""
    kinds: dict[Kind, WeighedKind] = field(default_factory=dict)


async def weighed(store: Store, person: int) -> Weighed:
    """What is in force for a person."""
    kinds: dict[Kind, WeighedKind] = {}
    for kind in KINDS:
        epoch = await signal_epochs.epoch_of(store.read, person, kind)
        if epoch is not None:
            effects = await signal_epochs.effects_of(store.read, person, kind)
            told = WeighedKind(epoch.learned_at, epoch.ratings, epoch.mean, epoch.usual, effects)
            kinds[kind] = told
    return Weighed(sorted(await signal_epochs.off(store.read, person)), kinds)


def read(body: bytes) -> Weighed:
    """What a file says. Raises `BadValue` for anything that no house has learned."""
    try:
        told = msgspec.json.decode(body, type=Weighed)
    except msgspec.MsgspecError as error:
        raise BadValue(f"What the file says of signals is none that this program writes: {error}.") from error
    effects = [effect for kind in told.kinds.values() for effect in kind.effects]
    known = {*TYPES, "all"}
    sound = (
        all(0 <= kind.mean <= HIGHEST and 0 <= kind.usual <= LONGEST_USUAL for kind in told.kinds.values())
        and all(0 <= kind.ratings < 2**31 for kind in told.kinds.values())
        and all(0 <= one.weight <= 1 and abs(one.effect) <= HIGHEST for one in effects)
        and all(0 <= one.cases < 2**31 and math.isfinite(one.low + one.high) for one in effects)
        and known.issuperset([*told.off, *(one.type for one in effects)])
    )
    if not sound:
        raise BadValue("What the file says of signals is nothing that could have been learned.")
    return told


async def take_up(store: Store, learner: Learner, person: int, told: Weighed, now: int) -> None:
    """Take the signals of `person` for what they were taken for; `now` is in unix seconds."""
    epochs: list[tuple[SignalEpoch, list[Effect]]] = []
    for kind, of in told.kinds.items():
        last = await signal_epochs.epoch_of(store.read, person, kind)
        number, at = last.epoch + 1 if last else 1, min(max(0, of.learned_at), now)
        epoch = SignalEpoch(person, kind, number, at, of.ratings, of.mean, of.usual)
        epochs.append((epoch, list({one.type: one for one in of.effects}.values())))

    def verb(db: Writer) -> None:
        for epoch, effects in epochs:
            signal_epochs.freeze(db, epoch, effects)
        for type in told.off:
            signal_epochs.switch(db, person, type, False)

    await store.write(verb)
    learner.hints.forget(person)
    await learner.forget(person)
