"""What is acknowledged is on disk: the writing process is killed at random moments, nothing told is lost."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from anagnorisis.domain import Person
from anagnorisis.store import events, people
from anagnorisis.store.db import Store

KILLS = int(os.environ.get("KILLS", "10"))
APPENDER = """
import asyncio, sys, uuid
from pathlib import Path
from anagnorisis.domain import Event
from anagnorisis.store import forecasts
from anagnorisis.store.db import Store
from anagnorisis.store.forecasts import Forecast

async def main(data, person):
    store = await Store.open(data)
    for at in range(1_000_000):
        names = [(str(uuid.uuid4()), uuid.uuid4().hex) for n in range(3)]
        batch = [Event(name, person, 1, item, "rating", 7.0, None, at, at) for name, item in names]
        said = [Forecast(person, "image", at, name, "mean", item, 5.5, 3.0, 4.0) for name, item in names]
        await store.write(lambda db: forecasts.record(db, batch, said), "ratings")
        print(" ".join(event.uuid for event in batch), flush=True)

asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""


def append_until_killed(data: Path, person: Person, moment: float) -> list[list[str]]:
    """Batches of uuids that a process told as kept before it was killed, `moment` seconds after the first."""
    process = subprocess.Popen(
        [sys.executable, "-c", APPENDER, str(data), str(person.id)], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout
        first = process.stdout.readline()
        time.sleep(moment)
        process.kill()
        told = first + process.stdout.read()
    assert process.returncode == -signal.SIGKILL
    return [line.split() for line in told.splitlines(keepends=True) if line.endswith("\n")]


async def test_no_kill_loses_what_was_acknowledged_or_keeps_half_a_batch(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "data")
    person = await store.write(lambda db: people.add(db, "Ann", None, 1))
    await store.close()
    rng = random.Random(7)
    told: set[str] = set()
    for _ in range(KILLS):
        batches = append_until_killed(tmp_path / "data", person, rng.uniform(0, 0.05))
        assert batches
        told.update(*batches)
        store = await Store.open(tmp_path / "data")
        kept = {event.uuid for event in await events.history(store.read, person.id, 1_000_000)}
        foretold = await store.read.execute_fetchall("SELECT uuid FROM forecasts")
        whole = await store.read.execute_fetchall("PRAGMA integrity_check")
        await store.close()
        assert told <= kept
        assert len(kept) % 3 == 0
        assert {row[0] for row in foretold} == kept
        assert [tuple(row) for row in whole] == [("ok",)]
