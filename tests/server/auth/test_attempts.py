"""Wrong codes by address: five a minute, each address for itself."""

import pytest

from anagnorisis.auth.attempts import MOST_ADDRESSES, Attempts, Guesses
from anagnorisis.auth.refusals import TooManyTries


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def try_wrong(attempts: Attempts, address: str, times: int) -> None:
    for _ in range(times):
        attempts.begin(address)


def test_the_sixth_wrong_code_of_a_minute_has_to_wait_for_the_first_to_be_forgotten(clock: Clock) -> None:
    attempts = Attempts(clock)
    try_wrong(attempts, "192.168.1.7", 5)
    clock.now += 20
    with pytest.raises(TooManyTries, match="Try again in 40 seconds") as refused:
        attempts.begin("192.168.1.7")
    assert refused.value.after_s == 40
    clock.now += 40
    attempts.begin("192.168.1.7")


def test_waiting_does_not_grow_by_asking(clock: Clock) -> None:
    attempts = Attempts(clock)
    try_wrong(attempts, "192.168.1.7", 5)
    for _ in range(50):
        with pytest.raises(TooManyTries):
            attempts.begin("192.168.1.7")
    clock.now += 61
    attempts.begin("192.168.1.7")


def test_another_device_is_not_held_up(clock: Clock) -> None:
    attempts = Attempts(clock)
    try_wrong(attempts, "192.168.1.7", 5)
    attempts.begin("192.168.1.8")


def test_a_device_with_many_addresses_of_ipv6_counts_once(clock: Clock) -> None:
    attempts = Attempts(clock)
    for n in range(5):
        attempts.begin(f"fe80::1:{n}%eth0")
    with pytest.raises(TooManyTries):
        attempts.begin("fe80::99")
    attempts.begin("fe80:0:0:1::99")


def test_a_right_code_lets_the_address_begin_anew(clock: Clock) -> None:
    attempts = Attempts(clock)
    try_wrong(attempts, "192.168.1.7", 4)
    attempts.succeed("192.168.1.7")
    try_wrong(attempts, "192.168.1.7", 5)


def test_an_old_crowd_is_forgotten_when_a_new_one_comes(clock: Clock) -> None:
    attempts = Attempts(clock)
    for n in range(MOST_ADDRESSES):
        attempts.begin(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}")
    clock.now += 61
    attempts.begin("10.200.0.1")
    assert len(attempts._tries) == 1


def test_who_fails_twenty_times_an_hour_waits_a_quarter_of_one(clock: Clock) -> None:
    guesses = Guesses(clock)
    for _ in range(20):
        guesses.begin("192.168.1.7")
        clock.now += 60
    with pytest.raises(TooManyTries, match="Try again in 14 minutes") as refused:
        guesses.begin("192.168.1.7")
    assert refused.value.after_s == 840
    guesses.begin("192.168.1.8")
    clock.now += 841
    guesses.begin("192.168.1.7")


def test_a_lock_begins_with_the_last_failure_however_old_the_first_is(clock: Clock) -> None:
    guesses = Guesses(clock)
    for _ in range(20):
        guesses.begin("192.168.1.7")
        clock.now += 170
    clock.now += 800 - 170
    with pytest.raises(TooManyTries):
        guesses.begin("192.168.1.7")


def test_failures_spread_over_hours_lock_nobody_out(clock: Clock) -> None:
    guesses = Guesses(clock)
    for _ in range(60):
        guesses.begin("192.168.1.7")
        clock.now += 190


def test_a_refused_try_does_not_make_the_wait_longer(clock: Clock) -> None:
    guesses = Guesses(clock)
    for _ in range(5):
        guesses.begin("192.168.1.7")
    for _ in range(30):
        with pytest.raises(TooManyTries):
            guesses.begin("192.168.1.7")
    clock.now += 61
    guesses.begin("192.168.1.7")
