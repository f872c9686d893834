"""How well the words of an article are found on its page: precision, recall and F1 over runs of four words.

As the article-extraction benchmark of scrapinghub defines them: runs counted as often as they stand, each
page weighing the same; the means of precision and recall make F1.
"""

import gzip
import re
import time
from collections import Counter
from pathlib import Path
from statistics import mean

import msgspec
from msgspec import Struct

from anagnorisis.domain import Unreadable
from anagnorisis.sources.pages.extracting import extract

PAGES = Path(__file__).parents[2] / "shared" / "eval" / "pages"
RUN = 4
WORD = re.compile(r"\w+")


class Page(Struct, frozen=True):
    """One page and what stands on it."""

    url: str
    text: str = msgspec.field(name="articleBody", default="")


class Told(Struct, frozen=True):
    """What all the pages came to; times are of the processor, in milliseconds a page."""

    f1: float
    precision: float
    recall: float
    ms: float
    p95_ms: float
    lost: int
    """Pages on which no article was found."""


def measure() -> Told | None:
    """Find the article of every page; None where the pages are not there."""
    truth = PAGES / "ground-truth.json"
    if not truth.exists():
        return None
    pages = msgspec.json.decode(truth.read_bytes(), type=dict[str, Page])
    precisions, recalls, took, lost = [], [], [], 0
    for name, page in pages.items():
        body = gzip.decompress((PAGES / "html" / f"{name}.html.gz").read_bytes())
        began = time.process_time()
        try:
            said = extract(body, "", page.url).plain
        except Unreadable:
            said, lost = "", lost + 1
        took.append(1000 * (time.process_time() - began))
        wanted, found = runs(page.text), runs(said)
        both = (wanted & found).total()
        if found:
            precisions.append(both / found.total())
        if wanted:
            recalls.append(both / wanted.total())
    precision, recall = mean(precisions), mean(recalls)
    took.sort()
    f1 = 2 * precision * recall / (precision + recall)
    return Told(f1, precision, recall, mean(took), took[len(took) * 95 // 100], lost)


def runs(text: str) -> Counter[tuple[str, ...]]:
    """Every four words that follow each other, and how often they do; all of a text that has fewer."""
    words = WORD.findall(text)
    starts = range(max(1, len(words) - RUN + 1)) if words else ()
    return Counter(tuple(words[at : at + RUN]) for at in starts)
