"""The bells: counted, heard by everyone who waits for them, never lost."""

import asyncio

from anagnorisis.store.changes import Changes


async def test_a_ring_before_the_wait_is_heard_at_once() -> None:
    changes = Changes()
    seen = changes.count("items")
    changes.ring("items")
    assert await asyncio.wait_for(changes.wait({"items": seen, "jobs": 0}), 1) == {"items"}


async def test_a_ring_wakes_everyone_who_waits_for_its_topic_and_nobody_else() -> None:
    changes = Changes()
    waits = [asyncio.create_task(changes.wait({topic: 0})) for topic in ("items", "items", "ratings")]
    await asyncio.sleep(0)
    changes.ring("items", "people")
    done, pending = await asyncio.wait(waits, timeout=0.05)
    assert done == set(waits[:2]) and pending == {waits[2]}
    changes.ring("ratings")
    assert await waits[2] == {"ratings"}


async def test_a_listener_that_gave_up_takes_no_other_with_it() -> None:
    changes = Changes()
    leaving, staying = (asyncio.create_task(changes.wait({"items": 0})) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.sleep(0)
    changes.ring("items")
    assert await asyncio.wait_for(staying, 1) == {"items"}


async def test_a_listener_that_counts_misses_no_ring_however_fast_they_come() -> None:
    changes, heard = Changes(), 0

    async def listen() -> None:
        nonlocal heard
        while heard < 1000:
            await changes.wait({"jobs": heard})
            heard = changes.count("jobs")

    listener = asyncio.create_task(listen())
    for n in range(1000):
        changes.ring("jobs")
        if n % 7 == 0:
            await asyncio.sleep(0)
    await asyncio.wait_for(listener, 5)
    assert heard == 1000
