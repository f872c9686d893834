"""Tags and years liked in one kind count in another as far as they prove right there, exactly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anagnorisis.domain import Item, ItemId, Kind
from anagnorisis.modality import MODALITIES
from anagnorisis.store.corrections import Correction
from anagnorisis.taste import explain, phi
from anagnorisis.taste.across import CARRIED, CARRIED_VARIANCE, COLUMNS, SHARED, Lean, leaning, upright
from anagnorisis.taste.carry import carried
from anagnorisis.taste.consensus import ALONE
from anagnorisis.taste.posterior import Posterior
from anagnorisis.taste.prior import DIMENSION, house_prior
from anagnorisis.taste.space import Space
from anagnorisis.taste.view import Change, View
from anagnorisis.taste.wished import Spoken, name_unit, wished

GENRES = ("jazz", "biology", "history", "travel", "folk", "opera", "noir", "satire")
MANY = 240


def shelf(kind: Kind, seed: int) -> tuple[Space, list[str]]:
    """A space of 240 items with vectors at random, each of one genre; and the genres."""
    rng = np.random.default_rng(seed)
    said = [GENRES[n] for n in rng.integers(0, len(GENRES), MANY)]
    ids = [ItemId(f"{seed:016x}{n:016x}") for n in range(MANY)]
    plain = [Item(one, kind, "", "", "", None, 0, 200.0, 4, 4, 800, "") for one in ids]
    numbers = np.array([MODALITIES[kind].numbers(item, [tag]) for item, tag in zip(plain, said, strict=True)])
    x = rng.normal(size=(MANY, 12)).astype(np.float16)
    fitted = phi.fit(kind, 1, "model", x, numbers, MANY)
    space = Space(kind, fitted)
    space.extend(ids, phi.rows(fitted, x, numbers))
    return space, said


MUSIC, SONGS = shelf("music", 1)
ARTICLES, READS = shelf("article", 2)
EVERY = np.arange(MANY, dtype=np.uint32)


def points(likes: dict[str, float], said: list[str], seed: int) -> np.ndarray:
    """What somebody gives to items of those genres: no two of their scores for one are the same."""
    return 5.0 + np.array([likes[genre] for genre in said]) + np.random.default_rng(seed).normal(0, 1, MANY)


def heard(ratings: np.ndarray, n: int) -> Lean:
    return leaning(ARTICLES, [(MUSIC, MUSIC.features.take(EVERY[:n]).astype(np.float64), ratings[:n])])


def reader(ratings: np.ndarray, n: int, lean: Lean | None = None, said: Spoken | None = None) -> View:
    changes = [Change(ARTICLES.ids[row], float(ratings[row])) for row in range(n)]
    told = wished(said, "article", ARTICLES.phi) if said else None
    return View(1, ARTICLES, house_prior(), ALONE, changes, wished=told, lean=lean)


def right(view: View, ratings: np.ndarray) -> float:
    """Correlation of what is expected of the last 140 items with what they got."""
    return float(np.corrcoef(view.expected(EVERY[100:])[0], ratings[100:])[0, 1])


LIKES = dict(zip(GENRES, (2.0, -2.0, 1.5, -1.5, 1.0, -1.0, 0.5, -0.5), strict=True))
SONG_POINTS, READ_POINTS = points(LIKES, SONGS, 3), points(LIKES, READS, 4)


def learned(elsewhere: dict[str, float], likes: dict[str, float], n: int, seed: int) -> tuple[float, float]:
    """Of somebody who likes the one in music and the other in articles, and rated 60 and `n`: the share that
    is carried over, and what is gained by it.
    """
    lean, ratings = heard(points(elsewhere, SONGS, seed), 60), points(likes, READS, 100 + seed)
    view = reader(ratings, n, lean)
    gained = right(view, ratings) - right(reader(ratings, n), ratings)
    return lean.share(house_prior(), view.taste.weights), gained


def test_who_likes_the_same_in_both_kinds_is_known_sooner() -> None:
    assert right(reader(READ_POINTS, 0, heard(SONG_POINTS, 60)), READ_POINTS) > 0.4
    for n, least in ((5, 0.2), (20, 0.1)):
        assert np.mean([learned(LIKES, LIKES, n, seed)[1] for seed in range(5)]) > least
    assert np.mean([learned(LIKES, LIKES, 100, seed)[0] for seed in range(5)]) > 1


def test_what_the_other_kind_foretells_wrongly_comes_to_nothing(rng: np.random.Generator) -> None:
    """Sixteen people whose tastes in the two kinds have nothing to do with each other."""
    told = []
    for seed in range(16):
        one, other = (dict(zip(GENRES, rng.normal(0, 1.5, len(GENRES)), strict=True)) for _ in "ab")
        told.append(learned(one, other, 100, seed))
    shares, gained = np.array(told).T
    assert abs(np.median(shares)) < CARRIED / 2 and abs(gained.mean()) < 0.01
    opposite = {genre: -liked for genre, liked in LIKES.items()}
    assert np.mean([learned(LIKES, opposite, 100, seed)[0] for seed in range(5)]) < -0.5


def test_without_ratings_elsewhere_nothing_is_different() -> None:
    assert not heard(SONG_POINTS, 0).towards.any()
    plain = house_prior()
    assert upright().upon(plain) is plain and upright().share(plain, plain.mean) == 0
    assert np.array_equal(
        reader(READ_POINTS, 9, upright()).taste.weights, reader(READ_POINTS, 9).taste.weights
    )


def test_the_lean_is_the_ridge_of_the_shared_numbers_whatever_their_order(rng: np.random.Generator) -> None:
    rows, order = MUSIC.features.take(EVERY[:50]).astype(np.float64), rng.permutation(50)
    lean = leaning(ARTICLES, [(MUSIC, rows[order], SONG_POINTS[:50][order])])
    assert lean.towards == pytest.approx(heard(SONG_POINTS, 50).towards, abs=1e-12)
    z = rows[:, COLUMNS["music"]] / MUSIC.spread[SHARED["music"]]
    z, y = z - z.mean(axis=0), SONG_POINTS[:50] - SONG_POINTS[:50].mean()
    dual = z.T @ np.linalg.solve(z @ z.T + np.eye(50) / 0.1, y)
    spread = ARTICLES.spread[SHARED["article"]]
    assert lean.towards[COLUMNS["article"]] * spread == pytest.approx(np.round(dual, 1), abs=1e-9)
    assert np.count_nonzero(lean.towards) == np.count_nonzero(np.round(dual, 1))


def test_a_rating_that_says_nothing_new_moves_nothing_in_another_kind() -> None:
    told = heard(SONG_POINTS, 200)
    assert sum(told.same(heard(SONG_POINTS, n)) for n in range(190, 200)) >= 3
    assert not told.same(heard(SONG_POINTS, 60))


def test_the_share_is_that_of_a_weight_learned_beside_all_others() -> None:
    """The textbook: one column more, x'd, whose weight has a prior of its own."""
    lean, prior = heard(SONG_POINTS, 60), house_prior()
    view = reader(READ_POINTS, 25, lean)
    x, y = view.taste.rows, view.taste.ratings
    wide = np.column_stack([x, x @ lean.towards])
    s = np.diag([*prior.variance, CARRIED_VARIANCE])
    mean = np.array([*prior.mean, CARRIED])
    k = np.linalg.solve(wide @ s @ wide.T + np.eye(25), wide @ s)
    weights = mean + k.T @ (y - wide @ mean)
    assert lean.share(prior, view.taste.weights) == pytest.approx(weights[-1], abs=1e-9)
    assert view.taste.weights == pytest.approx(weights[:-1] + weights[-1] * lean.towards, abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("lean"), st.integers(0, 60)),
            st.tuples(st.integers(0, 30), st.one_of(st.none(), st.integers(0, 10))),
        ),
        max_size=12,
    ),
    st.booleans(),
)
def test_leaning_otherwise_at_any_time_is_leaning_so_from_the_first(steps: list, corrected: bool) -> None:
    """Columns, noise and all; also where the person said something against a tag."""
    wrong = Correction("u", "wrong", ARTICLES.ids[0], "article", "tag:jazz", 1)
    said = Spoken((), {}, {}, (wrong,) if corrected else ())
    view, lean, mine = reader(READ_POINTS, 3, said=said), upright(), dict(enumerate(READ_POINTS[:3].tolist()))
    for what, value in steps:
        if what == "lean":
            lean = heard(SONG_POINTS, value)
            view.lean_on(lean)
        else:
            mine[what] = value
            view.settle([Change(ARTICLES.ids[what], None if value is None else float(value))])
    changes = [Change(ARTICLES.ids[row], value) for row, value in mine.items() if value is not None]
    told = wished(said, "article", ARTICLES.phi)
    afresh = View(1, ARTICLES, house_prior(), ALONE, changes, wished=told, lean=lean)
    assert view.taste.weights == pytest.approx(afresh.taste.weights, abs=1e-9)
    assert view.taste.covariance == pytest.approx(afresh.taste.covariance, abs=1e-9)
    assert view.taste.noise == pytest.approx(afresh.taste.noise, rel=1e-9)
    for moved, fresh in zip(view.columns.at(EVERY), afresh.columns.at(EVERY), strict=True):
        assert moved == pytest.approx(fresh, abs=1e-3)


def test_another_prior_under_hints_is_as_if_all_was_learned_from_it(rng: np.random.Generator) -> None:
    x, y = rng.normal(size=(20, DIMENSION)) * 0.3, rng.uniform(0, 10, 20)
    weights = np.array([1.0] * 12 + [0.25] * 8)
    before, after = heard(SONG_POINTS, 20), heard(SONG_POINTS, 60)
    told, fresh = Posterior(before.upon(house_prior())), Posterior(after.upon(house_prior()))
    told.relearn(x, y, weights)
    fresh.relearn(x, y, weights)
    told.rest_on(after.upon(house_prior()), after.instead(before, house_prior()))
    assert told.weights == pytest.approx(fresh.weights, abs=1e-9)
    assert told.noise == pytest.approx(fresh.noise, rel=1e-9)
    told.forget(x[0], y[0])
    fresh.relearn(x[1:], y[1:], weights[1:])
    assert told.weights == pytest.approx(fresh.weights, abs=1e-9)


def test_a_tag_called_wrong_is_none_whatever_is_liked_elsewhere() -> None:
    jazz = name_unit(("tag", "jazz"), "article", ARTICLES.phi)
    wrong = Correction("u", "wrong", ARTICLES.ids[0], "article", "tag:jazz", 1)
    lean = heard(SONG_POINTS, 60)
    assert reader(READ_POINTS, 0, lean).taste.weights @ jazz > 0.1
    assert abs(reader(READ_POINTS, 0, lean, Spoken((), {}, {}, (wrong,))).taste.weights @ jazz) < 1e-3


def test_the_reasons_of_a_score_tell_of_it_and_sum_to_it() -> None:
    view = reader(READ_POINTS, 10, heard(SONG_POINTS, 60))
    for row in view.rows(EVERY[:20]):
        told = {part.name: part.value for part in explain.shares(view.taste, row)}
        assert sum(told.values()) == pytest.approx(float(row @ view.taste.weights), abs=1e-9)
        assert told["across"] == pytest.approx(CARRIED * float(row @ view.lean.towards), abs=1e-12)
    assert "across" not in {part.name for part in explain.shares(reader(READ_POINTS, 10).taste, row)}


def test_what_is_carried_away_holds_it() -> None:
    """Weights from prior and sums, as the file says; also beside a correction."""
    wrong = Correction("u", "wrong", ARTICLES.ids[0], "article", "tag:jazz", 1)
    told = carried(
        reader(READ_POINTS, 10, heard(SONG_POINTS, 60), Spoken((), {}, {}, (wrong,))), "reader", set()
    )
    assert told is not None
    of = told.tensors
    weights = of["prior.mean"] + np.linalg.solve(of["precision"], of["shift"])
    assert of["weights"] == pytest.approx(weights, abs=1e-9)


def test_a_thousand_leans_drift_by_nothing_that_shows() -> None:
    view, leans = reader(READ_POINTS, 30), [heard(points(LIKES, SONGS, seed), 60) for seed in range(4)]
    for n in range(1000):
        view.lean_on(leans[n % 4])
    afresh = reader(READ_POINTS, 30, leans[3])
    assert view.taste.covariance == pytest.approx(afresh.taste.covariance, abs=1e-11)
    for moved, fresh in zip(view.columns.at(EVERY), afresh.columns.at(EVERY), strict=True):
        assert moved == pytest.approx(fresh, abs=1e-3)
    assert view.updates == 1, "a refresh when idle is due"
