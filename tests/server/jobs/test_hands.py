"""Several hands at one heap: each thing is done by one of them, and when one fails none goes on."""

import asyncio

import pytest

from anagnorisis.domain import WorkerLost
from anagnorisis.jobs.hands import side_by_side


async def test_each_thing_is_done_once_by_whoever_is_free() -> None:
    heap, done, working = iter(range(20)), list[tuple[int, int]](), set[int]()
    most = 0

    async def hand(number: int) -> None:
        nonlocal most
        for thing in heap:
            working.add(number)
            most = max(most, len(working))
            await asyncio.sleep(0.001 * (1 + number))
            working.discard(number)
            done.append((number, thing))

    await side_by_side(3, hand)
    assert sorted(thing for _, thing in done) == [*range(20)] and most == 3
    by = [sum(number == one for number, _ in done) for one in range(3)]
    assert by[0] > by[2] > 0, "the quicker one does more"


async def test_one_hand_alone_does_everything_in_its_order() -> None:
    heap, done = iter("abc"), list[str]()

    async def hand(number: int) -> None:
        done.extend(heap)

    await side_by_side(1, hand)
    assert done == ["a", "b", "c"]


async def test_a_failure_calls_the_others_off() -> None:
    ended = list[int]()

    async def hand(number: int) -> None:
        if number == 1:
            raise WorkerLost("It does not start.")
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(number)

    with pytest.raises(ExceptionGroup) as error:
        await side_by_side(3, hand)
    assert [str(one) for one in error.value.exceptions] == ["It does not start."]
    assert sorted(ended) == [0, 2]
