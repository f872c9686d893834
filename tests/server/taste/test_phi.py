"""φ keeps what vectors say of each other, in a fixed width, and says when it should be fitted anew."""

import numpy as np
import pytest

from anagnorisis.taste import phi


def fitted(x: np.ndarray, numbers: np.ndarray | None = None) -> phi.Phi:
    facts = np.zeros((len(x), phi.METADATA), np.float32) if numbers is None else numbers
    return phi.fit("image", 1, "model", x.astype(np.float16), facts, len(x))


def content(x: np.ndarray) -> np.ndarray:
    rows = phi.rows(fitted(x), x.astype(np.float16), np.zeros((len(x), phi.METADATA), np.float32))
    return rows[:, phi.CONTENT].astype(np.float64)


def test_the_mean_squared_length_of_the_content_is_one(rng: np.random.Generator) -> None:
    block = content(40 * rng.normal(size=(300, 100)) + 3)
    assert np.square(block).sum(axis=1).mean() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(("items", "width"), [(8, 30), (40, 6), (20, 20)])
def test_distances_between_items_are_kept_up_to_one_scale(
    items: int, width: int, rng: np.random.Generator
) -> None:
    x = rng.normal(size=(items, width))
    a, b = np.triu_indices(items, 1)
    before = np.linalg.norm(x[a] - x[b], axis=1)
    block = content(x)
    ratio = np.linalg.norm(block[a] - block[b], axis=1) / before
    assert ratio == pytest.approx(ratio.mean(), rel=0.02)


def test_the_strongest_directions_stay_when_there_are_more_than_fit(rng: np.random.Generator) -> None:
    weak = 0.01 * rng.normal(size=(200, 90))
    x = np.hstack([rng.normal(size=(200, 10)), weak])
    strong = x[:, :10] - x[:, :10].mean(axis=0)
    block = content(x)
    before, after = strong @ strong.T, block @ block.T
    assert after == pytest.approx(before * np.trace(after) / np.trace(before), abs=0.02)


def test_there_is_at_most_one_direction_less_than_items(rng: np.random.Generator) -> None:
    x = rng.normal(size=(8, 30))
    assert fitted(x).directions.shape == (30, 7)
    assert np.any(content(x)[:, 6]) and not np.any(content(x)[:, 7:])


def test_a_row_is_one_then_content_then_numbers_whatever_the_directions(rng: np.random.Generator) -> None:
    x, numbers = rng.normal(size=(9, 5)).astype(np.float16), rng.uniform(-1, 1, (9, 32)).astype(np.float32)
    rows = phi.rows(fitted(x, numbers), x, numbers)
    assert rows.shape == (9, phi.WIDTH) and rows.dtype == np.float16
    assert np.all(rows[:, 0] == 1)
    for part in (phi.FACTS, phi.NAMES):
        above = numbers[:, part] - numbers[:, part].mean(axis=0)
        block = rows[:, phi.NUMBERS][:, part].astype(np.float64)
        assert np.square(block).sum(axis=1).mean() == pytest.approx(1, abs=0.01)
        assert block == pytest.approx(above * np.linalg.norm(block) / np.linalg.norm(above), abs=2e-3)


def test_numbers_that_never_differ_say_nothing(rng: np.random.Generator) -> None:
    x = rng.normal(size=(9, 5)).astype(np.float16)
    alike = np.full((9, phi.METADATA), 0.7, np.float32)
    assert not np.any(phi.rows(fitted(x, alike), x, alike)[:, phi.NUMBERS])


def test_the_odd_one_out_is_not_all_that_counts(rng: np.random.Generator) -> None:
    x = rng.normal(size=(200, 5)).astype(np.float16)
    numbers = np.zeros((200, phi.METADATA), np.float32)
    numbers[7, 3] = 1
    held = phi.rows(fitted(x, numbers), x, numbers)[:, phi.NUMBERS].astype(np.float64)
    assert 0.5 < np.linalg.norm(held[7]) <= 3.01


def test_a_name_that_comes_later_is_told_from_those_there_were(rng: np.random.Generator) -> None:
    x = rng.normal(size=(9, 5)).astype(np.float16)
    alike = np.full((9, phi.METADATA), 0.3, np.float32)
    later = np.full((1, phi.METADATA), -0.3, np.float32)
    assert np.any(phi.rows(fitted(x, alike), x[:1], later)[:, phi.NUMBERS])


def test_the_neighbourhood_is_there_from_forty_items(rng: np.random.Generator) -> None:
    for items, there in ((39, False), (40, True)):
        x = rng.normal(size=(items, 6)).astype(np.float16)
        rows = phi.rows(fitted(x), x, np.zeros((items, phi.METADATA), np.float32))
        assert bool(np.any(rows[:, phi.NEAR])) is there


def test_equal_vectors_make_an_empty_block_and_no_nonsense() -> None:
    assert not np.any(content(np.ones((10, 4))))


def test_a_kept_phi_makes_the_same_rows(rng: np.random.Generator) -> None:
    x, numbers = rng.normal(size=(50, 20)).astype(np.float16), rng.uniform(-1, 1, (50, 32)).astype(np.float32)
    first = fitted(x, numbers)
    again = phi.revive(first.kind, first.version, first.model, first.items, phi.body(first))
    assert again is not None
    assert np.array_equal(phi.rows(first, x, numbers), phi.rows(again, x, numbers))


def test_it_is_fitted_at_eight_items_each_doubling_to_200_and_each_fourfold_growth_after() -> None:
    fits, last = [], 0
    for count in range(14_000):
        if phi.due(count, last):
            fits.append(last := count)
    assert fits == [8, 16, 32, 64, 128, 200, 800, 3200, 12_800]


def test_a_house_that_begins_with_thousands_of_items_waits_for_four_times_as_many() -> None:
    assert phi.due(2000, 0) and not phi.due(7999, 2000) and phi.due(8000, 2000)
