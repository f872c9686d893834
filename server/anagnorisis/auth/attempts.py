"""How often an address may try: within a minute, and when it fails all hour long, not for a while."""

import time
from collections import deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

from anagnorisis.auth.refusals import TooManyTries

MOST, WINDOW_S = 5, 60.0
MOST_IN_HOUR, HOUR_S, LOCKED_S = 20, 3600.0, 900.0
MOST_ADDRESSES = 10_000
Clock = Callable[[], float]


class Attempts:
    """At most `most` tries in `window_s`, by address; after that until the first is that old.

    With `locked_s` the address waits for that long from its last try, and then begins anew. `clock` gives
    seconds that only grow.
    """

    def __init__(
        self,
        clock: Clock = time.monotonic,
        most: int = MOST,
        window_s: float = WINDOW_S,
        locked_s: float | None = None,
        says: str = "Too many wrong codes from this device.",
    ) -> None:
        self._clock, self._most, self._window_s, self._locked_s = clock, most, window_s, locked_s
        self._says = says
        self._tries: dict[str, deque[float]] = {}

    def begin(self, address: str) -> None:
        """Count a try before its outcome is known, so that many at once gain nothing.

        Raises `TooManyTries` while the address has to wait.
        """
        tries = self._recent(address)
        if len(tries) >= self._most:
            free = tries[0] + self._window_s if self._locked_s is None else tries[-1] + self._locked_s
            wait = max(1, round(free - self._clock()))
            raise TooManyTries(f"{self._says} Try again in {_spoken(wait)}.", wait)
        if len(self._tries) >= MOST_ADDRESSES:
            self._tries = {known: moments for known in self._tries if (moments := self._recent(known))}
        self._tries.setdefault(_network(address), deque(maxlen=self._most)).append(self._clock())

    def succeed(self, address: str) -> None:
        """It was right: the address begins anew."""
        self._tries.pop(_network(address), None)

    def _recent(self, address: str) -> deque[float]:
        tries, now = self._tries.get(_network(address), deque[float]()), self._clock()
        if self._locked_s is not None and len(tries) >= self._most and tries[-1] <= now - self._locked_s:
            tries.clear()
        while tries and tries[0] <= now - self._window_s and not self._locked(tries):
            tries.popleft()
        return tries

    def _locked(self, tries: deque[float]) -> bool:
        return self._locked_s is not None and len(tries) >= self._most


class Guesses:
    """What anybody may try who has no session: five codes a minute, twenty an hour."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._limits = (Attempts(clock), Attempts(clock, MOST_IN_HOUR, HOUR_S, LOCKED_S))

    def begin(self, address: str) -> None:
        """Count a try. Raises `TooManyTries`."""
        for limit in self._limits:
            limit.begin(address)

    def succeed(self, address: str) -> None:
        """It was right: the address begins anew."""
        for limit in self._limits:
            limit.succeed(address)


def _spoken(seconds: int) -> str:
    return f"{seconds} seconds" if seconds <= 90 else f"{round(seconds / 60)} minutes"


def _network(address: str) -> str:
    """An IPv6 device owns its whole /64; everything else counts as written."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return parsed.exploded[:19]
    return str(parsed)
