"""Models in the worker: what their graphs are given and give, in batches, within memory, joined."""

import os
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
import onnxruntime
import pytest
from msgspec.structs import replace
from onnx import TensorProto, helper
from onnxruntime.capi.onnxruntime_pybind11_state import Fail
from tests import graphs
from tests.files import make_track

from anagnorisis.config import Settings
from anagnorisis.domain import Refused, Unreadable, WorkerLost
from anagnorisis.embed import EMBEDDERS, EmbedderSpec, runtime
from anagnorisis.embed.description import FILE, Description, check, joined, spec
from anagnorisis.embed.frames import Made
from anagnorisis.embed.front import picture
from anagnorisis.embed.image import small_rgb
from anagnorisis.embed.onnx import load, unit
from anagnorisis.embed.worker import Worker

from .conftest import landscape


def at(folder: Path, told: Description) -> EmbedderSpec:
    return spec(told, str(folder))


def numbers(found: list[Made | Unreadable]) -> np.ndarray:
    assert all(isinstance(one, Made) for one in found), found
    return np.array([np.frombuffer(one.row, "<f2") for one in found if isinstance(one, Made)], np.float32)


@pytest.fixture
def pictures(tmp_path: Path) -> list[bytes]:
    """Forty pictures, each of another size."""
    paths = []
    for n in range(40):
        landscape(size=(60 + n, 70)).rotate(9 * n).save(tmp_path / f"{n}.png")
        paths.append(bytes(tmp_path / f"{n}.png"))
    return paths


async def test_a_picture_becomes_what_the_graph_makes_of_it(
    worker: Worker, pictures: list[bytes], tmp_path: Path
) -> None:
    eyes = at(tmp_path / "eyes", graphs.picture_model(tmp_path / "eyes"))
    found = await worker.embed(eyes, [(str(n), path) for n, path in enumerate(pictures)])
    given = np.stack([picture.array(path, graphs.PICTURE) for path in pictures])
    fields = given.reshape(40, 3, 4, 8, 4, 8).mean(axis=(3, 5)).reshape(40, 48) + 0.1
    assert np.abs(numbers(found) - fields).max() < 2e-3
    assert worker.runs_on[eyes.digest] == "CPUExecutionProvider"


async def test_pictures_keep_the_marks_that_tell_their_copies(
    worker: Worker, pictures: list[bytes], tmp_path: Path
) -> None:
    eyes = at(tmp_path / "eyes", graphs.picture_model(tmp_path / "eyes"))
    asked = [("p", pictures[0])]
    (by_model,), (built_in,) = await worker.embed(eyes, asked), await worker.embed(EMBEDDERS["image"], asked)
    assert isinstance(by_model, Made) and isinstance(built_in, Made)
    assert by_model.mark == built_in.mark is not None
    assert small_rgb(pictures[0]).shape == (70, 60, 3)


async def test_a_track_is_pooled_by_mean_and_deviation_of_its_patches(worker: Worker, tmp_path: Path) -> None:
    make_track(tmp_path / "a.flac", seconds=4)
    ears = at(tmp_path / "ears", graphs.sound_model(tmp_path / "ears"))
    row = numbers(await worker.embed(ears, [("a", bytes(tmp_path / "a.flac"))]))[0]
    (graph,) = load(str(tmp_path / "ears"))._content
    patches = graph.prepared(bytes(tmp_path / "a.flac"), False)["log_mel"].mean(axis=1)
    assert patches.shape == (2, graphs.BANDS)
    pooled = np.concatenate([patches.mean(axis=0), patches.std(axis=0)])
    assert np.allclose(row, pooled, rtol=1e-3, atol=1e-3)


async def test_a_long_text_is_the_mean_of_its_chunks_and_as_long_as_any_other(
    worker: Worker, tmp_path: Path
) -> None:
    reader = at(tmp_path / "reader", graphs.text_model(tmp_path / "reader"))
    short, long = "bees hum in the garden", "stars and bread " * 40
    rows = numbers(await worker.embed(reader, [("a", short), ("b", long), ("c", short)]))
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=2e-3)
    assert np.array_equal(rows[0], rows[2])
    table = np.random.default_rng(1).normal(size=(len(graphs.WORDS) + 2, 8)).astype(np.float32)
    wanted = unit(table[[2 + graphs.WORDS.index(word) for word in short.split()]].mean(axis=0))
    assert np.abs(rows[0] - wanted).max() < 2e-3


def token_graph() -> bytes:
    """The rows of each token, (b, t, 8), of which `text_graph` makes the mean; it has no use for the mask."""
    table = np.random.default_rng(1).normal(size=(len(graphs.WORDS) + 2, 8)).astype(np.float32)
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
        helper.make_node("Shape", ["attention_mask"], ["shape"]),
        helper.make_node("ConstantOfShape", ["shape"], ["flat"]),
        helper.make_node("Unsqueeze", ["flat", "two"], ["nothing"]),
        helper.make_node("Add", ["rows", "nothing"], ["embedding"]),
    ]
    given = {name: (TensorProto.INT64, ["b", "t"]) for name in ("input_ids", "attention_mask")}
    made = onnx.load_from_string(graphs.graph(nodes, given, 8, {"table": table, "two": np.array([2])}))
    made.graph.output[0].CopyFrom(
        helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["b", "t", 8])
    )
    return made.SerializeToString()


async def test_rows_of_tokens_become_one_by_their_mean_or_by_the_last(worker: Worker, tmp_path: Path) -> None:
    texts = [("a", "bees hum in the garden"), ("b", "stars"), ("c", "bread and house " * 30)]
    whole = at(tmp_path / "whole", graphs.text_model(tmp_path / "whole"))
    rows = {}
    for how in ("mean", "last"):
        told = graphs.text_model(tmp_path / how, token_graph())
        told = replace(told, content=replace(told.content, tokens=how))
        (tmp_path / how / FILE).write_bytes(msgspec.json.encode(told))
        rows[how] = numbers(await worker.embed(at(tmp_path / how, told), texts))
    assert np.abs(rows["mean"] - numbers(await worker.embed(whole, texts))).max() < 2e-3
    table = np.random.default_rng(1).normal(size=(len(graphs.WORDS) + 2, 8)).astype(np.float32)
    ends = unit(table[[2 + graphs.WORDS.index("garden"), 2 + graphs.WORDS.index("stars")]])
    assert np.abs(rows["last"][:2] - ends).max() < 2e-3


async def test_words_are_compared_with_articles_and_nothing_to_read_is_said_plainly(
    worker: Worker, tmp_path: Path
) -> None:
    reader = at(tmp_path / "reader", graphs.text_model(tmp_path / "reader"))
    assert reader.words
    texts = [("a", "bees hum in the garden"), ("b", "stars and bread"), ("c", "  ")]
    *found, empty = await worker.embed(reader, texts)
    assert isinstance(empty, Unreadable) and "no words in it" in empty.what and empty.item == "c"
    (said,) = numbers(await worker.embed(reader, [("w", "garden bees")], words=True))
    near, far = numbers(found) @ said
    assert near > far


async def test_models_joined_give_their_rows_side_by_side_each_of_length_one(
    worker: Worker, pictures: list[bytes], tmp_path: Path
) -> None:
    one = at(tmp_path / "one", graphs.picture_model(tmp_path / "one"))
    other = at(tmp_path / "two", graphs.picture_model(tmp_path / "two", graphs.picture_graph(2), 12))
    both = joined({one.digest: one, other.digest: other})
    assert (both.dim, both.models, both.words) == (60, (one.digest, other.digest), False)
    asked = [(str(n), path) for n, path in enumerate(pictures[:5])]
    apart = [unit(numbers(await worker.embed(eyes, asked))) for eyes in (one, other)]
    assert np.abs(numbers(await worker.embed(both, asked)) - np.hstack(apart)).max() < 2e-3
    assert joined({one.digest: one}) == one
    assert joined({other.digest: other, one.digest: one}).digest != both.digest


async def test_one_item_that_cannot_be_read_is_the_only_one_without_a_vector(
    worker: Worker, pictures: list[bytes], tmp_path: Path
) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    eyes = at(tmp_path / "eyes", graphs.picture_model(tmp_path / "eyes"))
    asked = [*pictures[:20], bytes(tmp_path / "broken.png"), *pictures[20:]]
    found = await worker.embed(eyes, [(str(n), path) for n, path in enumerate(asked)])
    assert [n for n, one in enumerate(found) if isinstance(one, Unreadable)] == [20]


def greedy(megabytes: int) -> bytes:
    """A graph of texts that takes so many MB of memory for each row, for a moment."""
    room = np.array([1, 1, megabytes << 18], np.int64)
    nodes = [
        helper.make_node("Cast", ["input_ids"], ["ids"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["ids"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("Unsqueeze", ["mean", "two"], ["wide"]),
        helper.make_node("Expand", ["wide", "room"], ["vast"]),
        helper.make_node("Sin", ["vast"], ["waves"]),
        helper.make_node("ReduceMax", ["waves"], ["most"], axes=[2], keepdims=0),
        helper.make_node("Add", ["most", "mean"], ["near"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMax", ["mask"], ["some"], axes=[1], keepdims=1),
        helper.make_node("Mul", ["near", "row"], ["rows"]),
        helper.make_node("Mul", ["rows", "some"], ["embedding"]),
    ]
    given = {name: (TensorProto.INT64, ["b", "t"]) for name in ("input_ids", "attention_mask")}
    constants = {"two": np.array([2]), "room": room, "row": np.arange(1, 9, dtype=np.float32)}
    return graphs.graph(nodes, given, 8, constants)


async def test_a_batch_that_memory_cannot_hold_is_halved_until_it_can(tmp_path: Path) -> None:
    worker = Worker(Settings(threads=1, worker_mb=400))
    reader = at(tmp_path / "reader", graphs.text_model(tmp_path / "reader", greedy(20)))
    texts = [(str(n), " ".join(graphs.WORDS[: 2 + n % 5])) for n in range(32)]
    found = await worker.embed(reader, texts)
    pid = worker.pid
    assert numbers(found).shape == (32, 8)
    assert numbers(await worker.embed(reader, texts)).shape == (32, 8)
    assert worker.pid == pid, "the process lived through it"
    await worker.close()


async def test_without_the_runtime_a_sentence_says_how_to_get_it(
    worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "without" / "onnxruntime").mkdir(parents=True)
    (tmp_path / "without" / "onnxruntime" / "__init__.py").write_text("raise ImportError('not there')")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "without"), *sys.path]))
    reader = at(tmp_path / "reader", graphs.text_model(tmp_path / "reader"))
    with pytest.raises(WorkerLost, match="pip install 'anagnorisis\\[cpu\\]'"):
        await worker.embed(reader, [("a", "bees")])
    (still,) = await worker.embed(EMBEDDERS["article"], [("a", "bread")])
    assert isinstance(still, Made), "what needs no runtime goes on"


def test_a_provider_that_is_listed_and_refuses_the_graph_leaves_it_to_the_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The runtime's wheels list what they were built with, not what this machine has."""
    graphs.picture_model(tmp_path / "eyes")
    whole, asked = onnxruntime.InferenceSession, list[list[str]]()

    def refusing(file: str, options: Any, providers: list[str]) -> Any:
        asked.append(providers)
        if providers[0] != runtime.CPU:
            raise Fail("[ONNXRuntimeError] : 1 : FAIL : No device of this kind was found.")
        return whole(file, options, providers=providers)

    listed = ["OpenVINOExecutionProvider", "DmlExecutionProvider", runtime.CPU]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: listed)
    monkeypatch.setattr(onnxruntime, "InferenceSession", refusing)
    model = load(str(tmp_path / "eyes"))
    assert asked == [listed, [runtime.CPU]], (
        "what is there, in the order that is preferred; then the processor"
    )
    assert model.provider == runtime.CPU
    landscape().save(tmp_path / "one.png")
    (row,) = model.rows([bytes(tmp_path / "one.png")])
    assert not isinstance(row, Unreadable) and row.any()
    broken = tmp_path / "eyes/model.onnx"
    broken.write_bytes(b"no graph")
    with pytest.raises(Refused, match=r"The graph model\.onnx does not load: "):
        runtime.session(broken, 1)


async def test_of_a_batch_that_fails_only_the_item_that_fails_alone_has_no_vector(
    worker: Worker, tmp_path: Path
) -> None:
    reader = at(tmp_path / "reader", graphs.text_model(tmp_path / "reader", graphs.text_graph(words=7)))
    # Its table ends before "stars": the graph fails for the whole batch.
    texts = [(str(n), "stars and bread" if n in (5, 17) else "bees hum in the garden") for n in range(24)]
    found = await worker.embed(reader, texts)
    refused = {n: one.what for n, one in enumerate(found) if isinstance(one, Unreadable)}
    assert list(refused) == [5, 17]
    assert all(what.startswith("The model does not run on it: ") for what in refused.values())


async def test_words_find_pictures_where_a_tower_shares_their_space(
    worker: Worker, pictures: list[bytes], tmp_path: Path
) -> None:
    told = graphs.picture_model(tmp_path / "eyes", shared_space=True)
    words = graphs.text_model(tmp_path / "words", graphs.text_graph(dim=48))
    for name in words.files:
        (tmp_path / "words" / name).rename(tmp_path / "eyes" / f"words-{name}")
    tower = replace(words.content, dim=48, file="words-model.onnx", tokenizer="words-tokenizer.json")
    sums = {f"words-{name}": of for name, of in words.files.items()}
    whole = replace(told, words=tower, files=told.files | sums)
    (tmp_path / "eyes" / FILE).write_bytes(msgspec.json.encode(check(whole)))
    eyes = at(tmp_path / "eyes", whole)
    assert eyes.words and eyes.digest != told.digest
    one, other = numbers(await worker.embed(eyes, [("a", "garden bees"), ("b", "bread")], words=True))
    assert one.shape == (48,) and one @ other < 0.9
    assert numbers(await worker.embed(eyes, [("p", pictures[0])])).shape == (1, 48)
    assert not at(tmp_path / "eyes", replace(whole, shared_space=False)).words


async def test_a_model_whose_files_went_says_so(worker: Worker, tmp_path: Path) -> None:
    reader = at(tmp_path / "reader", graphs.text_model(tmp_path / "reader"))
    (tmp_path / "reader" / "model.onnx").unlink()
    with pytest.raises(WorkerLost, match="reader lacks its file"):
        await worker.embed(reader, [("a", "bees")])


@pytest.mark.parametrize(
    ("told", "memory"),
    [
        ("Failed to allocate memory for requested buffer of size 99", True),
        ("std::bad_alloc", True),
        ("Got invalid dimensions for input", False),
    ],
)
def test_errors_of_memory_are_told_from_others(told: str, memory: bool) -> None:
    assert runtime.is_memory(RuntimeError(told)) is memory


def test_a_reason_is_the_runtimes_own_last_words() -> None:
    told: Any = Exception("[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Got invalid dimensions")
    assert runtime.reason(told) == "Got invalid dimensions"
