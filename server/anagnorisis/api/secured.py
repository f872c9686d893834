"""Which certificate the house is served with, kept fresh meanwhile; plain HTTP on loopback has none."""

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from anagnorisis.api.entrance import Entrance, Renewal, outward
from anagnorisis.api.tls import Live
from anagnorisis.auth.binding import encryption, listens_at
from anagnorisis.auth.certificates.kept import Files, Given
from anagnorisis.auth.certificates.reach import reach
from anagnorisis.auth.certificates.sender import Session
from anagnorisis.auth.certificates.way_out import through
from anagnorisis.auth.hosts import Hosts
from anagnorisis.config import Settings
from anagnorisis.domain import AnagnorisisError, BadValue
from anagnorisis.egress.client import Egress
from anagnorisis.media.replies import App

if TYPE_CHECKING:
    from anagnorisis.api.lan.front import Front

LOOKS_S = 15.0
"""Between two looks at files that somebody else renews."""
log = logging.getLogger(__name__)


class Secured(Struct, frozen=True, eq=False):
    """How the house is served."""

    context: ssl.SSLContext | None = None
    guide: App | None = None
    """What answers at the onboarding port, where there is one."""


PLAIN = Secured()


@asynccontextmanager
async def secured(
    settings: Settings, entrance: Entrance, hosts: Hosts, egress: Egress, renewal: Renewal
) -> AsyncIterator[Secured]:
    """Serve as the settings say while the block runs; fills in `entrance` and `renewal`.

    Raises `BadValue`, and for a certificate that has to be fetched first what `Egress.stream` raises.
    """
    match encryption(settings):
        case "own":
            async with _at_home(settings, entrance, hosts, renewal) as served:
                yield served
        case "files" | "acme" as chosen:
            entrance.scheme, entrance.host = "https", _called(settings)
            live = await (_given(settings) if chosen == "files" else _ordered(settings, egress))
            async with _beside(_look_again(live)):
                yield Secured(live.context)
        case "none":
            behind = settings.tls == "proxy" and settings.names
            entrance.scheme, entrance.host = "https" if behind else "http", _called(settings)
            entrance.port = 443 if behind else entrance.port
            yield PLAIN


def new_authority(settings: Settings) -> list[str]:
    """Make a new authority while no server runs; what to tell the person who asked. Raises `BadValue`."""
    own = import_module("anagnorisis.auth.certificates.own")
    now = datetime.now(UTC)
    said: list[str] = own.renewed(own.Own(settings.data, settings.names, now).renew_authority(now))
    return said


@asynccontextmanager
async def _at_home(
    settings: Settings, entrance: Entrance, hosts: Hosts, renewal: Renewal
) -> AsyncIterator[Secured]:
    # Imported here and now: the house that serves one machine never needs what this brings along.
    lan = import_module("anagnorisis.api.lan.front")
    front: Front = lan.Front(settings, entrance, hosts)
    await front.prepare()
    async with _beside(front.follow()):
        renewal.renew = front.renew_authority
        yield Secured(front.tls.context, front.guide)


async def _given(settings: Settings) -> Live:
    assert settings.cert is not None and settings.key is not None  # says `encryption`
    live = Live(Given(Files(settings.cert, settings.key)))
    await live.refresh(reach((), ()))
    return live


async def _ordered(settings: Settings, egress: Egress) -> Live:
    # Imported here and now, as the extra `acme` may be missing.
    try:
        orders = import_module("anagnorisis.auth.certificates.order")
    except ModuleNotFoundError as error:
        raise BadValue(
            f"tls = \"acme\" needs {error.name}, which is not here: pip install 'anagnorisis[acme]'"
        ) from error
    kept = import_module("anagnorisis.auth.certificates.ordered")
    session = Session(through(egress), asyncio.get_running_loop())

    def place(account: Any, names: Sequence[str]) -> Any:
        return orders.order(session, settings.acme_directory, account, names, settings.acme_hook)

    live = Live(kept.Ordered(settings.data, settings.names, place))
    await live.refresh(reach((), ()))
    return live


async def _look_again(live: Live) -> None:
    while True:
        await asyncio.sleep(LOOKS_S)
        try:
            if await live.refresh(reach((), ())):
                log.warning("The new certificate is in force.")
        except AnagnorisisError as error:
            log.error("The old certificate stays in force: %s", error)


@asynccontextmanager
async def _beside(work: Awaitable[None]) -> AsyncIterator[None]:
    """Keep `work` going while the block runs."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _called(settings: Settings) -> str:
    """What devices call the house: its first name in the settings, else the address it listens at."""
    if settings.names:
        return settings.names[0]
    host = listens_at(settings)
    return (outward() or socket.gethostname()) if host in {"0.0.0.0", "::"} else host
