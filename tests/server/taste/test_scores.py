"""Scores stay on the scale, bands hold what they promise, and too little evidence is said plainly."""

import numpy as np
import pytest

from anagnorisis.taste.scores import band, evidence, score


@pytest.mark.parametrize("degrees", [4.0, 9.0, 204.0])
def test_the_band_holds_four_of_five_ratings(degrees: float, rng: np.random.Generator) -> None:
    shown = score(5.0, 1.5**0.5, degrees)
    ratings = 5 + np.sqrt(1.5) * rng.standard_t(degrees, size=100_000)
    assert np.mean((shown.low <= ratings) & (ratings <= shown.high)) == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize(
    ("degrees", "point"), [(4, 1.5332), (5, 1.4759), (10, 1.3722), (30, 1.3104), (1e9, 1.2816)]
)
def test_the_band_is_that_of_the_tables(degrees: float, point: float) -> None:
    assert band(degrees) == pytest.approx(point, abs=0.002)


@pytest.mark.parametrize("mean", [-3.0, 0.4, 9.7, 14.0])
def test_no_score_leaves_the_scale(mean: float) -> None:
    shown = score(mean, 12.0**0.5, 6.0)
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


@pytest.mark.parametrize(
    ("ratings", "rows", "enough", "says"),
    [
        (0, 40, True, "Sorted by what you wrote; you rated no pictures yet."),
        (1, 40, True, "Sorted by what you wrote and your rating of one picture."),
        (3, 40, True, "Sorted by what you wrote and your 3 ratings of pictures."),
        (9, 40, True, "Sorted by your 9 ratings of pictures."),
        (0, 0, False, "Once I have looked at 8 pictures I can sort them; the newest come first."),
    ],
)
def test_what_was_written_is_evidence_once_there_is_something_to_sort(
    ratings: int, rows: int, enough: bool, says: str
) -> None:
    told = evidence("image", ratings, ratings, rows, worded=True)
    assert (told.says, told.enough) == (says, enough)
