"""Where a wish stands: what the person wrote of items of a sort, against what their ratings say of these.

Along the wish's unit u the posterior is u'w ~ (u'w, noise * u'V u). The words claim sign * POINTS of it; what
corrections and ratings make of that is exact: the moves of the ones, and u'(w - m) of the others, m the prior
mean with all that was said in it.
"""

import math
from typing import Literal

from msgspec import Struct

from anagnorisis.domain import Kind
from anagnorisis.embed import EmbedderSpec
from anagnorisis.taste import scores
from anagnorisis.taste.scores import MANY
from anagnorisis.taste.view import Taste
from anagnorisis.taste.wished import LENGTHS, Spoken, Wished
from anagnorisis.taste.wishes import Wish

Verdict = Literal["silent", "corrected", "unheard", "agree", "less", "otherwise"]
HEARD = 0.1
"""The share of its variance that ratings must have taken before they are said to speak of a wish."""
MOSTLY = 0.75
"""Of its points; with as many left, ratings agree."""

SAYS: dict[Verdict, str] = {
    "silent": "",
    "corrected": "You put it right since, which you can take back below.",
    "unheard": "Your ratings say nothing of it yet.",
    "agree": "Your ratings agree.",
    "less": "Your ratings say less of it.",
    "otherwise": "Your ratings say otherwise, and they count for more.",
}
NAMES: dict[Kind, str] = {
    "music": "artist, album or genre",
    "image": "folder or camera",
    "article": "author, folder or tag",
}


class Standing(Struct, frozen=True):
    """A wish in one kind."""

    kind: Kind
    verdict: Verdict
    says: str
    """How it is taken here, or why not, and what ratings say of it: a sentence or two."""
    wrote: float
    """Points the words give to an item of that sort."""
    now: float
    """Points such an item gets with what corrections and ratings say of it."""
    low: float
    high: float
    """80 % of what these points may be."""


def standing(
    spoken: Spoken, wish: Wish, wished: Wished, taste: Taste, spec: EmbedderSpec, reason: str
) -> Standing:
    """How `wish` of `spoken` stands in a kind; `reason` says why its embedder made nothing of the phrase."""
    kind = spec.kind
    if wish not in wished.wishes:
        return Standing(kind, "silent", _silence(wish, spec, reason), 0.0, 0.0, 0.0, 0.0)
    n = wished.wishes.index(wish)
    unit, wrote = wished.units[n], float(wished.moves[n] @ wished.units[n])
    own = float(unit @ (taste.weights - taste.prior.mean))
    put_right = float((taste.ties.moves @ unit).sum())
    variance = float(unit @ taste.covariance @ unit)
    half = scores.band(taste.degrees) * math.sqrt(taste.noise * variance)
    heard = 1 - variance / float(unit**2 @ taste.prior.variance)
    if any(one.reason == f"wish:{wish.written}" for one in taste.ties.corrections):
        verdict: Verdict = "corrected"
    else:
        verdict = _verdict(heard, 1 + own / wrote)
    says, now = f"{_taken(spoken, wish, kind)} {SAYS[verdict]}", wrote + put_right + own
    return Standing(kind, verdict, says, wrote, now, now - half, now + half)


def _verdict(heard: float, left: float) -> Verdict:
    """By the share of variance that ratings took, and the share of its points that the wish has left."""
    if heard < HEARD:
        return "unheard"
    if left >= MOSTLY:
        return "agree"
    return "less" if left > 0 else "otherwise"


def _taken(spoken: Spoken, wish: Wish, kind: Kind) -> str:
    """By which ways the kind understands the wish."""
    names = [name for _, name in spoken.named.get((kind, wish.about.casefold()), ())]
    ways = []
    if wish.length and kind in LENGTHS:
        ways.append(f"their length: {wish.length}")
    if names:
        ways.append(f"the name {names[0]}")
    elif (kind, wish.about) in spoken.vectors:
        ways.append("what is like these words")
    return f"In {MANY[kind]} I go by {' and '.join(ways)}."


def _silence(wish: Wish, spec: EmbedderSpec, reason: str) -> str:
    kind = spec.kind
    if wish.kind not in (None, kind):
        return f"You wrote it of {MANY[wish.kind]}." if wish.kind else ""
    if not wish.about:
        return f"I know of no long or short {MANY[kind]}."
    if spec.words and not reason:
        return f"I have not read it yet, or know too few {MANY[kind]}."
    lacking = reason.rstrip(".") if reason else f"The {spec.title.partition(':')[0].lower()} knows no words"
    return f"{lacking}, and no {NAMES[kind]} is called that."
