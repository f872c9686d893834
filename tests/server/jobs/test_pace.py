"""How fast work goes and how long it lasts, in words; and who it makes way for."""

from collections.abc import Iterator

import pytest

from anagnorisis.jobs.pace import FRESH, Pace, lasting, make_way


def paced(*seconds: float) -> Pace:
    """After batches of ten things that took so long."""
    at = [0.0]

    def ticks() -> Iterator[float]:
        yield 0.0
        for took in seconds:
            yield at[0]
            at[0] += took
            yield at[0]

    moments = ticks()
    pace = Pace(lambda: next(moments))
    for _ in seconds:
        pace.begin()
        pace.done(10)
    return pace


def test_so_many_at_once_are_so_many_times_as_fast() -> None:
    assert paced(100.0).says(7200, 4) == "24 a minute, 5 hours left"
    assert paced(1.0).says(6000, 2) == "20 a second, 5 minutes left"


def test_nothing_is_said_before_the_first_batch() -> None:
    assert Pace().says(100) == ""


@pytest.mark.parametrize(
    ("took", "left", "says"),
    [
        (1.0, 100, "10 a second, less than a minute left"),
        (1.0, 6000, "10 a second, 10 minutes left"),
        (100.0, 7200, "6 a minute, 20 hours left"),
        (0.0, 10, ""),
    ],
)
def test_pace_and_time_left_are_told_in_words(took: float, left: int, says: str) -> None:
    assert paced(took).says(left) == says


def test_the_newest_batch_moves_the_pace_but_does_not_make_it() -> None:
    pace = paced(1.0, 3.0)
    each = (1 - FRESH) * 0.1 + FRESH * 0.3
    assert pace.took == pytest.approx(3.0)
    assert pace.says(0).startswith(f"{1 / each:.0f} a second")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(59, "less than a minute"), (61, "1 minute"), (7199, "120 minutes"), (7200, "2 hours")],
)
def test_spans_of_time(seconds: float, words: str) -> None:
    assert lasting(seconds) == words


async def test_it_rests_only_while_something_plays(monkeypatch: pytest.MonkeyPatch) -> None:
    rested: list[float] = []

    async def rest(seconds: float) -> None:
        rested.append(seconds)

    monkeypatch.setattr("anagnorisis.jobs.pace.asyncio.sleep", rest)
    for streams in (0, 1, 3):
        await make_way(lambda streams=streams: streams, 0.4)
    await make_way(lambda: 1, 60.0)
    assert rested == [0.4, 0.4, 5.0]
