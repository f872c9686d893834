"""The one client of the house: a purpose that is on, hop by hop through the guard, each written down."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from ssl import SSLContext

import msgspec
from httpcore2 import AnyIOBackend, AsyncNetworkBackend, default_ssl_context
from msgspec import Struct

from anagnorisis.domain import AnagnorisisError, Unknown
from anagnorisis.egress.exchange import Answer, Ask, Limits, Way, exchange
from anagnorisis.egress.guard import Meter, Resolve, system_resolver
from anagnorisis.egress.pace import Pace, retry_after_s
from anagnorisis.egress.purposes import NAMES, PURPOSES, SWITCH, PurposeName
from anagnorisis.egress.refusals import AddressRefused, SwitchedOff, Unreachable
from anagnorisis.egress.target import Target, host_in, read
from anagnorisis.store import ledger, local_hosts, switches
from anagnorisis.store.db import Store
from anagnorisis.store.ledger import Entry

MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
FOR_GOOD = frozenset({301, 308})
OVERLOADED = frozenset({429, 503})
OF_ONE_HOST = frozenset({"authorization", "cookie"})
"""Headers that do not go along when a redirect leads to another host."""
CUT_SHORT = "Its reader left before the end."


class Fetched(Struct, frozen=True):
    """An answer with all of its body: where it came from in the end, headers by lower-case name."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    moved: str
    """Where its address moved to for good, empty when it did not."""


class Egress:
    """Requests to the outside. `agent` is what hosts are told we are."""

    def __init__(
        self,
        store: Store,
        agent: str,
        *,
        resolve: Resolve = system_resolver,
        wire: AsyncNetworkBackend | None = None,
        trust: SSLContext | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._store, self._agent, self._pace = store, agent, pace or Pace()
        self._resolve, self._wire, self._trust = resolve, wire or AnyIOBackend(), trust

    async def get(
        self,
        purpose: PurposeName,
        url: str,
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
    ) -> Fetched:
        """Fetch `url` whole, whatever its status. Raises what `stream` does."""
        async with self.stream(purpose, url, Ask(headers=headers or {}, limits=limits or Limits())) as answer:
            return Fetched(answer.url, answer.status, answer.headers, await answer.read(), answer.moved)

    @asynccontextmanager
    async def stream(self, purpose: PurposeName, url: str, ask: Ask | None = None) -> AsyncIterator[Answer]:
        """Ask for `url`, follow where it leads, and give out the last answer while the block runs.

        Raises `SwitchedOff`, `BadValue` for what is no address, `AddressRefused`, `HostBusy`, `Unreachable`;
        its body raises `TooLarge` and `Unreachable`.
        """
        await self._check(purpose)
        ask, target = ask or Ask(), read(url)
        limit, moved, lasting = ask.limits.total_s, "", True
        for _ in range(1 + MOST_REDIRECTS):
            async with self._pace.turn(target.host):
                began = _now()
                deadline = None if limit is None else began + limit
                async with self._hop(purpose, target, ask, deadline) as answer:
                    location = answer.headers.get("location", "")
                    if answer.status not in REDIRECTS or not location:
                        answer.moved = moved
                        yield answer
                        return
                limit = None if limit is None else limit - (_now() - began)
            at_home = target.host in await self.local_hosts()
            target, ask = _followed(target, location, ask, answer.status, at_home)
            lasting = lasting and answer.status in FOR_GOOD
            moved = target.url if lasting else moved
        raise Unreachable("It leads from one address to the next without end.", url)

    @asynccontextmanager
    async def _hop(
        self, purpose: str, target: Target, ask: Ask, deadline: float | None
    ) -> AsyncIterator[Answer]:
        """One request, written down whatever comes of it."""
        allowed = frozenset(await self.local_hosts() if ask.home else ())
        ask = msgspec.structs.replace(ask, headers={"user-agent": self._agent, **ask.headers})
        meter, began, status, outcome = Meter(), _now(), None, CUT_SHORT
        entry = Entry(time.time_ns() // 1_000_000, purpose, target.host, ask.method, None, 0, 0, 0, "")
        row = await self._store.write(lambda db: ledger.note(db, entry), "egress")
        try:
            async with exchange(self._way(target), target, ask, allowed, deadline, meter) as answer:
                status = answer.status
                if status in OVERLOADED:
                    self._pace.hold(target.host, retry_after_s(answer.headers.get("retry-after", "")))
                yield answer
            outcome = ""
        except AnagnorisisError as error:
            outcome = error.what
            error.item = error.item or target.url
            raise
        finally:
            done = msgspec.structs.replace(
                entry,
                status=status,
                bytes_out=meter.out,
                bytes_in=meter.into,
                ms=round((_now() - began) * 1000),
                outcome=outcome,
            )
            await self._store.write(lambda db: ledger.finish(db, row, done), "egress")

    def _way(self, target: Target) -> Way:
        if self._trust is None and target.scheme == "https":
            self._trust = default_ssl_context()  # read once, 20 ms, and not at all in a house that stays in
        return Way(self._resolve, self._wire, self._trust)

    async def _check(self, purpose: PurposeName) -> None:
        if not await self.is_on(purpose):
            title = PURPOSES[purpose].title
            raise SwitchedOff(
                f"This would go out to the internet. First switch “{title}” on: Settings, What goes out."
            )

    async def is_on(self, purpose: PurposeName) -> bool:
        """Whether somebody switched `purpose` on."""
        return bool(await switches.get(self._store.read, SWITCH + purpose))

    async def switch(self, purpose: str, on: bool) -> None:
        """Switch a purpose on or off; a request under way is finished. Raises `Unknown`."""
        if purpose not in PURPOSES:
            raise Unknown(f"There is no purpose {purpose}. There are: {', '.join(NAMES)}.")
        value = "yes" if on else ""
        await self._store.write(lambda db: switches.set(db, SWITCH + purpose, value), "egress")

    async def begin(self) -> None:
        """Settle the ledger of a process that was killed; once, before the first request."""
        await self._store.write(ledger.interrupt)

    async def local_hosts(self) -> Sequence[str]:
        """Names of machines at home that may be reached."""
        return await local_hosts.names(self._store.read)

    async def allow(self, host: str) -> str:
        """Let a machine at home be reached by `host`; its plain spelling. Raises `BadValue`."""
        name = host_in(host)
        await self._store.write(lambda db: local_hosts.allow(db, name, int(time.time())), "egress")
        return name

    async def forbid(self, host: str) -> None:
        """Take the permission for `host` back. Raises `Unknown` and `BadValue`."""
        name = host_in(host)
        await self._store.write(lambda db: local_hosts.forbid(db, name), "egress")


def _now() -> float:
    return asyncio.get_running_loop().time()


def _followed(target: Target, location: str, ask: Ask, status: int, at_home: bool) -> tuple[Target, Ask]:
    """Where a redirect leads, and what is asked there (RFC 9110 §15.4). Raises as `stream` does."""
    to = target.joined(location)
    if target.scheme == "https" and to.scheme == "http":
        raise AddressRefused(f"{target.host} leads from an encrypted address to one that is not: {to.host}.")
    if status == 303 or (status in {301, 302} and ask.method == "POST"):
        ask = msgspec.structs.replace(ask, method="HEAD" if ask.method == "HEAD" else "GET", content=b"")
    if (to.scheme, to.authority) != (target.scheme, target.authority):
        # A page of the internet must not lead into the home; one at home may lead to another there.
        ask = msgspec.structs.replace(ask, home=ask.home and at_home)
        kept = {name: value for name, value in ask.headers.items() if name.lower() not in OF_ONE_HOST}
        ask = msgspec.structs.replace(ask, headers=kept)
    return to, ask
