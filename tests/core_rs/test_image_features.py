"""The 691 image numbers against the plain reference, and what a person would expect of them."""

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.core_rs.reference_image import image_features as expected

from anagnorisis._core import image_features

Picture = NDArray[np.uint8]


def waves(height: int, width: int, seed: int) -> Picture:
    """Coloured waves with a bright disc and some grain: every block has something to see."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] / max(height, width)
    turns, speeds = rng.uniform(0, 6, 3), rng.uniform(2, 30, (3, 2))
    paint = np.stack([np.sin(turns[c] + speeds[c, 0] * x + speeds[c, 1] * y) for c in range(3)], -1)
    paint = 120 + 90 * paint + 60 * (np.hypot(x - 0.4, y - 0.3) < 0.2)[..., None]
    return np.clip(paint + rng.normal(0, 6, paint.shape), 0, 255).astype(np.uint8)


PICTURES = {
    "larger": waves(301, 517, 1),
    "of the very size": waves(128, 128, 2),
    "smaller": waves(40, 90, 3),
    "a single pixel": np.array([[[200, 30, 90]]], np.uint8),
    "a line": waves(1, 300, 4),
    "noise": np.random.default_rng(5).integers(0, 256, (200, 150, 3), dtype=np.uint8),
    "grey": np.repeat(waves(150, 200, 6)[..., :1], 3, axis=2),
    "black": np.zeros((50, 60, 3), np.uint8),
    "white": np.full((333, 77, 3), 255, np.uint8),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_gets_the_numbers_of_the_reference(name: str) -> None:
    found, wanted = image_features(PICTURES[name]), expected(PICTURES[name])
    assert found.dtype == np.float32
    assert found.shape == wanted.shape == (691,)
    assert np.abs(found - wanted).max() < 1e-5


@pytest.mark.parametrize("name", PICTURES)
def test_the_numbers_are_finite_and_of_length_1_with_blocks_of_equal_weight(name: str) -> None:
    found = image_features(PICTURES[name])
    assert np.isfinite(found).all()
    assert abs(np.linalg.norm(found) - 1) < 1e-6
    weights = np.array([np.linalg.norm(block) for block in np.split(found, [80, 464, 641])])
    silent = weights == 0
    assert np.allclose(weights[~silent], 1 / np.sqrt((~silent).sum()), atol=1e-6)


def test_a_picture_is_most_like_its_own_small_copy() -> None:
    large = [waves(512, 512, seed) for seed in range(8)]
    whole = np.array([image_features(picture) for picture in large])
    small = np.array([image_features(picture[::2, ::2]) for picture in large])
    assert (whole @ small.T).argmax(1).tolist() == list(range(8))


def test_colour_shows_in_its_block_and_not_in_texture() -> None:
    grey = waves(128, 128, 9)[..., :1]
    a, b = (
        np.split(image_features((grey * np.array(tint)).astype(np.uint8)), [80, 464, 641])
        for tint in ((1, 0.6, 0.4), (0.5, 0.7, 1))
    )
    likeness = [float(x @ y / (np.linalg.norm(x) * np.linalg.norm(y))) for x, y in zip(a, b, strict=True)]
    assert likeness[0] < 0.5 < 0.9 < min(likeness[1], likeness[2])


def test_only_one_number_knows_the_shape_of_the_picture() -> None:
    square = waves(128, 128, 10)
    wide = np.repeat(square, 2, axis=1)
    changed = np.split(image_features(wide), [641])[0] - np.split(image_features(square), [641])[0]
    assert np.abs(changed).max() < 1e-6
    assert np.abs(image_features(wide) - image_features(square)).max() > 0.01


def test_a_view_of_a_picture_is_read_as_it_looks() -> None:
    picture = waves(200, 200, 11)
    assert np.array_equal(image_features(picture[::-1, ::2]), image_features(picture[::-1, ::2].copy()))


@pytest.mark.parametrize("shape", [(0, 5, 3), (5, 0, 3), (4, 4, 4), (4, 4, 1)])
def test_what_is_no_picture_is_refused(shape: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="entries where"):
        image_features(np.zeros(shape, np.uint8))
