"""How wide a score is, how much of that is not knowing the person, and which rating would narrow it most.

The variance of the next rating of a row x is noise * (1 + v), v = x'V x. The 1 is how ratings differ from
themselves and from all that features tell; only v shrinks. A rating of a row z takes (x'V z)^2 / (z'V z + 1)
of it, exactly, whatever it will be (the noise aside, which is learned too).
"""

import asyncio

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.domain import Item
from anagnorisis.store import items
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.space import Rows
from anagnorisis.taste.view import View

POOL = 4000
"""Items looked at for the most telling one."""
SHOWN = 50
"""The most telling ones, of which the first that the person sees is named."""
LITTLE = 0.03
"""Of what is open: an item that lessens it by less is not worth asking for."""


class Band(Struct, frozen=True):
    """How sure a score is."""

    unknown: float
    """The share of its variance that is not knowing the person, 0..1; the rest is how ratings vary."""
    item: Item | None
    """Whose rating would narrow it most; None when none would much."""
    lessens: float
    """The share of the unknown that this rating would take, 0..1."""
    says: str


async def narrowing(store: Store, learner: Learner, sight: Sight, view: View, row: int) -> Band:
    """How sure the score of a `row` of `view` is, and what the person of `sight` could do about it."""
    present = await learner.spaces.present(view.kind)
    most = min(len(view), len(present), len(view.taste.unrated))
    open_ = np.flatnonzero(present[:most] & view.taste.unrated[:most])
    v, near, taken = await asyncio.to_thread(telling, view, row, open_[open_ != row].astype(np.uint32))
    told = await items.by_ids(store.read, [view.space.ids[n] for n in near.tolist()], sight)
    for n, share in zip(near.tolist(), taken.tolist(), strict=True):
        item = told.get(view.space.ids[n])
        if item and share >= LITTLE:
            return Band(v / (1 + v), item, share, _sentence(v / (1 + v), share))
    return Band(v / (1 + v), None, 0.0, _sentence(v / (1 + v), 0.0))


def telling(view: View, row: int, among: Rows) -> tuple[float, Rows, NDArray[np.float64]]:
    """v of the `row`, those `among` a pool of rows that lessen it most, and by what share of v each."""
    if len(among) > POOL:
        among = np.sort(np.random.default_rng(row).choice(among, POOL, replace=False))
    covariance, x = view.taste.covariance, view.rows(np.array([row], np.uint32))[0]
    z, reach = view.rows(among), covariance @ x
    v = float(x @ reach)
    taken = np.square(z @ reach) / (((z @ covariance) * z).sum(axis=1) + 1) / v
    order = np.argsort(-taken)[:SHOWN]
    return v, among[order], taken[order]


def _sentence(unknown: float, lessens: float) -> str:
    unsure = f"Of how unsure I am here {round(100 * unknown)} % is what I do not know of you yet"
    if not lessens:
        return f"{unsure}; the rest is how ratings vary, and no single answer would change much."
    share = f"{round(100 * lessens)} % of what I do not know"
    return f"{unsure}; the rest is how ratings vary. One answer would teach me {share}:"
