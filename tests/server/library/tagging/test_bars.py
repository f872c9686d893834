"""A word is a tag of what stands out by it, and of nothing where nothing does."""

import numpy as np
import pytest
from numpy.typing import NDArray

from anagnorisis.library.tagging import bars

DIM = 24
TAGS = [f"word {n}" for n in range(12)]


def directions(seed: int = 1) -> NDArray[np.float32]:
    """(12, 24): words at right angles."""
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(DIM, DIM)))
    return q[: len(TAGS)].astype(np.float32)


def library(n: int, of: dict[int, slice], strength: float = 5.0, seed: int = 2) -> NDArray[np.float16]:
    """(n, 24): noise, and items that lie towards a word."""
    x = np.random.default_rng(seed).normal(size=(n, DIM))
    for word, which in of.items():
        x[which] += strength * directions()[word]
    return x.astype(np.float16)


def test_items_bear_the_word_they_stand_out_by_and_no_other() -> None:
    x = library(600, {0: slice(0, 60), 3: slice(60, 75)})
    made = bars.fit(TAGS, directions(), x)
    assert {"word 0", "word 3"} <= {*made.known}
    found = bars.guesses(made, x)
    assert sum("word 0" in tags for tags in found[:60]) >= 55
    assert sum("word 3" in tags for tags in found[60:75]) >= 13
    assert sum("word 0" in tags or "word 3" in tags for tags in found[75:]) <= 12
    assert all(bars.SURE <= sure <= 1 for tags in found for sure in tags.values())


def test_a_word_nothing_is_of_tags_nothing() -> None:
    made = bars.fit(TAGS, directions(), library(2000, {}))
    assert made.known == []
    assert not any(bars.guesses(made, library(100, {0: slice(0, 100)})))


def test_a_word_that_nearly_all_items_are_of_tells_nothing_apart() -> None:
    made = bars.fit(TAGS, directions(), library(600, {2: slice(0, 500)}))
    assert "word 2" not in made.known


def test_what_an_item_has_in_common_with_all_words_is_no_tag() -> None:
    x = library(600, {0: slice(0, 60)})
    loud = x.astype(np.float32)
    loud[500:520] += 5 * directions().sum(axis=0)
    found = bars.guesses(bars.fit(TAGS, directions(), x), loud.astype(np.float16)[500:520])
    assert sum("word 0" in tags for tags in found) <= 4


def test_the_length_of_a_vector_says_nothing() -> None:
    x = library(600, {0: slice(0, 60)})
    made = bars.fit(TAGS, directions(), x)
    assert bars.guesses(made, x[:50]) == bars.guesses(
        made, (x[:50].astype(np.float32) * 2).astype(np.float16)
    )


@pytest.mark.parametrize("n", [0, 1, bars.FEWEST - 1])
def test_too_small_a_library_sets_no_bar(n: int) -> None:
    assert bars.fit(TAGS, directions(), library(n, {0: slice(0, 10)})).known == []


def test_few_words_are_compared_as_they_are() -> None:
    made = bars.fit(TAGS[:1], directions()[:1], library(600, {0: slice(0, 60)}))
    assert made.known == ["word 0"]


def test_no_words_are_no_bars() -> None:
    made = bars.fit([], np.empty((0, DIM), np.float32), library(60, {}))
    assert made.known == [] and bars.guesses(made, library(2, {})) == [{}, {}]


def test_an_item_bears_eight_words_at_most_the_surest() -> None:
    x = library(900, dict.fromkeys(range(12), slice(0, 90)), strength=6.0)
    made = bars.fit(TAGS[:7] + TAGS[7:], directions(), x)
    assert all(len(tags) <= bars.MOST for tags in bars.guesses(made, x))


def test_bars_are_the_same_after_they_were_kept() -> None:
    x = library(600, {0: slice(0, 60)})
    made = bars.fit(TAGS, directions(), x)
    again = bars.revive(bars.body(made))
    assert again is not None and again.tags == made.tags
    assert bars.guesses(again, x) == bars.guesses(made, x)
    assert bars.revive(b"something else") is None
