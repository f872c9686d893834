"""How a person wants their feed chosen: told, changed, and set aside for one list."""

from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec.structs import replace

from anagnorisis.api.held import Held
from anagnorisis.auth.sessions import Caller
from anagnorisis.store import controls
from anagnorisis.store.controls import Controls
from anagnorisis.store.db import Store


@get("/feed/controls")
async def get_controls(
    caller: NamedDependency[Caller], store: NamedDependency[Store], held: NamedDependency[Held]
) -> Controls:
    """How the feed of the person who asks is chosen; as always for nobody."""
    return await usual(held, store, caller.person.id)


@put("/feed/controls")
async def set_controls(
    data: JSONBody[Controls], caller: NamedDependency[Caller], store: NamedDependency[Store]
) -> Controls:
    """Have the feed of the person who asks chosen so, on every device; what is left out is as always."""
    await store.write(lambda db: controls.put(db, caller.person.id, data), "controls")
    return data


async def usual(held: Held, store: Store, person: int) -> Controls:
    """How the feed of `person` is chosen where nothing else is asked for."""
    return await held.get(("controls", person), "controls", controls.of(store.read, person))


def overridden(usual: Controls, **asked: float | None) -> Controls:
    """`usual` with what was asked for in place of its own; None asks nothing."""
    return replace(usual, **{name: value for name, value in asked.items() if value is not None})
