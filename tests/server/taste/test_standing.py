"""A wish is held against what ratings say of items of its sort, exactly, and said in plain words."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from anagnorisis.domain import Kind
from anagnorisis.embed import EMBEDDERS
from anagnorisis.store.corrections import Correction
from anagnorisis.taste import phi
from anagnorisis.taste.consensus import ALONE
from anagnorisis.taste.prior import house_prior
from anagnorisis.taste.space import Space
from anagnorisis.taste.standing import Standing, standing
from anagnorisis.taste.view import Change, View
from anagnorisis.taste.wished import POINTS, Spoken, wished
from anagnorisis.taste.wishes import parse

FOG = np.array([1.0, *[0.0] * 7], "<f2").tobytes()
Stand = Callable[..., tuple[Standing, View]]


@pytest.fixture
def stand(space: Space) -> Stand:
    """`stand(slope, text)`: where the wish of `text` stands once ratings rise by `slope` along it."""

    def stand(slope: float | None, text: str = "fog", reason: str = "") -> tuple[Standing, View]:
        said = Spoken(parse(text), {}, {("image", "fog"): FOG})
        told = wished(said, "image", space.phi)
        rows = space.features.take(np.arange(30, dtype=np.uint32)).astype(float)
        along = (
            rows[:, phi.CONTENT]
            @ wished(Spoken(parse("fog"), {}, said.vectors), "image", space.phi).moves[0][phi.CONTENT]
        )
        changes = (
            []
            if slope is None
            else [Change(i, 5.5 + slope * a) for i, a in zip(space.ids, along, strict=True)]
        )
        view = View(1, space, house_prior(), ALONE, changes, wished=told)
        return standing(said, said.wishes[0], told, view.taste, EMBEDDERS["image"], reason), view

    return stand


@pytest.mark.parametrize(
    ("text", "slope", "verdict", "says"),
    [
        ("fog", None, "unheard", "say nothing of it yet"),
        ("fog", 1.5, "agree", "ratings agree"),
        ("fog", -1.0, "less", "say less of it"),
        ("fog", -9.0, "otherwise", "say otherwise"),
        ("no fog", -1.5, "agree", "ratings agree"),
        ("no fog", 9.0, "otherwise", "say otherwise"),
    ],
)
def test_ratings_agree_say_less_or_otherwise(
    stand: Stand, text: str, slope: float | None, verdict: str, says: str
) -> None:
    told, view = stand(slope, text)
    assert told.verdict == verdict and says in told.says
    assert "In pictures I go by what is like these words." in told.says
    assert told.wrote == pytest.approx(-POINTS if text == "no fog" else POINTS)
    assert told.low <= told.now <= told.high
    unit = view.wished.units[0]
    assert told.now == pytest.approx(unit @ view.taste.weights, abs=1e-9), "nothing else lies along one wish"


def test_a_wish_that_was_called_wrong_says_so_and_is_worth_nothing(space: Space, make_view: Any) -> None:
    wrong = Correction("u", "wrong", space.ids[0], "image", "wish:fog", 1)
    said = Spoken(parse("fog"), {}, {("image", "fog"): FOG}, (wrong,))
    told = wished(said, "image", space.phi)
    view = View(1, space, house_prior(), ALONE, [], wished=told)
    stands = standing(said, said.wishes[0], told, view.taste, EMBEDDERS["image"], "")
    assert stands.verdict == "corrected" and "You put it right" in stands.says
    assert (stands.wrote, abs(stands.now) < 1e-3) == (pytest.approx(POINTS), True)


@pytest.mark.parametrize(
    ("text", "kind", "reason", "says"),
    [
        ("sea", "image", "", "The built-in viewer knows no words, and no folder or camera is called that."),
        (
            "sea",
            "music",
            "",
            "The built-in listener knows no words, and no artist, album or genre is called that.",
        ),
        ("sea", "article", "", "I have not read it yet, or know too few articles."),
        ("xyz", "article", "It knows none of these words.", "It knows none of these words, and no author,"),
        ("long reads", "image", "", "You wrote it of articles."),
        ("songs about fog", "image", "", "You wrote it of tracks."),
    ],
)
def test_a_kind_that_makes_nothing_of_a_wish_says_why(
    space: Space, text: str, kind: Kind, reason: str, says: str, make_view: Any
) -> None:
    said = Spoken(parse(text), {}, {})
    told = standing(
        said, said.wishes[0], wished(said, kind, space.phi), make_view({}).taste, EMBEDDERS[kind], reason
    )
    assert (told.verdict, told.wrote, told.now) == ("silent", 0.0, 0.0)
    assert told.says.startswith(says)
