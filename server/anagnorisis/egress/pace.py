"""One request to a host at a time, a rest between two, and as long a rest as the host itself asks for."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime

from anagnorisis.egress.refusals import HostBusy

GAP_S = 2.0
PATIENCE_S = 60.0
"""A request that would wait longer for its turn is refused."""
LONGEST_REST_S = 7 * 24 * 3600.0
MOST_HOSTS = 1000
"""Beyond these, hosts that may be asked again at once are forgotten."""


class Pace:
    """Turns at hosts. `clock` and `sleep` are in seconds."""

    def __init__(
        self,
        gap_s: float = GAP_S,
        patience_s: float = PATIENCE_S,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._gap_s, self._patience_s, self._clock, self._sleep = gap_s, patience_s, clock, sleep
        self._free_at: dict[str, float] = {}
        self._busy: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Have `host` to oneself for the block, once it may be asked again. Raises `HostBusy`."""
        self._forget()
        lock = self._busy.setdefault(host, asyncio.Lock())
        try:
            async with asyncio.timeout(self._patience_s):
                await lock.acquire()
        except TimeoutError as error:
            raise HostBusy(host, "is still being read for something else.", int(self._patience_s)) from error
        try:
            await self._rest(host)
            try:
                yield
            finally:
                self.hold(host, self._gap_s)
        finally:
            lock.release()

    def hold(self, host: str, seconds: float) -> None:
        """Leave `host` alone for `seconds` from now, at most a week; an earlier, longer hold stays."""
        until = self._clock() + min(seconds, LONGEST_REST_S)
        self._free_at[host] = max(until, self._free_at.get(host, 0.0))

    async def _rest(self, host: str) -> None:
        left = self._free_at.get(host, 0.0) - self._clock()
        if left > self._patience_s:
            raise HostBusy(host, f"asked to be left alone for another {round(left)} s.", round(left))
        if left > 0:
            await self._sleep(left)

    def _forget(self) -> None:
        if len(self._busy) > MOST_HOSTS:
            now = self._clock()
            for host in [one for one, lock in self._busy.items() if not lock.locked()]:
                if self._free_at.get(host, 0.0) <= now:
                    self._busy.pop(host)
                    self._free_at.pop(host, None)


def retry_after_s(value: str) -> float:
    """Seconds that a `Retry-After` asks for, 0 when it cannot be read (RFC 9110 §10.2.3)."""
    value = value.strip()[:64]
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return 0.0
