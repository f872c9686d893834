"""Waiting for a good moment: bells come in a row, and what they ask for is done once they pause."""

import asyncio
import ctypes
from collections.abc import Mapping

from anagnorisis.domain import Topic
from anagnorisis.store.changes import Changes

QUIET_S = 5.0
LONGEST_S = 60.0
"""Bells that never pause are heard after this time too."""


async def quiet_after(changes: Changes, seen: Mapping[Topic, int], within_s: float) -> None:
    """Return when a topic rang since `seen` and all have been still for a moment, or `within_s` is over.

    What the work before needed of memory goes back to the machine first: a house is at rest most of its life.
    """
    await asyncio.to_thread(_give_back)
    if not await rung(changes, seen, within_s):
        return
    clock = asyncio.get_running_loop().time
    longest = clock() + LONGEST_S
    while clock() < longest:
        if not await rung(changes, {topic: changes.count(topic) for topic in seen}, QUIET_S):
            return


def _give_back() -> None:
    """glibc keeps what its threads have freed, some 30 MB after a scan, until it is told to let go."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)


async def rung(changes: Changes, seen: Mapping[Topic, int], within_s: float) -> bool:
    """Wait until a topic rang since `seen`, or `within_s` is over; whether one did."""
    try:
        async with asyncio.timeout(within_s):
            await changes.wait(seen)
    except TimeoutError:
        return False
    return True
