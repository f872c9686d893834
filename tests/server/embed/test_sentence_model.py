"""MiniLM's forward pass against one written sentence by sentence, number by number."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from anagnorisis.domain import BadValue
from anagnorisis.embed.sentence_model import HEADS, HIDDEN, LAYERS, hidden_states, read_safetensors

Weights = dict[str, NDArray[np.float32]]
INNER = 48


@pytest.fixture(scope="module")
def weights() -> Weights:
    """A model of the right shape, but few words and random weights."""
    rng = np.random.default_rng(3)
    shapes = {
        f"embeddings.{part}_embeddings.weight": (9, HIDDEN) for part in ("word", "position", "token_type")
    }
    shapes |= {f"embeddings.LayerNorm.{end}": (HIDDEN,) for end in ("weight", "bias")}
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        squares = [f"attention.self.{part}" for part in ("query", "key", "value")] + [
            "attention.output.dense"
        ]
        sizes = dict.fromkeys(squares, (HIDDEN, HIDDEN))
        sizes |= {"intermediate.dense": (INNER, HIDDEN), "output.dense": (HIDDEN, INNER)}
        for name, size in sizes.items():
            shapes |= {f"{at}.{name}.weight": size, f"{at}.{name}.bias": size[:1]}
        for name in ("attention.output", "output"):
            shapes |= {f"{at}.{name}.LayerNorm.{end}": (HIDDEN,) for end in ("weight", "bias")}
    return {name: rng.normal(0, 0.1, shape).astype(np.float32) for name, shape in shapes.items()}


def plain(w: Weights, ids: list[int]) -> NDArray[np.float64]:
    """The same in double precision, a sentence and a head at a time, with the C library's error function."""

    def norm(at: str, x: NDArray[np.float64]) -> NDArray[np.float64]:
        x = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-12)
        return x * w[f"{at}.LayerNorm.weight"] + w[f"{at}.LayerNorm.bias"]

    def dense(at: str, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.einsum("ti,oi->to", x, w[f"{at}.weight"]) + w[f"{at}.bias"]

    table = {part: w[f"embeddings.{part}_embeddings.weight"].astype(float) for part in ("word", "position")}
    kind = w["embeddings.token_type_embeddings.weight"][0]
    x = norm(
        "embeddings", np.array([table["word"][t] + table["position"][k] + kind for k, t in enumerate(ids)])
    )
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        q, k, v = (dense(f"{at}.attention.self.{part}", x) for part in ("query", "key", "value"))
        mixed = []
        for head in np.split(np.arange(HIDDEN), HEADS):
            powers = np.exp(q[:, head] @ k[:, head].T / math.sqrt(len(head)))
            mixed.append(powers / powers.sum(1, keepdims=True) @ v[:, head])
        x = norm(f"{at}.attention.output", x + dense(f"{at}.attention.output.dense", np.hstack(mixed)))
        inner = dense(f"{at}.intermediate.dense", x)
        inner = inner * 0.5 * (1 + np.vectorize(math.erf)(inner / math.sqrt(2)))
        x = norm(f"{at}.output", x + dense(f"{at}.output.dense", inner))
    return x


def test_a_batch_gives_what_each_sentence_gives_number_by_number(weights: Weights) -> None:
    sentences = [[1, 5, 2], [1, 8, 2], [4, 4, 0]]
    states = hidden_states(weights, np.array(sentences))
    assert states.shape == (3, 3, HIDDEN)
    for row, sentence in zip(states, sentences, strict=True):
        assert np.allclose(row, plain(weights, sentence), atol=2e-5)


def test_tensors_are_read_by_name_and_shape(tmp_path: Path) -> None:
    values = np.arange(6, dtype="<f4").reshape(2, 3)
    entries = {
        "ids": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]},
        "row": {"dtype": "F32", "shape": [2, 3], "data_offsets": [8, 32]},
    }
    header = json.dumps({"__metadata__": {"format": "pt"}, **entries}).encode()
    file = tmp_path / "m.safetensors"
    file.write_bytes(len(header).to_bytes(8, "little") + header + bytes(8) + values.tobytes())
    read = read_safetensors(file)
    assert list(read) == ["row"]
    assert np.array_equal(read["row"], values)


def test_a_file_of_another_form_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "m.safetensors"
    file.write_bytes(b"PK\x03\x04 not tensors at all")
    with pytest.raises(BadValue, match=r"m\.safetensors"):
        read_safetensors(file)
