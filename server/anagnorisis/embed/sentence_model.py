"""MiniLM's forward pass in plain numpy, for `make_table` alone: no model library is installed for one run."""

import json
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anagnorisis.domain import BadValue

F32 = NDArray[np.float32]
LAYERS, HEADS, HIDDEN = 6, 12, 384
CLS, SEP = 101, 102


def read_safetensors(path: Path) -> dict[str, F32]:
    """The f32 tensors of a safetensors file by name: 8 bytes of header length, JSON header, raw values.

    Tensors of other types are left out. Raises `BadValue` when the file is not of that form.
    """
    data = path.read_bytes()
    try:
        start = 8 + int.from_bytes(data[:8], "little")
        header = json.loads(data[8:start])
    except ValueError as error:
        raise BadValue(
            f"{path} is not a safetensors file: {error}. Give the folder of the weights."
        ) from error
    tensors = {}
    for name, entry in header.items():
        if entry.get("dtype") == "F32":
            first, last = entry["data_offsets"]
            values = np.frombuffer(data, "<f4", (last - first) // 4, start + first)
            tensors[name] = values.reshape(entry["shape"])
    return tensors


def hidden_states(weights: dict[str, F32], ids: NDArray[np.int64]) -> F32:
    """The last layer of the model for `ids`, (batch, length) without padding -> (batch, length, 384).

    The architecture is BERT's (Devlin et al. 2018): post-norm, learned positions, exact GELU.
    """

    def norm(name: str, x: F32) -> F32:
        centred: F32 = x - x.mean(-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + 1e-12)
        scaled: F32 = centred / spread * weights[f"{name}.LayerNorm.weight"]
        return scaled + weights[f"{name}.LayerNorm.bias"]

    def dense(name: str, x: F32) -> F32:
        # One flat product: numpy multiplies a stack of small matrices ten times slower.
        flat = x.reshape(-1, x.shape[-1]) @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
        product: F32 = flat.reshape(*x.shape[:-1], -1)
        return product

    words = weights["embeddings.word_embeddings.weight"][ids]
    positions = weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
    x = norm("embeddings", words + positions + weights["embeddings.token_type_embeddings.weight"][0])
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        query, key, value = (
            _heads(dense(f"{at}.attention.self.{part}", x)) for part in ("query", "key", "value")
        )
        mixed = _softmax(query @ key.swapaxes(2, 3) / math.sqrt(HIDDEN // HEADS)) @ value
        mixed = mixed.swapaxes(1, 2).reshape(x.shape)
        x = norm(f"{at}.attention.output", x + dense(f"{at}.attention.output.dense", mixed))
        inner = _gelu(dense(f"{at}.intermediate.dense", x))
        x = norm(f"{at}.output", x + dense(f"{at}.output.dense", inner))
    return x


def _heads(x: F32) -> F32:
    heads: F32 = x.reshape(*x.shape[:2], HEADS, HIDDEN // HEADS).swapaxes(1, 2)
    return heads


def _softmax(x: F32) -> F32:
    powers = np.exp(x - x.max(-1, keepdims=True))
    sums: F32 = powers / powers.sum(-1, keepdims=True)
    return sums


def _gelu(x: F32) -> F32:
    """x times the normal distribution function, by Abramowitz and Stegun 7.1.26 (error below 1.5e-7)."""
    size = np.abs(x) * np.float32(math.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * size)
    series: F32 = np.full_like(x, 1.061405429)
    for factor in np.array([-1.453152027, 1.421413741, -0.284496736, 0.254829592], np.float32):
        series = series * t + factor
    upper = 0.5 * series * t * np.exp(-size * size)
    result: F32 = x * np.where(x >= 0, 1 - upper, upper)
    return result
