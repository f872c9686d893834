"""What a person is shown of a posterior: a score with its band, and how much stands behind it."""

from anagnorisis.domain import HIGHEST, LOWEST, Evidence, Kind, Score
from anagnorisis.taste.phi import FIRST_FIT

NORMAL = 1.2815515655446004
"""Standard deviations either way that hold 80 % of a normal distribution."""
ENOUGH = 5
"""Ratings of a kind from which its items are sorted."""

ONE: dict[Kind, str] = {"music": "track", "image": "picture", "article": "article"}
MANY: dict[Kind, str] = {"music": "tracks", "image": "pictures", "article": "articles"}
TAKEN_IN: dict[Kind, str] = {"music": "listened to", "image": "looked at", "article": "read"}


def score(mean: float, scale: float, degrees: float) -> Score:
    """Mean and 80 % band of the next rating of an item, each held within 0..10.

    `scale` is in points, known with so many `degrees` of freedom: the rating is Student's t around the mean.
    """
    half = band(degrees) * scale
    return Score(_held(mean), _held(mean - half), _held(mean + half))


def band(degrees: float) -> float:
    """The 90 % point of Student's t with `degrees` of freedom, within 0.002 from 4 on.

    Expansion around the normal: Abramowitz & Stegun, Handbook of Mathematical Functions, 26.7.5.
    """
    z = NORMAL
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return z + sum(term / degrees**power for power, term in enumerate(terms, 1))


def _held(value: float) -> float:
    return min(HIGHEST, max(LOWEST, value))


def evidence(kind: Kind, ratings: int, learned: int, rows: int, worded: bool = False) -> Evidence:
    """What is known of a person's taste in a kind: their `ratings`, of which `learned` are on items that
    have features, the `rows` of items that have, and whether they wrote what says something of it.
    """
    enough = learned >= ENOUGH
    if worded and rows and not enough:
        return Evidence(kind, ratings, True, _worded(kind, ratings))
    return Evidence(kind, ratings, enough, _sentence(kind, ratings, rows, enough))


def _worded(kind: Kind, ratings: int) -> str:
    if not ratings:
        return f"Sorted by what you wrote; you rated no {MANY[kind]} yet."
    rated = f"{ratings} ratings of {MANY[kind]}" if ratings > 1 else f"rating of one {ONE[kind]}"
    return f"Sorted by what you wrote and your {rated}."


def _sentence(kind: Kind, ratings: int, rows: int, enough: bool) -> str:
    if enough:
        return f"Sorted by your {ratings} ratings of {MANY[kind]}."
    if not rows:
        return (
            f"Once I have {TAKEN_IN[kind]} {FIRST_FIT} {MANY[kind]} I can sort them; the newest come first."
        )
    missing = ENOUGH - ratings
    if missing <= 0:
        return f"I have not {TAKEN_IN[kind]} all the {MANY[kind]} you rated yet; then I will start sorting."
    noun = ONE[kind] if missing == 1 else MANY[kind]
    return f"Rate {missing} more {noun} and I will start sorting for you."
