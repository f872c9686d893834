"""Which models are heard in whose view, and how much: kept up with what they said and what came."""

import asyncio
import logging
from collections.abc import Iterable, Sequence

from anagnorisis.domain import BadValue, Event, ItemId
from anagnorisis.store import forecasts as spoken
from anagnorisis.store.db import Store
from anagnorisis.store.forecasts import Due, Forecast, Foretold, Step
from anagnorisis.taste.blend import Voice, earned, voiced
from anagnorisis.taste.challenger import Challenger
from anagnorisis.taste.forecasts import came
from anagnorisis.taste.linear import LINEAR
from anagnorisis.taste.replay import replayed
from anagnorisis.taste.view import View

log = logging.getLogger("anagnorisis.taste")


class Weighing:
    """The trust of every view follows the forecasts that count, and its voices the `challengers`.

    What changes a view is done in its person's turn.
    """

    def __init__(self, store: Store, challengers: Sequence[Challenger]) -> None:
        self._store, self._challengers = store, challengers

    async def hear(self, view: View) -> bool:
        """Trust as all forecasts that count say, and the challengers as they speak now. Whether a replay is
        due.
        """
        told = await spoken.of(self._store.read, view.person, view.kind)
        trust = await asyncio.to_thread(earned, told)
        view.hear(trust, await self._voices(view))
        return bool(_silent(view, told) or await spoken.due(self._store.read, view.person, view.kind))

    async def renew(self, view: View) -> None:
        """Take up what challengers say newly, or of rows that came since."""
        if view.voices or self._challengers:
            view.hear(view.trust, await self._voices(view))

    async def learned(self, views: Iterable[View], kept: Sequence[Event], told: Sequence[Forecast]) -> None:
        """Take in what was `told` of ratings among `kept`, the newest of all; the next `settle` shows it."""
        values = {event.uuid: event.value for event in kept if event.value is not None}
        undone = any(event.kind == "undo" for event in kept)
        for view in views:
            mine = came([one for one in told if one.kind == view.kind], values)
            if undone:
                await self.hear(view)
            elif mine:
                view.trust = earned(mine, view.trust)

    async def replay(self, view: View) -> bool:
        """Say again what is due to be said again; outside of the turn. Whether anything was: then the bell of
        what was worked out rings, `vectors`, for whoever looks at their taste meanwhile.
        """
        steps = await spoken.walk(self._store.read, view.person, view.kind)
        due = await self._due(view, steps)
        if due is None or not steps:
            return False
        told = await asyncio.to_thread(replayed, view, steps, due.at)
        whose = view.person, view.kind
        await self._store.write(lambda db: spoken.redo(db, due, steps[-1], LINEAR, told, whose), "vectors")
        return True

    async def _due(self, view: View, steps: Sequence[Step]) -> Due | None:
        """From when on: as noted, or from the first rating that was learned and of which nothing was said."""
        noted = await spoken.due(self._store.read, view.person, view.kind)
        told = await spoken.of(self._store.read, view.person, view.kind)
        silent = _silent(view, told)
        since = [step.at for step in steps if step.item in silent and step.value is not None]
        if not since:
            return noted
        return Due(min(since[0], noted.at), noted.asked) if noted else Due(since[0], 0)

    async def _voices(self, view: View) -> list[Voice]:
        return [voice for one in self._challengers if (voice := await self._voice(view, one))]

    async def _voice(self, view: View, challenger: Challenger) -> Voice | None:
        forecast = challenger.says(view.person, view.kind)
        if forecast is None or forecast.phi != view.space.version:
            return None
        for voice in view.voices:
            if voice.forecast is forecast and len(voice.columns) == len(view.columns):
                return voice
        noise, features = view.taste.noise, view.space.features
        try:
            return await asyncio.to_thread(voiced, challenger, forecast, view.columns, noise, features)
        except BadValue as error:
            log.warning("A model is not heard: %s", error)
            return None


def _silent(view: View, told: Iterable[Foretold]) -> set[ItemId]:
    """Items that were learned and of which nothing was said before."""
    return {*view.taste.items}.difference(one.item for one in told if one.candidate in LINEAR)
