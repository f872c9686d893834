"""Tracks of unknown loudness get one: from their tags, else by listening to all of it once."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from anagnorisis import _core
from anagnorisis.decode.heard import Ear
from anagnorisis.domain import ItemId
from anagnorisis.store import loudness, places
from anagnorisis.store.db import Store
from anagnorisis.store.loudness import AIM, Loudness

AT_ONCE = 1000
"""Tracks asked of the store at a time."""


class Loudnesses:
    """Looks at tracks one by one, and keeps how loud each is."""

    def __init__(self, store: Store, ear: Ear) -> None:
        self._store, self._ear = store, ear
        self._unreached: set[ItemId] = set()

    def look_again(self) -> None:
        """Count tracks as pending whose files were not there: their disk may be back."""
        self._unreached.clear()

    async def pending(self) -> dict[ItemId, bytes]:
        """Tracks that can be looked at now and a file of each, some of them if there are many.

        Those whose files are not there are counted as out of reach; when all that were asked for are, it asks
        on.
        """
        while True:
            found = await loudness.pending(self._store.slow, AT_ONCE + len(self._unreached))
            asked = [item for item in found if item not in self._unreached]
            files = await places.files_of(self._store.slow, asked)
            there = await asyncio.to_thread(_there, files)
            self._unreached |= set(asked) - there.keys()
            if there or not asked:
                return there

    async def left(self) -> int:
        """How many tracks are pending."""
        return max(0, await loudness.left(self._store.slow) - len(self._unreached))

    async def settle(self, item: ItemId, path: bytes) -> None:
        """Find out how loud a track is, from a file of it, and keep that, or that it cannot be told."""
        gains = (await asyncio.to_thread(_core.sound_notes, path)).gains
        if (told := _as_told(item, gains)) is None:
            heard = await self._ear.hear(path)
            if heard.again == "source":
                self._unreached.add(item)
                return
            way: loudness.Way = "failed" if heard.reason else "measured"
            told = Loudness(item, heard.lufs, heard.peak, _lufs(gains[2]), gains[3], way)
        await self._store.write(lambda db: loudness.put(db, [told]))

    async def rest(self) -> None:
        """Let the process that listens go."""
        await self._ear.close()


def _there(files: Sequence[tuple[ItemId, bytes]]) -> dict[ItemId, bytes]:
    """Of each item a file that is there."""
    return {item: path for item, path in files if Path(os.fsdecode(path)).is_file()}


def _as_told(item: ItemId, gains: list[float | None]) -> Loudness | None:
    track, peak, album, album_peak = gains
    if track is None:
        return None
    return Loudness(item, _lufs(track), peak, _lufs(album), album_peak, "tag")


def _lufs(gain: float | None) -> float | None:
    return None if gain is None else AIM - gain
