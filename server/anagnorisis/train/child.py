"""The process of a head: teaches one, or says what one makes of some rows, then ends.

`python -m anagnorisis.train.child learn|say FOLDER THREADS SECONDS`, started by `process` alone. It ends when
its input does, so it never outlives the server. Only here, and only to learn, is torch imported.
"""

import os
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from anagnorisis.train import files
from anagnorisis.train.frames import Done, Failed, Line, Step, written
from anagnorisis.train.process import NEEDED
from anagnorisis.train.running import runners
from anagnorisis.train.trials import trials

NICE = 10
Tell = Callable[[Line], None]


def learn(folder: Path, threads: int, budget_s: float, tell: Tell) -> None:
    """Teach the head of the exercises in `folder`, from where an earlier process got to, and export it."""
    if missing := [name for name in NEEDED if not find_spec(name)]:
        tell(Failed(f"Learning needs {', '.join(missing)}, which the extra `train` brings."))
        return
    # Imported here, so that who only speaks does without them.
    torch, learning = import_module("torch"), import_module("anagnorisis.train.learning")
    exporting = import_module("anagnorisis.train.exporting")
    torch.set_num_threads(threads)
    exercises = files.get_exercises(folder / files.EXERCISES)
    taught = learning.Learning(exercises, folder / files.CHECKPOINT)
    taught.learn(budget_s, lambda done, seconds: tell(Step(done, learning.EPOCHS, seconds)))
    try:
        exporting.export(taught.committee, exercises, folder)
    except exporting.Differs as error:
        tell(Failed(str(error)))
        return
    tell(Done(taught.progress.seconds, trials(exercises, next(runners(folder, threads)))))


def say(folder: Path, threads: int, budget_s: float, tell: Tell) -> None:
    """Write what the head in `folder` says of the rows asked for, for each person: (people, 3, n)."""
    began = time.monotonic()
    asked, told = files.get(folder / files.ASKED)
    run, rows = next(runners(folder, threads)), asked["rows"]
    said = [run(rows, int(told["kind"]), person) for person in range(int(told["people"]))]
    made = [[one.shift, one.stretch, one.unsure] for one in said]
    files.put(folder / files.SAID, {"said": np.array(made, np.float32).reshape(len(said), 3, len(rows))})
    tell(Done(time.monotonic() - began))


VERBS = {"learn": learn, "say": say}


def _end_with_the_server(source: int) -> None:
    while os.read(source, 1024):
        pass
    os._exit(0)


def main(verb: str, folder: Path, threads: int, budget_s: float) -> None:
    """Keep the pipes to ourselves, step back in line for the processor, do it, and say how it went."""
    source, out = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    os.nice(NICE)
    threading.Thread(target=_end_with_the_server, args=(source,), daemon=True).start()
    VERBS[verb](folder, threads, budget_s, lambda line: _tell(out, line))


def _tell(out: int, line: Line) -> None:
    os.write(out, written(line))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
