"""The head in numpy, from its weights alone: what it says where neither torch nor onnxruntime is installed.

For a row x of kind k and a person of embedding p, each member of the committee computes

    h = relu(x A_k + a_k) * (1 + p G) + p U    an adapter a kind, tuned by the person (FiLM, Perez 2018)
    h = h + relu(h B_l + b_l) C_l + c_l        two residual layers (He 2016)
    (d, s) = h O + o,   s held within -1..1 by tanh

and says that a rating which the linear taste takes for N(m, v) is N(m + d, v exp(s)). Of the members, each of
equal weight, only the mean and the variance of the mixture count (Lakshminarayanan et al. 2017, Simple and
scalable predictive uncertainty estimation using deep ensembles).
"""

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.domain import BadValue
from anagnorisis.train.files import Arrays, Vector

CHUNK = 2048
LARGEST = 1e4
"""No weight of a head that learned comes near it; what follows from smaller ones stays finite."""


class Said(Struct, frozen=True, eq=False):
    """What a head says of n items for one person: mean m + shift, variance v * stretch + unsure."""

    shift: Vector
    """Points."""
    stretch: Vector
    unsure: Vector
    """How far its members are apart, points squared."""


def say(weights: Arrays, rows: NDArray[np.floating[Any]], kind: int, person: int) -> Said:
    """What the head of `weights` says of `rows` (n, width) of its kind number `kind` for that person."""
    parts = [_part(weights, rows[at : at + CHUNK], kind, person) for at in range(0, len(rows), CHUNK)]
    made = np.concatenate([np.zeros((3, 0), np.float32), *parts], axis=1)
    return Said(*made)


def alone(weights: Arrays, person: int) -> Arrays:
    """The head for one of its people, number 0 from then on; what it knows of the others stays behind."""
    return {**weights, "embedding": weights["embedding"][:, person : person + 1]}


def check(weights: Arrays, kinds: int, width: int) -> None:
    """Raise `BadValue`, naming the tensor, unless `weights` are those of a head of one person for rows of
    `width` numbers of so many kinds.
    """
    gain, inner = (weights.get(name, np.empty(0)) for name in ("gain", "inner"))
    (m, e, h), layers = gain.shape if gain.ndim == 3 else (0, 0, 0), inner.shape[0]
    shapes = {
        "adapter": (kinds, m, width, h),
        "adapter_bias": (kinds, m, h),
        "embedding": (m, 1, e),
        "gain": (m, e, h),
        "lift": (m, e, h),
        "inner": (layers, m, h, h),
        "inner_bias": (layers, m, h),
        "outer": (layers, m, h, h),
        "outer_bias": (layers, m, h),
        "out": (m, h, 2),
        "out_bias": (m, 2),
    }
    if weights.keys() != shapes.keys():
        raise BadValue(
            f"{min(weights.keys() ^ shapes.keys())!r} is lacking in the second opinion, or strange to it."
        )
    for name, shape in shapes.items():
        array = weights[name]
        sound = array.shape == shape and array.dtype == np.float32 and m > 0
        if not (sound and (np.abs(array) <= LARGEST).all()):
            raise BadValue(
                f"{name!r} of the second opinion is not of shape {shape}, or holds what no head does."
            )


def _part(weights: Arrays, rows: NDArray[np.floating[Any]], kind: int, person: int) -> Vector:
    told = weights["embedding"][:, person, None]
    h = _relu(rows.astype(np.float32) @ weights["adapter"][kind] + weights["adapter_bias"][kind][:, None])
    h = h * (1 + told @ weights["gain"]) + told @ weights["lift"]
    for layer in range(len(weights["inner"])):
        inner = _relu(h @ weights["inner"][layer] + weights["inner_bias"][layer][:, None])
        h = h + inner @ weights["outer"][layer] + weights["outer_bias"][layer][:, None]
    out = h @ weights["out"] + weights["out_bias"][:, None]
    return mixed(out[..., 0], np.exp(np.tanh(out[..., 1])))


def mixed(shifts: Vector, stretches: Vector) -> Vector:
    """(3, n): shift, stretch and unsure of the mixture, given those of its members (m, n)."""
    return np.stack([shifts.mean(axis=0), stretches.mean(axis=0), shifts.var(axis=0)])


def _relu(h: Vector) -> Vector:
    return np.maximum(h, 0)
