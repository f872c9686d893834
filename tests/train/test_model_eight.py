"""Weights of 8 bits: calibrated on one's own things where that is nearer, and never far from torch."""

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import onnx
import pytest
from PIL import Image
from tests.train.checkpoints import asked as asked
from tests.train.checkpoints import seed as seed

from anagnorisis.domain import BadValue, Refused
from anagnorisis.export import eight, exporting, process
from anagnorisis.export.exporting import export
from anagnorisis.export.given import real
from anagnorisis.export.plan import Asked, planned

WAYS = get_args(eight.Way)


def pictures(folder: Path, count: int) -> None:
    folder.mkdir()
    for number in range(count):
        drawn = np.random.default_rng(number).integers(0, 255, (6, 6, 3)).astype(np.uint8)
        Image.fromarray(drawn).resize((90, 70)).save(folder / f"{number}.png")
    (folder / "cover.txt").write_text("No picture, and passed over.")


@pytest.mark.parametrize("name", ["clip", "bert", "qwen3"])
def test_weights_of_8_bits_are_near_and_the_nearer_way_is_kept(
    asked: Callable[..., Asked], tmp_path: Path, name: str
) -> None:
    if name == "clip":
        pictures(tmp_path / "own", 24)
    wanted, lines = asked(name, True, str(tmp_path / "own") if name == "clip" else ""), list[str]()
    told = export(wanted, planned(Path(wanted.checkpoint)), lines.append)
    for part in {"content"} | ({"words"} if told.words else set()):
        said = [line for line in lines if line.startswith(part)]
        tried = {
            way: float(line.split("at most ")[1].split()[0])
            for line in said
            for way in WAYS
            if line.startswith(f"{part}: {way}, ") and "neighbours" not in line
        }
        assert tried.keys() == {*WAYS}
        way = told.made_by[f"{part}_weights"].removeprefix("8 bits, ")
        assert tried[way] == min(tried.values())
        assert 0 < float(told.made_by[f"{part}_cosine_distance"]) <= exporting.EIGHT_BITS
        assert exporting.NEIGHBOURS <= float(told.made_by[f"{part}_neighbours_kept"]) <= 1
        graph = onnx.load(Path(wanted.into) / f"{part}.onnx")
        kinds = {node.op_type for node in graph.graph.node}
        assert ("QuantizeLinear" in kinds) == way.startswith("calibrated")
        assert ("DynamicQuantizeLinear" in kinds) == way.startswith("dynamic")
        scales = [one.dims for one in graph.graph.initializer if one.name.endswith("_scale")]
        assert any(dims and dims[0] > 1 for dims in scales), "a scale for each channel"
    assert {*told.files} == {one.name for one in Path(wanted.into).iterdir()} - {"model.json"}


def test_too_few_pictures_calibrate_nothing_and_that_is_said(asked: Callable[..., Asked]) -> None:
    wanted, lines = asked("clip", True), list[str]()
    told = export(wanted, planned(Path(wanted.checkpoint)), lines.append)
    assert any(line.startswith("content: not calibrated, as that needs 8 things") for line in lines)
    assert told.made_by["content_weights"].startswith("8 bits, dynamic")


def test_weights_of_8_bits_that_stray_are_refused_with_the_figure(
    asked: Callable[..., Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = asked("bert", True)
    monkeypatch.setattr(exporting, "EIGHT_BITS", 1e-7)
    with pytest.raises(Refused, match=r"content is [0-9.e-]+ from torch by cosine, more than 1e-07"):
        export(wanted, planned(Path(wanted.checkpoint)), lambda _: None)
    assert not Path(wanted.into).exists()


def test_a_graph_that_mixes_neighbours_up_is_refused() -> None:
    rng = np.random.default_rng(3)
    told = [rng.normal(size=(2, 8)) for _ in range(20)]
    same = eight.compared(told, told)
    assert same.apart < 1e-12 and same.kept == 1
    mixed = eight.compared([one + rng.normal(size=(2, 8)) * 3 for one in told], told)
    assert mixed.kept is not None and mixed.kept < exporting.NEIGHBOURS
    assert eight.compared(told[:10], told[:10]).kept is None, "too few to say"
    with pytest.raises(Refused, match=r"content keeps \d+% of the nearest neighbours that torch finds"):
        exporting._agrees("content", eight.Near(0.001, mixed.kept), 0.02, "", lambda _: None)
    assert eight.compared([told[0] * np.nan], told[:1]).apart == float("inf")


def test_things_of_ones_own_must_be_readable(asked: Callable[..., Asked], tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/a.txt").write_text("no picture")
    wanted = asked("clip", True, str(tmp_path / "own"))
    with pytest.raises(BadValue, match=r"Nothing at .*own can be read"):
        export(wanted, planned(Path(wanted.checkpoint)), lambda _: None)
    with pytest.raises(BadValue, match="There is nothing at"):
        process.run(
            Path(wanted.checkpoint),
            tmp_path / "o",
            name="",
            licence="",
            source="",
            eight_bits=True,
            given=tmp_path / "x",
        )


def test_texts_of_ones_own_are_read_without_marks(asked: Callable[..., Asked], tmp_path: Path) -> None:
    wanted = asked("bert")
    told = export(wanted, planned(Path(wanted.checkpoint)), lambda _: None)
    own = tmp_path / "own"
    (own / "deep").mkdir(parents=True)
    (own / "a.txt").write_text("Bees hum all day")
    (own / "deep/b.xhtml").write_text("<html><script>road()</script><p>Bees <b>hum</b> all day</p></html>")
    (own / "c.bin").write_bytes(b"no text")
    found = real(told.content, Path(wanted.into), str(own))
    one, other = found.items[:2]
    assert found.own and np.array_equal(one["input_ids"], other["input_ids"])
    assert len(found.items) > 8, "those made here stand beside them"
