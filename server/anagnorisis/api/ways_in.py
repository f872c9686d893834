"""How somebody already inside brings in a phone: the address to scan, and the tag to compare."""

import time

from litestar import get, post
from litestar.di import NamedDependency
from msgspec import Struct

from anagnorisis.api.entrance import Entrance, Renewal, picture
from anagnorisis.auth.sessions import Caller
from anagnorisis.store import audit
from anagnorisis.store.db import Store


class WayIn(Struct, frozen=True):
    """Where a phone begins, and what it should meet there."""

    open: bool
    """False while the house serves this machine alone."""
    app: str
    """The origin that the app is installed from."""
    guide: str
    """The address to open on the phone."""
    tag: str
    """Four characters that name the house's own authority; empty without one."""
    picture: str
    """`guide` as a QR code, SVG."""


@get("/entrance")
async def get_entrance(entrance: NamedDependency[Entrance]) -> WayIn:
    """How a phone comes in."""
    return _told(entrance)


@post("/entrance/authority")
async def make_authority(
    caller: NamedDependency[Caller],
    store: NamedDependency[Store],
    entrance: NamedDependency[Entrance],
    renewal: NamedDependency[Renewal],
) -> WayIn:
    """A new authority in the place of the one devices trust: each of them has to trust the house anew.

    400 where the house has none of its own.
    """
    await renewal.renew()
    now, by = int(time.time()), caller.by()
    await store.write(lambda db: audit.note(db, now, by, "made a new authority"))
    return _told(entrance)


def _told(entrance: Entrance) -> WayIn:
    shown = picture(entrance.guide) if entrance.is_open else ""
    return WayIn(entrance.is_open, entrance.app, entrance.guide, entrance.tag, shown)
