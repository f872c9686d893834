"""Scores stay on the scale, bands hold what they promise, and too little evidence is said plainly."""

import numpy as np
import pytest

from anagnorisis.taste.scores import band, evidence, score


@pytest.mark.parametrize("degrees", [4.0, 9.0, 204.0])
def test_the_band_holds_four_of_five_ratings(degrees: float, rng: np.random.Generator) -> None:
    shown = score(5.0, 0.5, 1.0, degrees)
    ratings = 5 + np.sqrt(1.5) * rng.standard_t(degrees, size=100_000)
    assert np.mean((shown.low <= ratings) & (ratings <= shown.high)) == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize(
    ("degrees", "point"), [(4, 1.5332), (5, 1.4759), (10, 1.3722), (30, 1.3104), (1e9, 1.2816)]
)
def test_the_band_is_that_of_the_tables(degrees: float, point: float) -> None:
    assert band(degrees) == pytest.approx(point, abs=0.002)


@pytest.mark.parametrize("mean", [-3.0, 0.4, 9.7, 14.0])
def test_no_score_leaves_the_scale(mean: float) -> None:
    shown = score(mean, 2.0, 4.0, 6.0)
    assert 0 <= shown.low <= shown.mean <= shown.high <= 10


@pytest.mark.parametrize(
    ("ratings", "learned", "rows", "says"),
    [
        (0, 0, 0, "Once I have looked at 8 pictures I can sort them; the newest come first."),
        (0, 0, 40, "Rate 5 more pictures and I will start sorting for you."),
        (4, 4, 40, "Rate 1 more picture and I will start sorting for you."),
        (6, 2, 40, "I have not looked at all the pictures you rated yet; then I will start sorting."),
        (12, 11, 40, "Sorted by your 12 ratings of pictures."),
    ],
)
def test_the_evidence_says_what_is_missing(ratings: int, learned: int, rows: int, says: str) -> None:
    told = evidence("image", ratings, learned, rows)
    assert (told.says, told.enough, told.ratings) == (says, learned >= 5, ratings)
