"""A second opinion carried along: the head as one person hears it, and what lets it speak in another house.

Only its weights go, without what it knows of the others it learned from: the graph has them all in it, and
follows from the weights.
"""

import asyncio
import hashlib
from collections.abc import Set

import numpy as np
from msgspec import Struct
from safetensors import SafetensorError
from safetensors.numpy import save

from anagnorisis.domain import BadValue, Kind
from anagnorisis.store import heads
from anagnorisis.store.connections import Writer
from anagnorisis.store.db import Store
from anagnorisis.store.heads import Learned
from anagnorisis.taste import bundle, phi
from anagnorisis.taste.bundle import Bundle, HeadIn
from anagnorisis.taste.learner import Learner
from anagnorisis.train import files, forward
from anagnorisis.train.files import Arrays


class Opinion(Struct, frozen=True, eq=False):
    """A head of one person, and what the manifest says of it."""

    about: HeadIn
    weights: Arrays


async def of(store: Store, person: int) -> Opinion | None:
    """The head in use, for `person` alone; None where none knows them, or what it learned is damaged."""
    head = await heads.active(store.read)
    known = await heads.people_of(store.read, head.id) if head else []
    if head is None or person not in known:
        return None
    kept = store.data / files.FOLDER / str(head.id) / files.WEIGHTS
    try:
        weights, _ = await asyncio.to_thread(files.get, kept)
    except (OSError, SafetensorError):
        return None
    about = HeadIn(sorted(head.phi), head.ratings, head.seconds, head.made_at)
    return Opinion(about, forward.alone(weights, known.index(person)))


def read(told: Bundle) -> Opinion | None:
    """The head in a file, if there is one. Raises `BadValue` for one that could not speak."""
    about = told.manifest.head
    if about is None:
        return None
    weights = told.tensors(bundle.HEAD)
    if not about.kinds or about.kinds != sorted(set(about.kinds)):
        raise BadValue("The second opinion in the file is of no kinds, or of one twice.")
    if not (0 <= about.made_at < 2**62 and 0 <= about.ratings < 2**62):
        raise BadValue("The second opinion in the file was never formed.")
    forward.check(weights, len(about.kinds), phi.WIDTH)
    return Opinion(about, weights)


async def take_up(
    store: Store, learner: Learner, person: int, told: Opinion, kinds: Set[Kind], now: int
) -> bool:
    """Let it speak to `person` of those `kinds` whose features came with it; whether it does.

    Where a head speaks already, or none of its kinds came, it stays away. A kill before the end leaves
    nothing of it that counts. `now` is in unix milliseconds.
    """
    about, versions = told.about, {kind: learner.spaces.of(kind).version for kind in kinds}
    if not versions.keys() & set(about.kinds) or await heads.active(store.read):
        return False
    # No features have version 0: of kinds that did not come it says nothing.
    reads = {kind: versions.get(kind, 0) for kind in about.kinds}
    body = save({name: np.ascontiguousarray(one) for name, one in told.weights.items()})
    digest = hashlib.sha256(body).hexdigest()

    def verb(db: Writer) -> None:
        of = Learned(person, about.ratings, reads, about.seconds, min(about.made_at, now), digest)
        folder = store.data / files.FOLDER / str(heads.adopt(db, of, now))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / files.WEIGHTS).write_bytes(body)

    await store.write(verb, "jobs")
    return True
