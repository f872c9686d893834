"""The house on the home network: certificate, name and announcement, following what changes around it."""

import asyncio
import logging
import socket
from contextlib import suppress
from datetime import UTC, datetime

import zeroconf

from anagnorisis.api.entrance import Entrance
from anagnorisis.api.lan.addresses import home_addresses, local_names
from anagnorisis.api.lan.discovery import Discovery
from anagnorisis.api.lan.guide import Guide
from anagnorisis.api.lan.name import FIRST, candidates, keep_name, kept_name
from anagnorisis.api.tls import Live
from anagnorisis.auth.certificates.own import Own, renewed
from anagnorisis.auth.certificates.reach import Address, Reach, reach
from anagnorisis.auth.hosts import Hosts
from anagnorisis.config import Settings
from anagnorisis.domain import AnagnorisisError

LOOKS_S = 15.0
"""Between two looks at addresses and at the age of the certificate."""
log = logging.getLogger(__name__)


class Front:
    """What phones need before they reach the app, with the house's own authority."""

    def __init__(self, settings: Settings, entrance: Entrance, hosts: Hosts) -> None:
        """Read or make the certificates. Raises what `Own` and `kept_name` raise."""
        self._settings, self._entrance, self._hosts = settings, entrance, hosts
        self._own = Own(settings.data, settings.names, datetime.now(UTC))
        self._name = kept_name(settings.data)
        self._discovery: Discovery | None = None
        self._rival = ""
        self._addresses: tuple[Address, ...] = ()
        self._turn = asyncio.Lock()
        self.tls = Live(self._own)
        self.guide = Guide(entrance, hosts, lambda: self._own.authority)

    async def prepare(self) -> None:
        """Choose a name where none is kept, and take up the certificate. Raises `BadValue`."""
        self._look()
        self._doubt_clock()
        if self._name is None:
            self._name = await self._free_name()
            await asyncio.to_thread(keep_name, self._settings.data, self._name)
        self._entrance.scheme, self._entrance.host = "https", f"{self._name}.local"
        await self._take_up()

    async def follow(self) -> None:
        """Announce the house and, until cancelled, follow addresses and the age of the certificate."""
        announced: tuple[object, ...] = ()
        try:
            while True:
                self._look()
                await self._renew()
                if self._announcement() != announced:
                    announced = self._announcement() if await self._announce() else ()
                await asyncio.sleep(LOOKS_S)
        finally:
            await self._fall_silent()

    async def renew_authority(self) -> list[str]:
        """Make a new authority and serve by it at once; what to tell the person who asked."""
        async with self._turn:
            made = await asyncio.to_thread(self._own.renew_authority, datetime.now(UTC))
        await self._take_up()
        return renewed(made)

    def _announcement(self) -> tuple[object, ...]:
        return self._addresses, self._entrance.host, self._entrance.tag

    async def _take_up(self) -> None:
        async with self._turn:
            await self.tls.refresh(self._found_at())
        self._entrance.tag = self._own.authority.tag
        self._hosts.know(self._names())

    async def _renew(self) -> None:
        try:
            await self._take_up()
        except (AnagnorisisError, OSError) as error:
            log.error("The certificate could not be renewed; it is tried again: %s", error)

    def _names(self) -> list[str]:
        return local_names(socket.gethostname(), self._name or FIRST, self._settings.names)

    def _found_at(self) -> Reach:
        return reach(self._names(), self._addresses)

    def _doubt_clock(self) -> None:
        now, made = datetime.now(UTC), self._own.authority.certificate.not_valid_before_utc
        if now < made:
            log.error(
                "The clock says %s, but this house was there on %s already: phones will refuse its "
                "certificate. Set it: sudo timedatectl set-ntp true",
                now.date(),
                made.date(),
            )

    def _look(self) -> None:
        self._addresses = home_addresses()
        self._entrance.addresses = tuple(map(str, self._addresses))

    async def _free_name(self) -> str:
        """The first name that no other machine answers to; without a network, the first of all."""
        if not self._settings.announce:
            return FIRST
        with suppress(OSError, zeroconf.Error):
            looking = Discovery(self._addresses)
            try:
                for name in candidates():
                    if not await looking.taken(name):
                        return name
            finally:
                await looking.close()
        return FIRST

    async def _announce(self) -> bool:
        """Whether the house is now known on the network by its name, or is not to be."""
        if not self._settings.announce:
            return True
        await self._fall_silent()
        name = self._entrance.host.removesuffix(".local")
        try:
            self._discovery = Discovery(self._addresses)
            if await self._has_rival(name):
                return False
            await self._discovery.announce(name, self._entrance.port, self._entrance.tag)
        except (OSError, zeroconf.Error) as error:
            log.warning("The name %s.local cannot be announced; it is tried again: %s", name, error)
            return False
        return True

    async def _has_rival(self, name: str) -> bool:
        """Whether another machine has the name by now; said once, for the house cannot take another."""
        assert self._discovery is not None
        rival = await self._discovery.taken(name)
        if rival and rival != self._rival:
            log.error(
                "%s answers to %s.local too, so this house is not announced. End that one.", rival, name
            )
        self._rival = rival
        return bool(rival)

    async def _fall_silent(self) -> None:
        leaving, self._discovery = self._discovery, None
        if leaving is not None:
            with suppress(OSError, zeroconf.Error):
                await leaving.close()
