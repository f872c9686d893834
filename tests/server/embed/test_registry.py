"""Which embedder reads a kind: named, joined, chosen, and what cannot be."""

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from tests import graphs

from anagnorisis.domain import AnagnorisisError, BadValue, Kind, Unknown
from anagnorisis.embed import EMBEDDERS
from anagnorisis.embed.description import Description, Tower, check
from anagnorisis.embed.registry import Registry
from anagnorisis.store import models
from anagnorisis.store.db import Store
from anagnorisis.store.models import Model


@pytest.fixture
async def registry(store: Store, tmp_path: Path) -> Registry:
    """A house with two models of pictures and one of texts."""
    opened = Registry(store, tmp_path / "models")
    told = [
        graphs.picture_model(tmp_path / "eyes"),
        graphs.picture_model(tmp_path / "lens", graphs.picture_graph(2), 12),
        graphs.text_model(tmp_path / "reader"),
    ]
    for one in told:
        row = Model(one.digest, one.kind, one.name, 1, msgspec.json.encode(one))
        await store.write(lambda db, row=row: models.install(db, row))
    await opened.load()
    return opened


async def test_without_a_choice_the_built_in_embedders_serve(registry: Registry) -> None:
    for kind, spec in EMBEDDERS.items():
        assert registry.active(kind) == registry.spec(kind, []) == spec
        assert registry.candidate(kind) is registry.previous(kind) is None
    assert registry.in_use() == [*EMBEDDERS.values()]


async def test_a_model_is_named_by_its_name_or_the_beginning_of_its_digest(registry: Registry) -> None:
    eyes = registry.named("eyes")
    assert registry.named(eyes[:8]) == registry.named(eyes) == eyes
    for name in ("", "ey", eyes[:3], "f" * 33):
        with pytest.raises(Unknown, match="models list"):
            registry.named(name)


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["eyes", "reader"], "models of one kind"),
        (["image-looks-1", "eyes"], "stands alone"),
        (["eyes", "nothing"], "No model nothing"),
    ],
)
async def test_what_cannot_be_joined_is_refused(registry: Registry, names: list[str], says: str) -> None:
    with pytest.raises(AnagnorisisError, match=says):
        registry.wanted(names)


async def test_names_are_taken_in_their_order_and_once(registry: Registry) -> None:
    eyes, lens = registry.named("eyes"), registry.named("lens")
    assert registry.wanted(["lens", "eyes", "lens"]) == ("image", (lens, eyes))
    assert registry.wanted(["article-words-1"]) == ("article", ())
    assert registry.spec("image", [lens, eyes]).dim == 60


async def test_a_house_without_a_folder_takes_no_model(store: Store) -> None:
    with pytest.raises(BadValue, match="no folder"):
        Registry(store).home("f" * 32)
    await Registry(store).tidy()


def tower(**said: object) -> Tower:
    plain = Tower("a.onnx", "embedding", 8, text=graphs.TEXT, tokenizer="t.json")
    return replace(plain, **said)


@pytest.mark.parametrize(
    ("kind", "content", "says"),
    [
        ("article", tower(tokenizer=""), "needs a tokenizer"),
        ("article", tower(picture=graphs.PICTURE), "needs the recipe 'text', and no other"),
        ("article", tower(dim=0), "dim must lie in"),
        ("article", tower(dim=5000, pooling="mean+deviation"), "dim must lie in"),
        ("article", tower(output=""), "output must name"),
        ("article", tower(file="b.onnx"), "SHA-256 of 'b.onnx'"),
        (
            "image",
            tower(text=None, tokenizer="", picture=graphs.PICTURE, pooling="mean+deviation"),
            "one row",
        ),
        ("music", tower(), "needs the recipe 'sound'"),
    ],
)
def test_a_description_that_cannot_be_followed_says_where(
    kind: Kind, content: Tower, says: str, tmp_path: Path
) -> None:
    files = dict.fromkeys(("a.onnx", "t.json"), graphs.text_model(tmp_path / "x").files["model.onnx"])
    whole = Description("x", kind, content, "CC0-1.0", "a test", files)
    with pytest.raises(BadValue, match=says):
        check(whole)
