"""Answers that take a look at everything, kept until the bell that may change them rings."""

import asyncio
from collections.abc import Coroutine, Hashable
from typing import Any, TypeVar, cast

from msgspec import Struct

from anagnorisis.domain import Topic
from anagnorisis.store.changes import Changes

T = TypeVar("T")


class _Answer(Struct, frozen=True, eq=False):
    bell: int
    asked: "asyncio.Task[Any]"


class Held:
    """One answer for each key; who asks while it is being found waits for the same one."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._answers: dict[Hashable, _Answer] = {}

    async def get(self, key: Hashable, topic: Topic, ask: Coroutine[Any, Any, T]) -> T:
        """The answer to `ask`, or the one kept under `key` since `topic` rang. Raises what `ask` does."""
        bell, kept = self._changes.count(topic), self._answers.get(key)
        if kept is None or kept.bell != bell or _failed(kept.asked):
            kept = self._answers[key] = _Answer(bell, asyncio.create_task(ask))
        else:
            ask.close()
        return cast(T, await asyncio.shield(kept.asked))


def _failed(asked: "asyncio.Task[Any]") -> bool:
    return asked.done() and (asked.cancelled() or asked.exception() is not None)
