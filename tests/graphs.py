"""Tiny models made here: real ONNX graphs, a real tokenizer, and the description that goes with them."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
from msgspec.structs import replace
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from anagnorisis.embed.description import FILE, Description, Sum, Tower
from anagnorisis.embed.front.recipes import MelRecipe, PictureRecipe, SoundRecipe, TextRecipe

WORDS = ("bees", "hum", "in", "the", "garden", "stars", "bread", "council", "house", "and", "day", "road")
SIDE, BANDS = 32, 24
PICTURE = PictureRecipe(SIDE, SIDE)
SOUND = SoundRecipe(MelRecipe(8000, 512, 400, 160, BANDS, 50, 4000), seconds=1.0, crops=2)
TEXT = TextRecipe(16, overlap=2, chunks=4, types="")
LICENCE = "CC0-1.0"


def graph(
    nodes: Sequence[onnx.NodeProto],
    inputs: dict[str, tuple[int, list[Any]]],
    dim: int,
    constants: dict[str, np.ndarray] | None = None,
    opset: int = 17,
) -> bytes:
    """A graph from `inputs` (name -> type, shape) to the output `embedding` (b, dim)."""
    made = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, *of) for name, of in inputs.items()],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["b", dim])],
        [numpy_helper.from_array(value, name) for name, value in (constants or {}).items()],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
    return model.SerializeToString()


def picture_graph(grid: int = 4, gain: float = 1.0, opset: int = 17) -> bytes:
    """Mean colours of grid x grid fields of a picture (b, 3, 32, 32), plus `gain` x 0.1."""
    field = SIDE // grid
    nodes = [
        helper.make_node(
            "AveragePool", ["pixel_values"], ["fields"], kernel_shape=[field, field], strides=[field, field]
        ),
        helper.make_node("Flatten", ["fields"], ["flat"]),
        helper.make_node("Add", ["flat", "tenth"], ["embedding"]),
    ]
    given = {"pixel_values": (TensorProto.FLOAT, ["b", 3, SIDE, SIDE])}
    return graph(nodes, given, 3 * grid**2, {"tenth": np.array(0.1 * gain, np.float32)}, opset)


def sound_graph() -> bytes:
    """The mean of each band over time: (b, frames, bands) to (b, bands)."""
    nodes = [helper.make_node("ReduceMean", ["log_mel"], ["embedding"], axes=[1], keepdims=0)]
    return graph(nodes, {"log_mel": (TensorProto.FLOAT, ["b", "t", BANDS])}, BANDS)


def text_graph(
    seed: int = 1, dim: int = 8, words: int = len(WORDS) + 2, table: np.ndarray | None = None
) -> bytes:
    """The mean over the mask of a row for each token: of `table`, else of random numbers."""
    if table is None:
        table = np.random.default_rng(seed).normal(size=(words, dim)).astype(np.float32)
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "two"], ["wide"]),
        helper.make_node("Mul", ["rows", "wide"], ["masked"]),
        helper.make_node("ReduceSum", ["masked", "one"], ["sum"], keepdims=0),
        helper.make_node("ReduceSum", ["wide", "one"], ["many"], keepdims=0),
        helper.make_node("Div", ["sum", "many"], ["embedding"]),
    ]
    given = {name: (TensorProto.INT64, ["b", "t"]) for name in ("input_ids", "attention_mask")}
    constants = {"table": table, "one": np.array([1]), "two": np.array([2])}
    return graph(nodes, given, table.shape[1], constants)


def tokenizer(words: Sequence[str] = WORDS) -> bytes:
    """Whole words, the unknown ones all alike."""
    known = {"[PAD]": 0, "[UNK]": 1} | {word: n + 2 for n, word in enumerate(words)}
    made = Tokenizer(WordLevel(known, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    return bytes(made.to_str(), "utf-8")


def picture_model(folder: Path, body: bytes | None = None, dim: int = 48, **said: Any) -> Description:
    """A model of pictures in `folder`."""
    files = {"model.onnx": body or picture_graph()}
    tower = Tower("model.onnx", "embedding", dim, picture=PICTURE, pooling="none")
    return write(folder, "image", tower, files, **said)


COLOURS = {
    "red": (1, -1, -1),
    "green": (-1, 1, -1),
    "blue": (-1, -1, 1),
    "yellow": (1, 1, -1),
    "cyan": (-1, 1, 1),
    "purple": (1, -1, 1),
    "white": (1, 1, 1),
    "black": (-1, -1, -1),
}


def colour_model(folder: Path, **said: Any) -> Description:
    """A model of pictures that knows words: a picture lies at its mean colour, as do the names of colours."""
    table = np.array([(0, 0, 0), (0.1, 0.1, 0.2), *COLOURS.values()], np.float32)
    files = {
        "model.onnx": picture_graph(grid=1, gain=0.0),
        "words.onnx": text_graph(table=table),
        "tokenizer.json": tokenizer([*COLOURS]),
    }
    content = Tower("model.onnx", "embedding", 3, picture=PICTURE, pooling="none")
    words = Tower("words.onnx", "embedding", 3, text=TEXT, tokenizer="tokenizer.json")
    return write(folder, "image", content, files, words=words, shared_space=True, **said)


def sound_model(folder: Path, **said: Any) -> Description:
    """A model of tracks in `folder`, whose rows are pooled by mean and deviation."""
    tower = Tower("model.onnx", "embedding", BANDS, sound=SOUND, pooling="mean+deviation")
    return write(folder, "music", tower, {"model.onnx": sound_graph()}, **said)


def text_model(folder: Path, body: bytes | None = None, **said: Any) -> Description:
    """A model of articles in `folder`."""
    files = {"model.onnx": body or text_graph(), "tokenizer.json": tokenizer()}
    tower = Tower("model.onnx", "embedding", 8, text=TEXT, tokenizer="tokenizer.json", normalised=True)
    return write(folder, "article", tower, files, **said)


def write(folder: Path, kind: Any, content: Tower, files: dict[str, bytes], **said: Any) -> Description:
    """The files and their description, with what is `said` otherwise."""
    folder.mkdir(parents=True)
    for name, body in files.items():
        (folder / name).write_bytes(body)
    sums = {name: Sum(hashlib.sha256(body).hexdigest(), len(body)) for name, body in files.items()}
    told = Description(folder.name, kind, content, LICENCE, "made by a test", sums)
    told = replace(told, **said)
    (folder / FILE).write_bytes(msgspec.json.encode(told))
    return told
