"""What was noted of a person beside their ratings, and what each type of it weighs for them and why."""

from msgspec import Struct

from anagnorisis.domain import KINDS, Kind
from anagnorisis.store import signal_epochs, signals
from anagnorisis.store.db import Store
from anagnorisis.store.signal_epochs import Effect
from anagnorisis.store.signals import Noted
from anagnorisis.taste.scores import MANY
from anagnorisis.taste.signals import ASSUMED, CASES, TYPES, Type

TITLES: dict[Type, str] = {
    "finished": "To the end",
    "skipped": "Passed over early",
    "again": "Chosen again",
    "dwelt": "Looked at for long, or briefly",
    "removed": "Taken out of what plays next",
}
APPLY: dict[Type, tuple[Kind, ...]] = {
    "finished": ("music", "article"),
    "skipped": ("music",),
    "again": KINDS,
    "dwelt": ("image", "article"),
    "removed": ("music",),
}
DID: dict[Type, str] = {
    "finished": "you heard or read to the end",
    "skipped": "you passed over early",
    "again": "you chose again",
    "dwelt": "you stayed with for long",
    "removed": "you took out of what plays next",
}


class Weighed(Struct, frozen=True):
    """A type of signal in one kind."""

    kind: Kind
    noted: int
    """Items there is such a signal on."""
    learned: bool
    """False: what it is worth is assumed as yet."""
    weight: float
    """Of a rating."""
    effect: Effect | None
    """None before there are 30 cases."""
    says: str


class TypeOut(Struct, frozen=True):
    """A type of signal."""

    type: Type
    title: str
    used: bool
    kinds: list[Weighed]


class Ledger(Struct, frozen=True):
    """Everything noted beside ratings."""

    used: bool
    """Whether anything of it is learned from."""
    types: list[TypeOut]


async def ledger(store: Store, person: int) -> Ledger:
    """What was noted of the person and what it weighs."""
    off, noted = await signal_epochs.off(store.read, person), await signals.noted(store.read, person)
    learned = {
        kind: {one.type: one for one in await signal_epochs.effects_of(store.read, person, kind)}
        for kind in KINDS
    }
    types = [
        TypeOut(
            type,
            TITLES[type],
            type not in off,
            [
                _weighed(type, kind, noted.get(kind, Noted(kind)), learned[kind].get(type))
                for kind in APPLY[type]
                if kind in noted
            ],
        )
        for type in TYPES
    ]
    return Ledger("all" not in off, types)


def _weighed(type: Type, kind: Kind, noted: Noted, effect: Effect | None) -> Weighed:
    weight = (effect or ASSUMED[type]).weight
    return Weighed(kind, getattr(noted, type), effect is not None, weight, effect, _says(type, kind, effect))


def _says(type: Type, kind: Kind, effect: Effect | None) -> str:
    if effect is None:
        return f"Counts a little. Once you have rated {CASES} such {MANY[kind]}, your ratings decide."
    what = f"{effect.cases} {MANY[kind]} that {DID[type]}"
    if not effect.weight:
        return f"Counts for nothing: what you gave {what} is no different from the rest."
    than = "more" if effect.effect > 0 else "less"
    return (
        f"You gave {what} {abs(effect.effect):.1f} {than} than usual: "
        f"one such counts as {effect.weight:.2f} of a rating."
    )
