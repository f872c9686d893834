"""A person's taste in one kind as arrays to carry away, and the features of it taken up elsewhere."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.domain import BadValue, ItemId
from anagnorisis.embed import EmbedderSpec
from anagnorisis.taste import phi, terms
from anagnorisis.taste.bundle import KindIn, Tensors
from anagnorisis.taste.consensus import Household
from anagnorisis.taste.neighbourhood import COORDINATES, LANDMARKS, Neighbourhood
from anagnorisis.taste.phi import Phi
from anagnorisis.taste.prior import DIMENSION, HOUSEHOLD
from anagnorisis.taste.second import SecondOpinion
from anagnorisis.taste.terms import HASHED, HASHES, Terms
from anagnorisis.taste.view import View

LARGEST_FEATURE = 1e6
"""Of a feature that is taken up: a product of two stays finite in f32."""
SHORTEST = 1e-6
"""Smallest degree of a landmark, which is divided by."""
ITEM_BYTES = 16

COLUMNS = {
    "content": (phi.CONTENT.start, phi.CONTENT.stop),
    "near": (phi.NEAR.start, phi.NEAR.stop),
    "numbers": (phi.NUMBERS.start, phi.NUMBERS.stop),
    "household": (HOUSEHOLD, HOUSEHOLD + 1),
}
"""Which columns of a row are of what."""


class Carried(Struct, frozen=True, eq=False):
    """One kind: what the manifest says of it, and its tensors."""

    about: KindIn
    tensors: Tensors


def carried(view: View, name: str, told_of: set[ItemId]) -> Carried | None:
    """What `view` holds; of what others say of items only that of those `told_of`. None without features.

    `name` is that of the embedder.
    `precision` A = S^-1 + sum v x x' and `shift` b = sum v (y - x'm) x are those of the posterior:
    weights = m + A^-1 b, covariance = A^-1, as shares of the noise.
    """
    made_by, taste, household = view.space.phi, view.taste, view.household
    if made_by is None:
        return None
    lessons = taste.lessons
    above = lessons.weights * (lessons.targets - lessons.rows @ taste.prior.mean)
    said = {item: value for item, value in household.values.items() if item in told_of}
    heard = household.weights if household.weights is not None else np.zeros(phi.WIDTH)
    tensors: dict[str, NDArray[np.generic]] = {
        "phi.mean": made_by.mean,
        "phi.directions": made_by.directions,
        "phi.landmarks": made_by.among.landmarks,
        "phi.degrees": made_by.among.degrees,
        "phi.values": made_by.among.values,
        "phi.usual": made_by.usual,
        "phi.spread": made_by.spread,
        "prior.mean": taste.prior.mean,
        "prior.variance": taste.prior.variance,
        "precision": taste.prior.precision() + (lessons.rows.T * lessons.weights) @ lessons.rows,
        "shift": lessons.rows.T @ above,
        "weights": taste.weights,
        "covariance": taste.covariance,
        "household.weights": heard,
        "household.items": np.frombuffer(bytes.fromhex("".join(said)), np.uint8).reshape(-1, ITEM_BYTES),
        "household.values": np.array([*said.values()], np.float64),
        **terms.tensors(made_by.terms),
    }
    about = KindIn(
        model=made_by.model,
        embedder=name,
        items=made_by.items,
        ratings=len(taste.items),
        noise=taste.noise,
        degrees=taste.degrees,
        prior_noise=taste.prior.noise,
        prior_certainty=taste.prior.certainty,
        usual=taste.blend.level,
        usual_scale=taste.blend.level_scale,
        usual_share=taste.blend.mean,
        head_share=sum(share for voice, share in taste.blend.voices if voice.name == SecondOpinion.name),
    )
    return Carried(about, tensors)


def fits(told: Carried, spec: EmbedderSpec) -> bool:
    """Whether the numbers are made from vectors as this house has them, by features of this version."""
    weights = told.tensors.get("weights")
    same = weights is not None and weights.shape == (DIMENSION,)
    return same and told.about.model == spec.digest


def features(told: Carried, spec: EmbedderSpec, version: int) -> Phi:
    """The φ in `told`, as `version` of this house. Raises `BadValue` unless every row it makes is sound."""
    kind, of, words = spec.kind, told.tensors, _terms(told.tensors)
    d = spec.dim + (words.directions.shape[1] if words else 0)
    k, (m, c) = _second(of, "phi.directions"), (_first(of, "phi.landmarks"), _second(of, "phi.values"))
    if not (k <= phi.DIRECTIONS and m <= LANDMARKS and c <= COORDINATES and told.about.items > 0):
        raise BadValue(f"The features of {kind} in the file are of no size that this program makes.")
    degrees = _single(of, "phi.degrees", (m,))
    if not (degrees >= SHORTEST).all():
        raise BadValue(f"The features of {kind} in the file divide by nothing.")
    return Phi(
        kind=kind,
        version=version,
        model=told.about.model,
        items=told.about.items,
        mean=_single(of, "phi.mean", (d,)),
        directions=_single(of, "phi.directions", (d, k)),
        among=Neighbourhood(
            _single(of, "phi.landmarks", (m, d)).astype(np.float16),
            degrees,
            _single(of, "phi.values", (m, c)),
        ),
        usual=_single(of, "phi.usual", (phi.METADATA,)),
        spread=_single(of, "phi.spread", (phi.METADATA,)),
        terms=words,
    )


def _terms(of: Tensors) -> Terms | None:
    """What words add, if anything. Raises `BadValue` for what is no list of terms."""
    if HASHED not in of:
        return None
    hashes, k = of[HASHED], _second(of, "phi.terms.directions")
    if not (0 < hashes.size <= terms.KEPT and hashes.ndim == 1 and 0 < k <= terms.DIRECTIONS):
        raise BadValue("The words in the file are of no number that this program keeps.")
    if not (
        hashes.dtype.kind == "u" and hashes.max() < HASHES and (np.diff(hashes.astype(np.int64)) > 0).all()
    ):
        raise BadValue("The words in the file are in no order that this program keeps.")
    for name, shape in (("phi.terms.idf", hashes.shape), ("phi.terms.directions", (len(hashes), k))):
        _single(of, name, shape)
    return terms.of_tensors(of)


def household(told: Carried) -> Household:
    """What the others said when the taste was carried away. Raises `BadValue` for another shape."""
    of = told.tensors
    n = _first(of, "household.items")
    weights, values = (
        _sound(of, "household.weights", (phi.WIDTH,)),
        _sound(of, "household.values", (n,)),
    )
    items = of["household.items"]
    if items.dtype != np.uint8 or items.shape != (n, ITEM_BYTES):
        raise BadValue("The items of the household in the file are no items.")
    ids = [ItemId(row.tobytes().hex()) for row in items]
    said = dict(zip(ids, values.tolist(), strict=True))
    return Household(0, said, weights if weights.any() else None)


def _first(of: Tensors, name: str) -> int:
    return of[name].shape[0] if name in of and of[name].ndim else -1


def _second(of: Tensors, name: str) -> int:
    return of[name].shape[1] if name in of and of[name].ndim > 1 else -1


def _sound(of: Tensors, name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    array = of.get(name)
    if array is None or array.shape != shape or array.dtype.kind != "f":
        raise BadValue(f"{name!r} in the file is not there or not of shape {shape}.")
    kept = array.astype(np.float64)
    if not (np.abs(kept) <= LARGEST_FEATURE).all():
        raise BadValue(f"{name!r} in the file holds numbers that no features have.")
    return kept


def _single(of: Tensors, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    return _sound(of, name, shape).astype(np.float32)
