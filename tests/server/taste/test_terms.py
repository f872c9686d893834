"""Words of a library tell its texts apart where an embedder cannot, louder the larger the library is."""

from itertools import chain, pairwise

import numpy as np
import pytest

from anagnorisis.taste import phi, terms
from anagnorisis.taste.terms import Terms
from anagnorisis.taste.wished import Spoken, wished
from anagnorisis.taste.wishes import parse

SORTS = ("garten", "schiff", "käse")
WORDS = {sort: [f"{sort}{n}" for n in range(40)] for sort in SORTS}


def texts_of(many: int, rng: np.random.Generator) -> tuple[list[str], np.ndarray]:
    """Texts of three sorts, each of twelve words of its own and three that all have, and their sorts."""
    sorts = np.arange(many) % len(SORTS)
    own = [rng.choice(WORDS[SORTS[sort]], 12) for sort in sorts]
    return [" ".join(["Der", *words, "und", "so"]) for words in own], sorts


def blank(many: int, rng: np.random.Generator) -> np.ndarray:
    """Vectors that say nothing of the texts."""
    return rng.normal(size=(many, 8)).astype(np.float16)


def said(known: Terms, texts: list[str]) -> np.ndarray:
    """What the words add to vectors of zeros."""
    return terms.beside(known, np.zeros((len(texts), 2), np.float16), texts)[:, 2:].astype(np.float64)


def fitted(texts: list[str], rng: np.random.Generator, items: int = 0) -> Terms:
    known = terms.fit(texts, blank(len(texts), rng), items or len(texts))
    assert known is not None
    return known


def test_texts_of_one_sort_are_near_each_other_in_a_language_that_nobody_knows(
    rng: np.random.Generator,
) -> None:
    texts, sorts = texts_of(150, rng)
    centred = (told := said(fitted(texts, rng), texts)) - told.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    alike = centred @ centred.T
    same = sorts[:, None] == sorts
    assert alike[same].mean() > 0.1 > 0 > alike[~same].mean()


def test_they_are_the_leading_directions_of_tf_idf(rng: np.random.Generator) -> None:
    texts, _ = texts_of(120, rng)
    bags = [[*(words := text.casefold().split()), *map(" ".join, pairwise(words))] for text in texts]
    names = sorted(name for name in set(chain.from_iterable(bags)) if sum(name in bag for bag in bags) > 1)
    counts = np.array([[bag.count(name) for name in names] for bag in bags], np.float64)
    weights = np.where(counts > 0, 1 + np.log(np.maximum(counts, 1)), 0)
    weights *= np.log((1 + len(bags)) / (1 + (counts > 0).sum(axis=0))) + 1
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    left, values, _ = np.linalg.svd(weights, full_matrices=False)
    exact = left[:, : terms.DIRECTIONS] * values[: terms.DIRECTIONS]
    told = said(fitted(texts, rng), texts)
    wanted, got = exact @ exact.T, told @ told.T
    apart = got / np.trace(got) - wanted / np.trace(wanted)
    assert np.linalg.norm(apart) < 0.1 * np.linalg.norm(wanted) / np.trace(wanted)


@pytest.mark.parametrize(("items", "share"), [(120, 120 / 620), (500, 0.5), (50_000, 500 / 505)])
def test_words_come_in_as_the_library_grows(items: int, share: float, rng: np.random.Generator) -> None:
    texts, _ = texts_of(120, rng)
    vectors = blank(120, rng)
    known = terms.fit(texts, vectors, items)
    joined = terms.beside(known, vectors, texts).astype(np.float64)
    spread = np.sqrt(joined[:, 8:].var(axis=0).sum() / joined[:, :8].var(axis=0).sum())
    assert spread == pytest.approx(terms.LOUDNESS * share, rel=0.01)


def test_fewer_than_a_hundred_texts_have_no_terms(rng: np.random.Generator) -> None:
    texts, _ = texts_of(99, rng)
    assert terms.fit(texts, blank(99, rng), 99) is None
    assert terms.beside(None, vectors := blank(99, rng), texts) is vectors


def test_a_text_that_comes_later_is_folded_in_whatever_it_comes_with(rng: np.random.Generator) -> None:
    texts, _ = texts_of(120, rng)
    known = fitted(texts, rng)
    assert np.array_equal(said(known, [texts[7]])[0], said(known, texts)[7])
    assert np.array_equal(said(known, [texts[7].upper()]), said(known, [texts[7]]))
    assert not np.any(said(known, ["nothing of this was ever heard here", "", "…"]))


def test_vectors_without_their_texts_are_refused(rng: np.random.Generator) -> None:
    texts, _ = texts_of(120, rng)
    with pytest.raises(ValueError, match="shorter"):
        terms.beside(fitted(texts, rng), blank(120, rng), texts[:-1])


def test_features_keep_their_terms(rng: np.random.Generator) -> None:
    texts, _ = texts_of(120, rng)
    vectors, numbers = blank(120, rng), np.zeros((120, phi.METADATA), np.float32)
    made = phi.fit("article", 1, "model", vectors, numbers, 120, texts)
    again = phi.revive("article", 1, "model", 120, phi.body(made))
    assert made.terms is not None and again is not None
    rows = phi.rows(made, vectors, numbers, texts)
    assert np.array_equal(rows, phi.rows(again, vectors, numbers, texts))
    other = [*texts[1:], texts[0]]
    assert not np.array_equal(rows, phi.rows(made, vectors, numbers, other))


def test_the_body_stays_small_however_many_words_there_are(rng: np.random.Generator) -> None:
    words = [f"w{n}" for n in range(30_000)]
    texts = [" ".join(rng.choice(words, 600)) for _ in range(200)]
    known = fitted(texts, rng)
    assert len(known.hashes) <= terms.KEPT
    assert sum(map(len, terms.kept(known))) < 1 << 21


def test_a_wish_is_heard_by_its_words_too(rng: np.random.Generator) -> None:
    texts, sorts = texts_of(150, rng)
    vectors, numbers = blank(150, rng), np.zeros((150, phi.METADATA), np.float32)
    made = phi.fit("article", 1, "model", vectors, numbers, 5000, texts)
    silent = {("article", "schiff3 schiff4 schiff5"): np.full(8, 1e-3, "<f2").tobytes()}
    told = wished(Spoken(parse("schiff3 schiff4 schiff5"), {}, silent), "article", made)
    gained = phi.rows(made, vectors, numbers, texts).astype(np.float64) @ told.moves[0][: phi.WIDTH]
    assert gained[sorts == 1].mean() > max(gained[sorts == 0].mean(), gained[sorts == 2].mean()) + 0.1
