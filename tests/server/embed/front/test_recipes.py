"""Recipes come from a model's folder: what cannot be followed is refused by the name of its field."""

from typing import Any

import msgspec
import pytest

from anagnorisis.domain import BadValue
from anagnorisis.embed.front.recipes import MelRecipe, PictureRecipe, SoundRecipe, TextRecipe

MEL = {"rate": 16_000, "fft": 512, "window": 400, "hop": 160, "bands": 64, "low": 125, "high": 7500}
WHOLE: dict[type[Any], dict[str, Any]] = {
    TextRecipe: {"max_tokens": 256},
    PictureRecipe: {"width": 224, "height": 224},
    MelRecipe: MEL,
    SoundRecipe: {"mel": MEL, "seconds": 3, "patch": 96},
}


@pytest.mark.parametrize("recipe", WHOLE)
def test_a_recipe_goes_through_json_unchanged(recipe: type[Any]) -> None:
    made = msgspec.convert(WHOLE[recipe], recipe)
    assert msgspec.json.decode(msgspec.json.encode(made), type=recipe) == made


@pytest.mark.parametrize("recipe", WHOLE)
def test_a_field_that_is_unknown_is_refused(recipe: type[Any]) -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `colour`"):
        msgspec.convert(WHOLE[recipe] | {"colour": 1}, recipe)


@pytest.mark.parametrize(
    ("recipe", "field", "value"),
    [
        (TextRecipe, "max_tokens", 4),
        (TextRecipe, "overlap", 200),
        (TextRecipe, "chunks", 0),
        (TextRecipe, "pad_id", -1),
        (TextRecipe, "ids", ""),
        (PictureRecipe, "width", 5),
        (PictureRecipe, "shortest", 256),
        (PictureRecipe, "border", (0, 0, 300)),
        (PictureRecipe, "std", (1.0, 0.0, 1.0)),
        (PictureRecipe, "mean", (float("nan"), 0.0, 0.0)),
        (PictureRecipe, "scale", float("inf")),
        (PictureRecipe, "input", ""),
        (MelRecipe, "rate", 100),
        (MelRecipe, "window", 600),
        (MelRecipe, "hop", 0),
        (MelRecipe, "bands", 0),
        (MelRecipe, "high", 9000),
        (MelRecipe, "floor", 0),
        (SoundRecipe, "seconds", 500),
        (SoundRecipe, "crops", 0),
        (SoundRecipe, "channels", 9),
        (SoundRecipe, "patch", 400),
        (SoundRecipe, "step", 400),
        (SoundRecipe, "input", ""),
    ],
)
def test_what_cannot_be_followed_is_refused_by_name(recipe: type[Any], field: str, value: Any) -> None:
    told = {"width": "sides", "high": "rate / 2"}.get(field, field)
    with pytest.raises(BadValue, match=rf"cannot be followed: .*{told}.*Correct its model\.json"):
        recipe(
            **{**WHOLE[recipe], "mel": MelRecipe(**MEL), field: value}
            if recipe is SoundRecipe
            else {**WHOLE[recipe], field: value}
        )


def test_a_crop_is_longer_than_the_fft() -> None:
    with pytest.raises(BadValue, match="longer than the FFT"):
        SoundRecipe(MelRecipe(4000, 512, 400, 160, 64, 125, 2000), seconds=0.12)
