"""When a feed is asked next: as often as it has something new, as seldom as its host wishes."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

WEEK_S = 7 * 86_400
SHORTEST_S, LONGEST_S = 5 * 60, 86_400
MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
FIRST_REST_S = 15 * 60
"""After a failure; twice as long after each further one."""
DEAD_S = 30 * 86_400
"""A feed that has not answered for so long is reported as dead; it is still asked now and then."""


def weekly(published: Iterable[int | None], now: int) -> int:
    """How many of these moments, in unix seconds, lie in the last seven days."""
    return sum(1 for moment in published if moment is not None and now - WEEK_S < moment <= now)


def interval_s(entries_a_week: int, now: int, headers: Mapping[str, str], ttl_s: int) -> int:
    """Seconds until a feed that answered well is asked again."""
    often = WEEK_S // entries_a_week if entries_a_week else LONGEST_S
    usual = min(max(often, SHORTEST_S), LONGEST_S)
    return min(max(usual, ttl_s, wished_s(headers, now)), WEEK_S)


def wished_s(headers: Mapping[str, str], now: int) -> int:
    """For how long its host says an answer holds, or wants to be left alone."""
    age = MAX_AGE.search(headers.get("cache-control", ""))
    stated = [int(age[1])] if age else [_until(headers.get("expires", ""), now)]
    return max(0, *stated, retry_s(headers.get("retry-after", ""), now))


def retry_s(written: str, now: int) -> int:
    """Seconds of a `Retry-After`, at most a week; 0 for none."""
    wanted = int(written.strip()) if written.strip().isdecimal() else _until(written, now)
    return min(max(0, wanted), WEEK_S)


def rest_s(failures: int, asked_s: int = 0) -> int:
    """Seconds until a feed that failed `failures` times in a row is asked again, and no sooner than asked."""
    return min(max(FIRST_REST_S << min(failures - 1, 10), asked_s), WEEK_S if asked_s else LONGEST_S)


def _until(written: str, now: int) -> int:
    try:
        moment = parsedate_to_datetime(written)
    except ValueError:
        return 0
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()) - now
