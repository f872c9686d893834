"""The whole examination: of the running house, or of what would keep one from starting."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec

from anagnorisis.api.control import Where, ask_running
from anagnorisis.api.doctor import certificates, disk, names, ports
from anagnorisis.api.doctor.finding import Finding, note, well, wrong
from anagnorisis.api.entrance import Entrance
from anagnorisis.api.lan.addresses import home_addresses
from anagnorisis.auth.binding import encryption, listens_at
from anagnorisis.auth.certificates.reach import Address
from anagnorisis.auth.hosts import is_loopback
from anagnorisis.config import Settings
from anagnorisis.domain import AnagnorisisError


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Everything that was found, in the order in which a person would look."""
    now = datetime.now(UTC)
    for finding in (
        *disk.data_folder(settings.data),
        *disk.room(settings.data),
        *disk.clock(settings.data, now),
    ):
        yield finding
    try:
        running = _running(settings)
        encrypted = encryption(settings)
    except AnagnorisisError as error:
        yield wrong(error.what)
        return
    for finding in ports.answering(running) if running else ports.free(settings):
        yield finding
    if encrypted == "own" or (running and running.tag):
        for finding in certificates.own(settings, running.host if running else "", now):
            yield finding
    elif settings.cert and settings.key:
        host = settings.names[0] if settings.names else ""
        for finding in certificates.shown(settings.cert, settings.key, host, now, renews=False):
            yield finding
    async for finding in _from_outside(settings, running):
        yield finding


async def _from_outside(settings: Settings, running: Entrance | None) -> AsyncIterator[Finding]:
    """What lies between this machine and the phones."""
    if not running and is_loopback(listens_at(settings)):
        yield note("The house serves this machine alone. To let phones in: anagnorisis serve --lan")
        return
    if running and running.scheme == "http":
        yield note("The house serves this machine alone. To let phones in, start it with --lan.")
        return
    here = home_addresses()
    yield _addressed(here)
    opened = [running.port, running.guide_port] if running else [settings.port, settings.guide_port]
    for finding in ports.firewall([port for port in opened if port]):
        yield finding
    if running and running.tag and settings.announce:
        for finding in await names.answered(running.host, here):
            yield finding
    for name in settings.names:
        for finding in names.resolved(name, here):
            yield finding


def _addressed(here: tuple[Address, ...]) -> Finding:
    if not here:
        return wrong("This machine has no address on a home network. Plug it in, or join the Wi-Fi.")
    return well(f"This machine is at {', '.join(map(str, here))} at home.")


def _running(settings: Settings) -> Entrance | None:
    """How the running house is reached; None where none runs. Raises `Refused`."""
    lines = ask_running(settings.data, Where())
    return None if lines is None else msgspec.json.decode(lines[0], type=Entrance)
