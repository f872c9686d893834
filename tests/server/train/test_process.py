"""The child as the server has it: what it says, why it cannot, and that it ends with whom it speaks to."""

import asyncio
import os
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

from anagnorisis.domain import Refused, WorkerLost
from anagnorisis.train import files
from anagnorisis.train.files import Exercises
from anagnorisis.train.forward import say
from anagnorisis.train.frames import Done
from anagnorisis.train.process import attend, can_learn

from .conftest import PEOPLE, WIDTH, Weights


async def test_it_says_what_the_weights_say_to_everybody(
    weights: Weights, rng: np.random.Generator, tmp_path: Path
) -> None:
    rows = rng.normal(size=(20, WIDTH)).astype(np.float16)
    files.put(tmp_path / files.WEIGHTS, weights)
    files.put(tmp_path / files.ASKED, {"rows": rows}, {"kind": "1", "people": str(PEOPLE)})
    told = [line async for line in attend("say", tmp_path, 1)]
    assert [type(line) for line in told] == [Done]
    said = files.get(tmp_path / files.SAID)[0]["said"]
    assert said.shape == (PEOPLE, 3, 20)
    for person in range(PEOPLE):
        one = say(weights, rows, 1, person)
        assert np.allclose(said[person], [one.shift, one.stretch, one.unsure], atol=1e-5)


async def test_without_torch_it_says_what_is_missing(exercises: Exercises, tmp_path: Path) -> None:
    assert not can_learn(), "what is tested here is the house as it comes; `make test-train` has the rest"
    files.put_exercises(tmp_path / files.EXERCISES, exercises)
    with pytest.raises(Refused, match="the extra `train` brings"):
        async with aclosing(attend("learn", tmp_path, 1, 10)) as told:
            await anext(told)


async def test_a_process_that_breaks_is_lost_not_waited_for(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(WorkerLost, match="ended before it was done"):
        async with aclosing(attend("say", tmp_path, 1)) as told:
            await anext(told)
    assert "FileNotFoundError" in capfd.readouterr().err, "the log says why"


def test_it_ends_when_the_server_does() -> None:
    """A server killed in the middle closes the input of its child."""
    busy = "child.VERBS['say'] = lambda *_: __import__('time').sleep(600)"
    code = f"from anagnorisis.train import child; {busy}; child.main('say', None, 1, 0)"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as child:
        assert child.stdin
        child.stdin.close()
        assert child.wait(timeout=60) == 0


async def test_nobody_listening_ends_it(weights: Weights, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / files.ASKED)
    listening = asyncio.create_task(anext(attend("say", tmp_path, 1)))
    while not (mine := _children(tmp_path)):
        await asyncio.sleep(0.02)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert not _children(tmp_path), f"{mine} still runs"


def _children(folder: Path) -> list[int]:
    """Processes that were started on this folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            said = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in said and b"anagnorisis.train.child" in said:
            found.append(int(entry.name))
    return found
