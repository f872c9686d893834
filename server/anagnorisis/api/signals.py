"""What the house notes of a person beside ratings: to see what it weighs, to switch off, to erase."""

import time
from typing import Literal

from litestar import delete, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Struct

from anagnorisis.api.changes import Bells
from anagnorisis.auth.sessions import Caller
from anagnorisis.store import signal_epochs
from anagnorisis.store import signals as kept
from anagnorisis.store.db import Store
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.ledger import Ledger, ledger
from anagnorisis.taste.signals import Type


class SwitchIn(Struct, frozen=True, forbid_unknown_fields=True):
    """What shall be learned from or not: one type of signal, or all of them."""

    type: Type | Literal["all"]
    used: bool


@get("/taste/signals")
async def get_signals(caller: NamedDependency[Caller], store: NamedDependency[Store]) -> Ledger:
    """What was noted of the person who asks beside their ratings, and what it weighs for them."""
    return await ledger(store, caller.person.id)


@put("/taste/signals")
async def switch_signals(
    data: JSONBody[SwitchIn],
    caller: NamedDependency[Caller],
    store: NamedDependency[Store],
    learner: NamedDependency[Learner],
    bells: NamedDependency[Bells],
) -> Ledger:
    """Learn from a type of signal or not; every score heeds it when this is answered."""
    person = caller.person.id
    await store.write(lambda db: signal_epochs.switch(db, person, data.type, data.used))
    await learner.weigh_anew(person)
    bells.rated(person)
    return await ledger(store, person)


@delete("/taste/signals", status_code=200)
async def erase_signals(
    caller: NamedDependency[Caller],
    store: NamedDependency[Store],
    learner: NamedDependency[Learner],
    bells: NamedDependency[Bells],
) -> Ledger:
    """Erase for good what the person played, opened and looked at up to now. Their ratings stay."""
    person = caller.person.id
    async with store.erasing("signals", person):
        await store.write(lambda db: kept.erase(db, person, int(time.time() * 1000)))
        await learner.weigh_anew(person)
        bells.rated(person)
    return await ledger(store, person)
