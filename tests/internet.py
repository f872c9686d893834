"""An internet of one's own: names that resolve as a test says, addresses that lead to servers on loopback."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack

from httpcore2 import SOCKET_OPTION, AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream, ConnectError
from msgspec import Struct

from anagnorisis.egress.guard import system_resolver
from anagnorisis.egress.refusals import Unreachable

PUBLIC, OTHER, BAD = "93.184.216.34", "8.8.4.4", "192.168.1.7"


class Asked(Struct, frozen=True):
    """A request as a server got it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Reply = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


def said(status: str, body: bytes = b"", **headers: str) -> bytes:
    """An answer in one piece."""
    told = {"content-length": str(len(body)), "connection": "close"}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def saying(status: str, body: bytes = b"", **headers: str) -> Reply:
    """A server that always gives the same answer."""

    async def reply(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(said(status, body, **headers))

    return reply


class World(AsyncNetworkBackend):
    """Resolver and wire in one; it remembers what was looked up, connected and asked."""

    def __init__(self, later: AsyncExitStack) -> None:
        self._later = later
        self.names: dict[str, list[list[str]]] = {}
        """Host → its addresses, a list for each time it is looked up; the last one stays."""
        self.ports: dict[str, int] = {}
        """Address → the port on loopback where its server is."""
        self.looked_up: list[str] = []
        self.connected: list[str] = []
        self.asked: list[Asked] = []

    async def serve(self, address: str, reply: Reply, trust: ssl.SSLContext | None = None) -> None:
        """Let a server answer at `address`, whatever the port that is asked for."""

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                self.asked.append(asked := await _read(reader))
                await reply(asked, writer)
                await writer.drain()
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=trust)
        self._later.callback(server.close)
        self.ports[address] = server.sockets[0].getsockname()[1]

    async def resolve(self, host: str, port: int) -> list[str]:
        self.looked_up.append(host)
        if host not in self.names:
            try:
                return [*await system_resolver(host, port)] if host.strip("0123456789.:abcdef") == "" else []
            except Unreachable:
                return []
        answers = self.names[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        self.connected.append(host)
        if host not in self.ports:
            raise ConnectError("nobody is there")
        return await AnyIOBackend().connect_tcp("127.0.0.1", self.ports[host], timeout)


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:]) if name}
    return Asked(method, path, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
