"""Below TLS and HTTP: a name is looked up once, all its addresses judged, and only a judged one connected."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence, Set
from ssl import SSLContext
from typing import Any

from httpcore2 import SOCKET_OPTION, AsyncNetworkBackend, AsyncNetworkStream, ConnectError, ConnectTimeout

from anagnorisis.egress.addresses import Address, is_permitted, read
from anagnorisis.egress.refusals import AddressRefused, Unreachable

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host name or address, port → every address of it, best first."""
ATTEMPT_S = 2.5
"""For each address but the last: the first of a host may be of a network that leads nowhere."""


class Meter:
    """Bytes of HTTP that went each way, before TLS."""

    def __init__(self) -> None:
        self.out = self.into = 0


class Guard(AsyncNetworkBackend):
    """Connects one request. `wire` opens the connection to an address that was found fit."""

    def __init__(
        self, resolve: Resolve, wire: AsyncNetworkBackend, local_hosts: Set[str], meter: Meter
    ) -> None:
        self._resolve, self._wire = resolve, wire
        self._local_hosts, self._meter = local_hosts, meter

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """A connection to one of `host`'s addresses. Raises `AddressRefused` if any of them is not permitted,
        `Unreachable` for a name without one, and what httpcore raises for those that do not answer.
        """
        try:
            async with asyncio.timeout(timeout):
                *others, last = await self._judged(host, port)
                for address in others:
                    try:
                        return await self._connect(address, port, ATTEMPT_S, socket_options)
                    except (ConnectError, ConnectTimeout):
                        continue
                return await self._connect(last, port, timeout, socket_options)
        except TimeoutError as error:
            raise ConnectTimeout(f"no connection within {timeout} s") from error

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[SOCKET_OPTION] | None = None
    ) -> AsyncNetworkStream:
        """Never: a socket of this machine is no host."""
        raise AddressRefused("Sockets of this machine are not reached this way.")

    async def sleep(self, seconds: float) -> None:
        """As httpcore asks for between attempts."""
        await asyncio.sleep(seconds)

    async def _judged(self, host: str, port: int) -> list[Address]:
        found = [read(one) for one in await self._resolve(host, port)]
        if not found:
            raise Unreachable(f"{host} has no address.")
        for address in found:
            if not is_permitted(host, address, self._local_hosts):
                raise AddressRefused(
                    f"{host} is at {address}, which is not on the internet. If it is a machine of your own, "
                    "allow its name under Settings, What goes out."
                )
        return found

    async def _connect(
        self, address: Address, port: int, timeout: float | None, options: Iterable[SOCKET_OPTION] | None
    ) -> AsyncNetworkStream:
        return _Metered(
            await self._wire.connect_tcp(str(address), port, timeout, socket_options=options), self._meter
        )


class _Metered(AsyncNetworkStream):
    def __init__(self, inner: AsyncNetworkStream, meter: Meter) -> None:
        self._inner, self._meter = inner, meter

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        piece = await self._inner.read(max_bytes, timeout)
        self._meter.into += len(piece)
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._inner.write(buffer, timeout)
        self._meter.out += len(buffer)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> AsyncNetworkStream:
        inner = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        return _Metered(inner, self._meter)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """Every address that this machine finds for `host`, in its order of preference."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise Unreachable(
            f"{host} is not found: there is no such name, or no way to the internet."
        ) from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
