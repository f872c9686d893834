"""Multicast DNS: what the house is called, where it is, and whether another machine has the name already.

Names and addresses by RFC 6762, services by RFC 6763. IPv4 carries both families' records.
"""

import asyncio
from collections.abc import Sequence
from ipaddress import IPv4Address

from zeroconf import AddressResolver, IPVersion, ServiceInfo  # type: ignore[attr-defined]  # not in __all__
from zeroconf.asyncio import AsyncZeroconf

from anagnorisis.api import VERSION
from anagnorisis.auth.certificates.reach import Address

SERVICES = ("_anagnorisis._tcp.local.", "_https._tcp.local.")
PROBE_MS = 750
"""As long as RFC 6762 §8.1 has a newcomer listen before it takes a name."""
LIFE_S = 120


class Discovery:
    """One responder on the interfaces of `addresses`; to follow a change of address, open another."""

    def __init__(self, addresses: Sequence[Address], ours: Sequence[Address] | None = None) -> None:
        """`ours` are the addresses that are no other machine's, `addresses` when left out."""
        self._addresses = tuple(addresses)
        self._ours = {str(one) for one in (addresses if ours is None else ours)}
        own = [str(one) for one in addresses if isinstance(one, IPv4Address)]
        self._mdns = AsyncZeroconf(interfaces=own or ["127.0.0.1"], ip_version=IPVersion.V4Only)

    async def taken(self, name: str) -> str:
        """An address of another machine that answers to `name`.local; empty when none does."""
        asked = AddressResolver(f"{name}.local.")
        await asked.async_request(self._mdns.zeroconf, PROBE_MS)
        there = [address.partition("%")[0] for address in asked.parsed_addresses()]
        return next((one for one in there if one not in self._ours), "")

    async def announce(self, name: str, port: int, tag: str) -> None:
        """Say that `name`.local is here and serves the app at `port`, and go on answering."""
        said = [
            ServiceInfo(
                service,
                f"Anagnorisis {tag}.{service}",
                port,
                properties={"v": VERSION, "id": tag, "path": "/"},
                server=f"{name}.local.",
                parsed_addresses=[str(one) for one in self._addresses],
                host_ttl=LIFE_S,
            )
            for service in SERVICES
        ]
        await asyncio.gather(
            *(self._mdns.async_register_service(one, allow_name_change=True) for one in said)
        )

    async def close(self) -> None:
        """Say goodbye, so that nobody looks for the house where it is no more."""
        await self._mdns.async_unregister_all_services()
        await self._mdns.async_close()
