"""Wrong codes are counted by address: five in a minute, then the address waits."""

import time
from collections import deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

from anagnorisis.auth.refusals import TooManyTries

MOST, WINDOW_S = 5, 60.0
MOST_ADDRESSES = 10_000


class Attempts:
    """Moments of the wrong codes of the last minute. `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: dict[str, deque[float]] = {}

    def begin(self, address: str) -> None:
        """Count a try before its outcome is known, so that many at once gain nothing.

        Raises `TooManyTries` while the address has to wait.
        """
        wrong = self._recent(address)
        if len(wrong) >= MOST:
            wait = max(1, round(wrong[0] + WINDOW_S - self._clock()))
            raise TooManyTries(f"Too many wrong codes from this device. Try again in {wait} seconds.", wait)
        if len(self._wrong) >= MOST_ADDRESSES:
            self._wrong = {known: moments for known in self._wrong if (moments := self._recent(known))}
        self._wrong.setdefault(_network(address), deque(maxlen=MOST)).append(self._clock())

    def succeed(self, address: str) -> None:
        """The code was right: the address begins anew."""
        self._wrong.pop(_network(address), None)

    def _recent(self, address: str) -> deque[float]:
        wrong = self._wrong.get(_network(address), deque[float]())
        while wrong and wrong[0] <= self._clock() - WINDOW_S:
            wrong.popleft()
        return wrong


def _network(address: str) -> str:
    """An IPv6 device owns its whole /64; everything else counts as written."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return parsed.exploded[:19]
    return str(parsed)
