"""Answers that are kept until a bell rings."""

import asyncio

import pytest

from anagnorisis.api.held import Held
from anagnorisis.store.changes import Changes


class Look:
    """Counts how often everything was looked at."""

    def __init__(self) -> None:
        self.looks = 0

    async def __call__(self) -> int:
        self.looks += 1
        looks = self.looks
        await asyncio.sleep(0.01)
        return looks


async def test_an_answer_is_kept_until_its_own_bell_rings() -> None:
    changes, look = Changes(), Look()
    held = Held(changes)
    assert [await held.get("a", "items", look()) for _ in range(3)] == [1, 1, 1]
    changes.ring("jobs")
    assert await held.get("a", "items", look()) == 1
    changes.ring("items")
    assert await held.get("a", "items", look()) == 2
    assert await held.get("b", "items", look()) == 3


async def test_many_who_ask_at_once_cost_one_look() -> None:
    held, look = Held(Changes()), Look()
    assert await asyncio.gather(*(held.get("a", "items", look()) for _ in range(9))) == [1] * 9


async def test_a_ring_during_the_look_is_heard() -> None:
    changes, look = Changes(), Look()
    held = Held(changes)
    first = asyncio.create_task(held.get("a", "items", look()))
    await asyncio.sleep(0)
    changes.ring("items")
    assert await held.get("a", "items", look()) == 2 and await first == 1


async def test_one_who_leaves_does_not_take_the_answer_along() -> None:
    held, look = Held(Changes()), Look()
    leaving = asyncio.create_task(held.get("a", "items", look()))
    await asyncio.sleep(0)
    staying = asyncio.create_task(held.get("a", "items", look()))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == 1


async def test_a_failure_is_not_kept() -> None:
    held, look = Held(Changes()), Look()

    async def fails() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await held.get("a", "items", fails())
    assert await held.get("a", "items", look()) == 1
