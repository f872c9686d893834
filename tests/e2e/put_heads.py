"""Puts two heads into a house at rest that learned from everybody in it, as two nights of learning would.

python tests/e2e/put_heads.py DATA
"""

import asyncio
import sqlite3
import sys
from pathlib import Path

import numpy as np
from tests.server.jobs.test_training import SHAPES

from anagnorisis.domain import Trial
from anagnorisis.store import heads, people, phi
from anagnorisis.store.db import Store
from anagnorisis.store.heads import Finished
from anagnorisis.train import files

FORMED_AT = (1_790_000_000_000, 1_790_086_400_000)


async def main(data: Path) -> None:
    """The later of the two is in use."""
    store = await Store.open(data)
    persons = [one.id for one in await people.list(store.read)]
    fitted = await phi.newest(store.read, "image")
    assert fitted, "the pictures have features"
    version, trial = fitted.version, Trial("image", 4, 1.9, 1.6, 0.2, 0.3)
    for number, at in enumerate(FORMED_AT):
        rng = np.random.default_rng(number)

        def learned(db: sqlite3.Connection, at: int = at, rng: np.random.Generator = rng) -> None:
            head = heads.ask(db, 600, at)
            heads.begin(db, head, persons, 12, at, {"image": version})
            folder = data / files.FOLDER / str(head)
            folder.mkdir(parents=True)
            shapes = SHAPES | {"embedding": (5, len(persons), 3)}
            files.put(
                folder / files.WEIGHTS,
                {name: rng.normal(size=shape).astype(np.float32) * 0.4 for name, shape in shapes.items()},
            )
            heads.finish(db, head, Finished(21.0, [trial], f"{head:064x}"), at)

        await store.write(learned)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
