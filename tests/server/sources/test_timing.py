"""Feeds are asked as often as they have something new, and never sooner than their host wishes."""

from email.utils import formatdate

import pytest
from tests.feeds import DAY_S, NOW

from anagnorisis.sources.feeds.timing import WEEK_S, interval_s, rest_s, retry_s, weekly


@pytest.mark.parametrize(
    ("entries", "interval"), [(0, DAY_S), (1, DAY_S), (7, DAY_S), (14, DAY_S // 2), (168, 3600), (5000, 300)]
)
def test_the_interval_follows_the_entries_of_a_week(entries: int, interval: int) -> None:
    assert interval_s(entries, NOW, {}, 0) == interval


@pytest.mark.parametrize(
    ("headers", "ttl", "interval"),
    [
        ({"cache-control": "public, max-age=7200"}, 0, 7200),
        ({"cache-control": "max-age=60"}, 0, 3600),
        ({"expires": formatdate(NOW + 5000, usegmt=True)}, 0, 5000),
        ({"expires": formatdate(NOW + 5000), "cache-control": "max-age=4000"}, 0, 4000),
        ({"expires": "0"}, 0, 3600),
        ({"retry-after": "9000"}, 0, 9000),
        ({}, 6000, 6000),
        ({"cache-control": "max-age=999999999"}, 0, WEEK_S),
        ({"cache-control": "s-maxage=99999"}, 0, 3600),
    ],
)
def test_no_feed_is_asked_sooner_than_its_host_wishes(headers, ttl: int, interval: int) -> None:
    assert interval_s(168, NOW, headers, ttl) == interval


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("120", 120),
        ("99999999", WEEK_S),
        (formatdate(NOW + 300), 300),
        (formatdate(NOW - 9), 0),
        ("soon", 0),
        ("", 0),
    ],
)
def test_retry_after_is_read_in_both_forms_and_is_at_most_a_week(written: str, seconds: int) -> None:
    assert retry_s(written, NOW) == seconds


def test_rests_after_failures_double_up_to_a_day_or_what_was_asked() -> None:
    assert [rest_s(n) for n in (1, 2, 3, 20)] == [900, 1800, 3600, DAY_S]
    assert rest_s(1, 3 * DAY_S) == 3 * DAY_S
    assert rest_s(1, 10) == 900


def test_only_entries_of_the_last_seven_days_count() -> None:
    assert weekly([NOW, NOW - DAY_S, NOW - 8 * DAY_S, NOW + DAY_S, None], NOW) == 2
