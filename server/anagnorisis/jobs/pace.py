"""How fast background work goes and how long it will take, and its making way for who listens or looks."""

import asyncio
import time
from collections.abc import Callable

FRESH = 0.2
"""Weight of the newest batch in the pace."""
LONGEST_REST_S = 5.0
MINUTE, HOUR = 60, 3600


class Pace:
    """Things a second, the newest counting most."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._began, self._each = clock, clock(), 0.0
        self.took = 0.0
        """Seconds of the newest batch."""

    def begin(self) -> None:
        """A batch begins."""
        self._began = self._clock()

    def done(self, many: int) -> None:
        """A batch of `many` ended."""
        self.took = self._clock() - self._began
        each = self.took / max(1, many)
        self._each = each if not self._each else (1 - FRESH) * self._each + FRESH * each

    def says(self, left: int, at_once: int = 1) -> str:
        """Throughput and time left, for people, where so many have this pace; "" before the first batch."""
        if self._each <= 0:
            return ""
        rate = at_once / self._each
        return (
            f"{rate:.0f} a second, {lasting(left / rate)} left"
            if rate >= 1
            else (f"{rate * MINUTE:.0f} a minute, {lasting(left / rate)} left")
        )


def lasting(seconds: float) -> str:
    """A span of time in words."""
    if seconds < MINUTE:
        return "less than a minute"
    if seconds < 1.5 * MINUTE:
        return "1 minute"
    if seconds < 2 * HOUR:
        return f"{seconds / MINUTE:.0f} minutes"
    return f"{seconds / HOUR:.0f} hours"


async def make_way(streams: Callable[[], int], took: float) -> None:
    """While something plays, rest as long as the batch before took: half of the machine is theirs."""
    if streams():
        await asyncio.sleep(min(took, LONGEST_REST_S))
