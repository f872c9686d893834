"""What the mirror says in plain words, and what it still needs before it says anything."""

from anagnorisis.domain import Kind
from anagnorisis.taste.curve import Point
from anagnorisis.taste.scores import MANY, ONE


def _more(kind: Kind, missing: int) -> str:
    return f"Rate {missing} more {ONE[kind] if missing == 1 else MANY[kind]}"


def curve_missing(kind: Kind, missing: int) -> str:
    """Why there is no curve yet."""
    return f"{_more(kind, missing)} and I can say how well I foretell you."


def curve_found(kind: Kind, last: Point) -> str:
    """How well the latest ratings were foretold."""
    if last.pairs is None:
        return f"You gave all these {MANY[kind]} the same; there was no order to get right."
    right = round(100 * last.pairs.value)
    if last.pairs.low <= 1 / 2:
        return f"I cannot tell your {MANY[kind]} apart yet: {right} of 100 pairs right, and guessing gets 50."
    return f"I get {right} of 100 {ONE[kind]} pairs right now; guessing your usual score gets 50."


def error_found(last: Point) -> str:
    """How far off the latest forecasts were."""
    return (
        f"I am {last.error.value:.1f} points off on average; your usual score alone is {last.usual:.1f} off."
    )


def axes_missing(kind: Kind, missing: int) -> str:
    """Why there are no axes yet."""
    return f"{_more(kind, missing)} and I can say what you go by."


def axes_found(kind: Kind, any_name: bool) -> str:
    """What the axes show."""
    if not any_name:
        return f"No artist, folder or tag stands out among the {MANY[kind]} you rated."
    return f"By how many points they stand out among the {MANY[kind]} you rated."


def drift_missing(kind: Kind, missing: int) -> str:
    """Why then and now cannot be compared yet."""
    return f"{_more(kind, missing)} and I can compare your taste then and now."


def drift_found(sure: int, month: str) -> str:
    """Whether anything changed since a month."""
    if not sure:
        return f"Nothing with a name changed for you since {month} beyond what chance explains."
    things = "One thing" if sure == 1 else f"{sure} things"
    return f"{things} changed for you since {month}."


def alarm(coverage: float, calm: tuple[float, float]) -> str:
    """What it means that so many of the latest ratings fell into their bands; empty when all is well."""
    inside = f"{round(100 * coverage)} of 100 of your latest ratings fell within my bands; 80 should"
    if coverage < calm[0]:
        return f"{inside}. I am too sure of myself lately: your taste may be changing."
    if coverage > calm[1]:
        return f"{inside}. I know you better than I say."
    return ""
