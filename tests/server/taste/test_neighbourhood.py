"""Neighbourhood coordinates follow the ways through a library, and place newcomers where they belong."""

import numpy as np
import pytest

from anagnorisis.taste import neighbourhood


def unit(x: np.ndarray) -> np.ndarray:
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def sorts(rng: np.random.Generator) -> np.ndarray:
    """Five sorts of forty items each, in twelve dimensions, near each other only within a sort."""
    centres = 3 * rng.normal(size=(5, 12))
    x = np.repeat(centres, 40, axis=0) + rng.normal(size=(200, 12))
    return unit(x - x.mean(axis=0))


def of_one_sort(coordinates: np.ndarray) -> float:
    """Share of items whose nearest by these coordinates is of their own sort."""
    apart = np.square(coordinates[:, None] - coordinates).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    return float(np.mean(apart.argmin(axis=1) // 40 == np.arange(len(coordinates)) // 40))


def test_items_of_one_sort_come_together(sorts: np.ndarray) -> None:
    placed = neighbourhood.place(neighbourhood.fit(sorts), sorts)
    within = np.array([placed[n * 40 : n * 40 + 40].std(axis=0).sum() for n in range(5)]).mean()
    assert of_one_sort(placed) > 0.98
    assert within < 0.75 * placed.std(axis=0).sum()


def test_a_ring_is_unrolled_although_its_ends_meet_nowhere_else() -> None:
    """The likeness of opposite items is the same as of strangers; only the steps between tell them apart."""
    turn = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    ring = unit(np.column_stack([np.cos(turn), np.sin(turn), 0.01 * np.cos(40 * turn)]))
    placed = neighbourhood.place(neighbourhood.fit(ring), ring)[:, :2]
    angle = np.unwrap(np.arctan2(placed[:, 1], placed[:, 0]))
    assert abs(np.ptp(angle)) == pytest.approx(2 * np.pi, abs=0.1)


def test_their_mean_squared_length_is_one_and_landmarks_lie_where_the_graph_has_them(
    sorts: np.ndarray,
) -> None:
    among = neighbourhood.fit(sorts)
    placed = neighbourhood.place(among, sorts)
    assert np.square(placed).sum(axis=1).mean() == pytest.approx(1, abs=0.15)


def test_a_newcomer_is_placed_among_its_own_sort(sorts: np.ndarray, rng: np.random.Generator) -> None:
    held_out = np.arange(0, 200, 10)
    kept = np.setdiff1d(np.arange(200), held_out)
    among = neighbourhood.fit(sorts[kept])
    landmarks, new = neighbourhood.place(among, sorts[kept]), neighbourhood.place(among, sorts[held_out])
    nearest = np.square(new[:, None] - landmarks).sum(axis=2).argmin(axis=1)
    assert np.mean(kept[nearest] // 40 == held_out // 40) > 0.9


def test_an_item_unlike_all_others_has_no_place(sorts: np.ndarray) -> None:
    among = neighbourhood.fit(np.hstack([sorts, np.zeros((200, 1), np.float32)]))
    stranger = np.zeros((1, 13), np.float32)
    stranger[0, 12] = 1
    assert not np.any(neighbourhood.place(among, stranger))


@pytest.mark.parametrize("items", [0, 1, 39])
def test_too_few_items_have_no_coordinates(items: int, rng: np.random.Generator) -> None:
    x = unit(rng.normal(size=(items, 4)) + 1e-3)
    assert neighbourhood.place(neighbourhood.fit(x), x).shape == (items, 0)
