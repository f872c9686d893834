"""How long a host is left alone, on a clock that the test turns."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from anagnorisis.egress.pace import LONGEST_REST_S, MOST_HOSTS, Pace, retry_after_s
from anagnorisis.egress.refusals import HostBusy


class Clock:
    """Time goes on while somebody sleeps, and not otherwise."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(clock=lambda: clock.now, sleep=clock.sleep)


async def test_two_seconds_lie_between_two_requests_to_a_host(pace: Pace, clock: Clock) -> None:
    for host in ("a", "b", "a"):
        async with pace.turn(host):
            clock.now += 0.5
    assert clock.slept == [1.5]


async def test_a_host_that_asks_for_a_short_rest_gets_it(pace: Pace, clock: Clock) -> None:
    async with pace.turn("a"):
        pace.hold("a", 30)
    async with pace.turn("a"):
        pass
    assert clock.slept == [30]


async def test_nobody_waits_for_a_long_one(pace: Pace, clock: Clock) -> None:
    async with pace.turn("a"):
        pace.hold("a", 10**9)
    with pytest.raises(HostBusy) as refused:
        async with pace.turn("a"):
            pass
    assert refused.value.after_s == LONGEST_REST_S and clock.slept == []
    clock.now += LONGEST_REST_S
    async with pace.turn("a"):
        pass


async def test_whoever_would_wait_for_themselves_is_told() -> None:
    pace = Pace(patience_s=0.05)
    async with pace.turn("a"):
        with pytest.raises(HostBusy, match="still being read"):
            async with pace.turn("a"):
                pass


async def test_a_failed_turn_is_over_and_the_rest_begins(pace: Pace, clock: Clock) -> None:
    with pytest.raises(ZeroDivisionError):
        async with pace.turn("a"):
            raise ZeroDivisionError
    async with pace.turn("a"):
        pass
    assert clock.slept == [2.0]


async def test_hosts_that_may_be_asked_again_are_forgotten(pace: Pace, clock: Clock) -> None:
    async with pace.turn("held"):
        pace.hold("held", 1e6)
    for n in range(MOST_HOSTS + 5):
        async with pace.turn(str(n)):
            clock.now += 3
    assert len(pace._busy) < 20 and "held" in pace._free_at
    await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("", 0),
        ("soon", 0),
        ("-5", 0),
        ("1e9", 0),
        ("٣", 0),
        ("Wed, 99 Foo 2026", 0),
    ],
)
def test_what_retry_after_says(value: str, seconds: float) -> None:
    assert retry_after_s(value) == seconds


def test_retry_after_may_be_a_date() -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    assert 3500 < retry_after_s(format_datetime(soon, usegmt=True)) <= 3600
    assert retry_after_s(format_datetime(soon - timedelta(days=2), usegmt=True)) == 0
