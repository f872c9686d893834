"""How somebody already inside brings in a phone: the address to scan, and the tag to compare."""

from litestar import get
from litestar.di import NamedDependency
from msgspec import Struct

from anagnorisis.api.entrance import Entrance, picture


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
    shown = picture(entrance.guide) if entrance.is_open else ""
    return WayIn(entrance.is_open, entrance.app, entrance.guide, entrance.tag, shown)
