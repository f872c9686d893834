"""A folder becomes a model of the house only if every file is whole and its graph gives sound numbers."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace
from onnx import TensorProto, helper
from tests import graphs

from anagnorisis.domain import AnagnorisisError, Conflict
from anagnorisis.embed import foreign, importing
from anagnorisis.embed.description import FILE, Description, Sum, Tower, check
from anagnorisis.embed.front.recipes import TextRecipe
from anagnorisis.embed.registry import Registry
from anagnorisis.embed.workers import Workers
from anagnorisis.store import models
from anagnorisis.store.db import Store

PICTURE = {
    "name": "pixel_values",
    "shape": ["b", 3, 32, 32],
    "layout": "NCHW RGB",
    "resize": "whole picture to 32x32, bilinear",
    "normalise": "(pixel-128)*0.5",
}
FLAT = {"pixel_values": (TensorProto.FLOAT, ["b", 3, graphs.SIDE, graphs.SIDE])}


@pytest.fixture
def registry(store: Store, tmp_path: Path) -> Registry:
    """A house with a folder for models."""
    return Registry(store, tmp_path / "house" / "models")


@pytest.fixture
def bring_in(store: Store, registry: Registry, worker: Workers) -> Callable[[Path], Any]:
    return lambda folder: importing.bring_in(folder, store, registry, worker)


def nothing_is_left(registry: Registry) -> bool:
    assert registry.folder is not None
    return not registry.installed and not (registry.folder.is_dir() and any(registry.folder.iterdir()))


@pytest.mark.parametrize("make", [graphs.picture_model, graphs.sound_model, graphs.text_model])
async def test_a_model_of_each_kind_is_tried_copied_and_noted(
    make: Callable[..., Description], bring_in: Any, store: Store, registry: Registry, tmp_path: Path
) -> None:
    told = make(tmp_path / "given" / "eyes")
    whole = await bring_in(tmp_path / "given" / "eyes")
    shutil.rmtree(tmp_path / "given")
    assert (whole.name, whole.digest, whole.cost is not None) == ("eyes", told.digest, True)
    (row,) = await models.installed(store.read)
    assert (row.digest, row.kind, row.name) == (told.digest, told.kind, "eyes")
    assert await importing.verify(registry) == []
    again = Registry(store, registry.folder)
    await again.load()
    assert again.spec(told.kind, [told.digest]).dim == told.content.width


def spoiled(folder: Path) -> None:
    (folder / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:-1] + b"!")


def lost(folder: Path) -> None:
    (folder / "model.onnx").unlink()


def said(**changes: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        told = json.loads((folder / FILE).read_text())
        (folder / FILE).write_text(json.dumps(told | changes))

    return change


def of_content(**changes: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        told = json.loads((folder / FILE).read_text())
        told["content"] |= changes
        (folder / FILE).write_text(json.dumps(told))

    return change


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (spoiled, "model.onnx of eyes is not what its description says: SHA-256"),
        (lost, "eyes lacks its file model.onnx"),
        (said(licence=" "), "licence is missing"),
        (said(source=""), "source is missing"),
        (said(kind="music"), "content needs the recipe 'sound'"),
        (said(surprise=1), "unknown field `surprise`"),
        (said(files={}), "files does not say the SHA-256 of 'model.onnx'"),
        (said(files={"../x": {"sha256": "0", "bytes": 1}}), "files does not say"),
        (of_content(dim=47), "embedding of model.onnx is 48 wide, and not 47"),
        (of_content(output="logits"), "model.onnx gives embedding, and not logits"),
        (of_content(picture={"width": 32, "height": 32, "input": "image"}), "asks for pixel_values"),
        (of_content(picture={"width": 48, "height": 48}), "does not run"),
        (of_content(picture={"width": 1, "height": 48}), "its sides must lie in"),
        (lambda folder: (folder / FILE).write_text("{"), "does not describe a model"),
        (lambda folder: (folder / FILE).unlink(), "No such file"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_installed(
    harm: Callable[[Path], None], says: str, bring_in: Any, registry: Registry, tmp_path: Path
) -> None:
    graphs.picture_model(tmp_path / "eyes")
    harm(tmp_path / "eyes")
    with pytest.raises(AnagnorisisError) as refused:
        await bring_in(tmp_path / "eyes")
    assert says in refused.value.what
    assert nothing_is_left(registry)


def broken(kind: str) -> bytes:
    """Graphs of pictures whose numbers are none, all alike, or all zero."""
    flat = helper.make_node("Flatten", ["pixel_values"], ["flat"])
    mean = helper.make_node("ReduceMean", ["flat"], ["m"], axes=[1], keepdims=1)
    zero = helper.make_node("Sub", ["m", "m"], ["zero"])
    how = {
        "finite": ("Div", ["m", "zero"]),
        "same": ("Add", ["zero", "row"]),
        "zeros": ("Mul", ["zero", "row"]),
    }
    end = helper.make_node(*how[kind], ["embedding"])
    dim = 1 if kind == "finite" else 3
    row = {"row": np.array([1, 2, 3], np.float32)} if dim == 3 else {}
    return graphs.graph([flat, mean, zero, end], FLAT, dim, row)


@pytest.mark.parametrize(
    ("body", "dim", "says"),
    [
        (broken("finite"), 1, "not finite"),
        (broken("same"), 3, "the same numbers for whatever"),
        (broken("zeros"), 3, "nothing but zeros"),
        (b"no graph", 48, "does not load"),
        (graphs.picture_graph(opset=99), 48, "does not load"),
    ],
)
async def test_a_graph_without_sound_numbers_is_refused(
    body: bytes, dim: int, says: str, bring_in: Any, registry: Registry, tmp_path: Path
) -> None:
    graphs.picture_model(tmp_path / "eyes", body, dim)
    with pytest.raises(AnagnorisisError, match=says):
        await bring_in(tmp_path / "eyes")
    assert nothing_is_left(registry)


async def test_one_model_is_installed_once_and_one_name_given_once(bring_in: Any, tmp_path: Path) -> None:
    graphs.picture_model(tmp_path / "a" / "eyes")
    await bring_in(tmp_path / "a" / "eyes")
    with pytest.raises(Conflict, match="installed already, as eyes"):
        await bring_in(tmp_path / "a" / "eyes")
    graphs.picture_model(tmp_path / "b" / "eyes", graphs.picture_graph(gain=2))
    with pytest.raises(Conflict, match="Another model is called eyes"):
        await bring_in(tmp_path / "b" / "eyes")


async def test_what_a_kill_left_behind_goes_and_is_in_nobodys_way(
    bring_in: Any, registry: Registry, tmp_path: Path
) -> None:
    told = graphs.picture_model(tmp_path / "eyes")
    assert registry.folder is not None
    for left in (f"{importing.COMING}abc", told.digest, "f" * 32):
        (registry.folder / left).mkdir(parents=True)
        (registry.folder / left / "half").write_bytes(b"of a file")
    await bring_in(tmp_path / "eyes")
    await registry.tidy()
    assert [one.name for one in registry.folder.iterdir()] == [told.digest]
    assert {one.name for one in registry.home(told.digest).iterdir()} == {"model.onnx", FILE}


async def test_a_file_that_changed_since_is_found(bring_in: Any, registry: Registry, tmp_path: Path) -> None:
    told = graphs.picture_model(tmp_path / "eyes")
    await bring_in(tmp_path / "eyes")
    spoiled(registry.home(told.digest))
    (found,) = await importing.verify(registry)
    assert found.model == "eyes" and "Fetch it again" in found.what


def test_the_digest_moves_with_what_changes_vectors_and_with_nothing_else(tmp_path: Path) -> None:
    told = graphs.picture_model(tmp_path / "eyes")
    same = replace(told, name="other", title="T", says="S", licence="L", source="S", made_by={"a": "b"})
    assert same.digest == told.digest
    other = graphs.picture_model(tmp_path / "b", graphs.picture_graph(gain=2))
    pooled = replace(told, content=replace(told.content, normalised=True))
    resized = replace(told, content=replace(told.content, picture=replace(graphs.PICTURE, fit="crop")))
    assert len({one.digest for one in (told, other, pooled, resized)}) == 4


def test_a_model_keeps_its_digest_when_more_can_be_said_of_models() -> None:
    tower = Tower("model.onnx", "embedding", 8, text=TextRecipe(16), tokenizer="tokenizer.json")
    sums = {name: Sum("0" * 64, 1) for name in tower.files}
    told = Description("a", "article", replace(tower, normalised=True), "L", "S", sums)
    assert told.digest == "36c0d42a8c6e50de6f211e36a9885e4a"
    by_tokens = replace(told, content=replace(told.content, tokens="mean"))
    assert by_tokens.digest != told.digest


def test_the_example_in_the_docs_is_one_that_can_be_followed() -> None:
    page = (Path(__file__).parents[3] / "docs" / "models.md").read_text("utf-8")
    (body,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    told = check(msgspec.json.decode(body, type=Description))
    assert told.speaks and told.content.width == 512


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"modality": "smell"}, "is none of text, image, audio"),
        ({"input": PICTURE | {"normalise": "as usual"}}, "says neither sides nor a range"),
        ({"input": PICTURE | {"resize": "crop"}}, "resize is not understood"),
        ({"modality": "audio"}, "spectrogram is not understood"),
        ({"modality": "text"}, "are not those of a text model"),
        ({"licence": ""}, "licence is missing"),
    ],
)
def test_another_writing_is_put_into_ours_or_refused(
    changes: dict[str, Any], says: str, tmp_path: Path
) -> None:
    body = graphs.picture_graph()
    (tmp_path / "model.onnx").write_bytes(body)
    told = {
        "file": "model.onnx",
        "sha256": hashlib.sha256(body).hexdigest(),
        "bytes": len(body),
        "modality": "image",
        "input": PICTURE,
        "output": {"name": "embedding", "dim": 48, "what": "fields"},
        "licence": "CC0-1.0",
        "source": "a test",
    }
    (tmp_path / FILE).write_text(json.dumps(told))
    whole = importing.read(tmp_path)
    assert (whole.name, whole.kind, whole.content.dim) == (tmp_path.name, "image", 48)
    recipe = whole.content.picture
    assert recipe and (recipe.width, recipe.height, recipe.scale, recipe.mean[0]) == (32, 32, 0.5, 64.0)
    (tmp_path / FILE).write_text(json.dumps(told | changes))
    with pytest.raises(AnagnorisisError, match=says):
        importing.read(tmp_path)


def test_a_spectrogram_in_a_sentence_is_understood() -> None:
    told = {
        "file": "model.onnx",
        "sha256": "0" * 64,
        "bytes": 1,
        "modality": "audio",
        "input": {
            "name": "log_mel",
            "shape": ["batch", 96, 64],
            "normalise": "16 kHz mono; window 400, hop 160, FFT 512, magnitude; 64 HTK mel bands 125-7500 Hz,"
            " unnormalised triangles; ln(mel+0.001); 96 frames = 0.96 s",
        },
        "output": {"name": "embedding", "dim": 1024, "what": "pool mean (and std) over the track"},
        "licence": "Apache-2.0",
        "source": "a test",
    }
    whole = check(foreign.translated(json.dumps(told).encode(), "ears", {}))
    recipe = whole.content.sound
    assert recipe and (recipe.mel.rate, recipe.mel.fft, recipe.mel.window, recipe.mel.hop) == (
        16000,
        512,
        400,
        160,
    )
    assert (recipe.mel.bands, recipe.mel.low, recipe.mel.high, recipe.mel.floor) == (64, 125, 7500, 0.001)
    assert (recipe.mel.scale, recipe.mel.unit_area, recipe.mel.power) == ("htk", False, 1)
    assert recipe.mel.frames(recipe.samples) == recipe.patch == 96
    assert (whole.content.pooling, whole.content.width) == ("mean+deviation", 2048)
