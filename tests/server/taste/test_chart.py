"""The map keeps neighbours together, is the same for everybody but its colours, and follows the house."""

from typing import Any

import numpy as np
import pytest

from anagnorisis.domain import Person
from anagnorisis.taste.chart import Charts, Spot
from anagnorisis.taste.learner import Learner


def trustworthiness(high: np.ndarray, low: np.ndarray, k: int) -> float:
    """1 when the k neighbours of every point on the map are neighbours in truth (Venna & Kaski, 2001)."""
    n = len(high)
    ranks = np.argsort(np.argsort(np.linalg.norm(high[:, None] - high, axis=2), axis=1), axis=1)
    near = np.argsort(np.linalg.norm(low[:, None] - low, axis=2), axis=1)[:, 1 : k + 1]
    far = np.take_along_axis(ranks, near, axis=1) - k
    return float(1 - 2 / (n * k * (2 * n - 3 * k - 1)) * np.where(far > 0, far, 0).sum())


async def spots(charts: Charts, learner: Learner, person: Person) -> list[Spot]:
    view = await learner.view(person.id, "image")
    present = await learner.spaces.present("image")
    return await charts.spots(view, present, present)


@pytest.fixture
def clustered(rng: np.random.Generator) -> np.ndarray:
    """(300, 12): thirty clusters of ten."""
    return np.repeat(rng.normal(size=(30, 12)), 10, axis=0) + 0.2 * rng.normal(size=(300, 12))


async def test_neighbours_stay_neighbours_and_the_map_is_the_same_again(
    learner: Learner, furnish: Any, clustered: np.ndarray, person: Person
) -> None:
    made = await furnish("image", 300, like=clustered)
    await learner.spaces.admit("image")
    found = await spots(Charts(), learner, person)
    assert {spot.id for spot in found} == {item.id for item in made}
    assert {(spot.score, spot.mine) for spot in found} == {(None, None)}
    places = {spot.id: (spot.x, spot.y) for spot in found}
    low = np.array([places[item.id] for item in made])
    assert np.abs(low).max() <= 1
    shuffled = np.random.default_rng(1).permutation(low)
    assert trustworthiness(clustered, low, 5) > 0.95
    assert trustworthiness(clustered, shuffled, 5) < 0.6
    assert await spots(Charts(), learner, person) == found


async def test_ratings_change_the_colours_and_not_the_places(
    learner: Learner, furnish: Any, batch: Any, clustered: np.ndarray, person: Person
) -> None:
    made = await furnish("image", 300, like=clustered)
    await learner.spaces.admit("image")
    charts = Charts()
    before = {spot.id: (spot.x, spot.y) for spot in await spots(charts, learner, person)}
    loved = [(item.id, 9.0) for item in made[:8]]
    await learner.record(person.id, 1, batch(*loved, *((item.id, 2.0) for item in made[20:28])))
    after = await spots(charts, learner, person)
    assert {spot.id: (spot.x, spot.y) for spot in after} == before
    scores = {spot.id: spot.score or 0 for spot in after}
    assert min(scores[item.id] for item in made[8:10]) > max(scores[item.id] for item in made[28:30]) + 2
    assert [spot.score for spot in after] == sorted(spot.score or 0 for spot in after)
    assert {spot.id for spot in after if spot.mine == 9.0} == {item for item, _ in loved}


async def test_what_is_new_comes_with_the_next_map_and_what_is_gone_leaves_at_once(
    learner: Learner, furnish: Any, person: Person
) -> None:
    made = await furnish("image", 40)
    await learner.spaces.admit("image")
    charts = Charts()
    assert len(await spots(charts, learner, person)) == 40
    await furnish("image", 1)
    await learner.spaces.admit("image")
    assert len(await spots(charts, learner, person)) == 40
    await furnish("image", 2)
    await learner.spaces.admit("image")
    assert len(await spots(charts, learner, person)) == 43
    view = await learner.view(person.id, "image")
    present = np.ones(43, np.bool_)
    present[view.space.row_of[made[0].id]] = False
    assert made[0].id not in {spot.id for spot in await charts.spots(view, np.ones_like(present), present)}


async def test_an_empty_house_has_an_empty_map(learner: Learner, person: Person) -> None:
    assert await spots(Charts(), learner, person) == []
