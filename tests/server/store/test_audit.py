"""The audit: lines in their order, bounded, nothing of them ever changed."""

import pytest

from anagnorisis.store import audit
from anagnorisis.store.audit import By
from anagnorisis.store.db import Store


async def test_lines_come_newest_first_a_page_at_a_time(store: Store, now: int) -> None:
    for n in range(7):
        await store.write(
            lambda db, n=n: audit.note(db, now + n, By("Ada", "laptop", "10.0.0.1"), f"did {n}")
        )
    first = await audit.page(store.read, None, 3)
    assert [line.what for line in first] == ["did 6", "did 5", "did 4"]
    assert (first[0].at, first[0].person, first[0].outcome) == (now + 6, "Ada", "done")
    second = await audit.page(store.read, first[-1].id, 10)
    assert [line.what for line in second] == ["did 3", "did 2", "did 1", "did 0"]
    assert await audit.page(store.read, second[-1].id, 10) == []


async def test_the_oldest_lines_make_room(store: Store, now: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "KEPT", 5)
    for n in range(12):
        await store.write(lambda db, n=n: audit.note(db, now, By(), f"did {n}", "refused"))
    assert [line.what for line in await audit.page(store.read, None, 100)] == [
        f"did {n}" for n in range(11, 6, -1)
    ]


async def test_a_name_as_long_as_a_book_is_cut(store: Store, now: int) -> None:
    await store.write(lambda db: audit.note(db, now, By("x" * 10_000), "y" * 10_000))
    (line,) = await audit.page(store.read, None, 2)
    assert (len(line.person), len(line.what)) == (audit.LONGEST, audit.LONGEST)


async def test_a_line_of_what_was_taken_back_is_taken_back_too(store: Store, now: int) -> None:
    def fails(db: object) -> None:
        audit.note(db, now, By(), "did it")  # type: ignore[arg-type]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.write(fails)
    assert await audit.page(store.read, None, 2) == []
