"""The worker process by itself: it speaks in frames only, and it ends when its server does."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from anagnorisis.embed import EMBEDDERS
from anagnorisis.embed.frames import BROKEN, LENGTH_BYTES, LOADED, Answer, Task, answer, framed

SERVER = """
import asyncio
from anagnorisis.config import Settings
from anagnorisis.embed import EMBEDDERS
from anagnorisis.embed.worker import Worker
async def main():
    worker = Worker(Settings(threads=1, worker_idle_s=600))
    await worker.embed(EMBEDDERS["article"], [("a", "bread")])
    print(worker.pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""
NOISY = """
from anagnorisis.embed import article, child
class Noisy(article.WordTable):
    def row(self, given):
        print("a library prints", flush=True)
        if given == b"surprise":
            raise ZeroDivisionError
        return super().row(given)
article.load = Noisy
child.main(60, 1, 1024)
"""


def start(*command: str) -> "subprocess.Popen[bytes]":
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, *command], stdin=pipe, stdout=pipe, stderr=pipe)


def hear(child: "subprocess.Popen[bytes]") -> Answer:
    assert child.stdout is not None
    return answer(child.stdout.read(int.from_bytes(child.stdout.read(LENGTH_BYTES), "little")))


def say(child: "subprocess.Popen[bytes]", *texts: bytes) -> None:
    assert child.stdin is not None
    child.stdin.write(framed(Task(EMBEDDERS["article"], list(enumerate(texts)))))
    child.stdin.flush()


def runs(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def test_what_a_library_prints_does_not_reach_the_server() -> None:
    with start("-c", NOISY) as child:
        say(child, b"bread", b"galaxy")
        assert hear(child) == Answer(LOADED)
        assert [(said.index, len(said.row), said.reason) for said in (hear(child), hear(child))] == [
            (0, 512, ""),
            (1, 512, ""),
        ]
        _, printed = child.communicate()
        assert printed.count(b"a library prints") == 2


def test_an_error_nobody_foresaw_ends_the_process_and_is_told_in_the_log() -> None:
    with start("-c", NOISY) as child:
        say(child, b"surprise")
        assert child.wait(timeout=60) == BROKEN
        assert b"ZeroDivisionError" in child.communicate()[1]


def test_the_process_ends_with_its_input_even_while_an_item_hangs(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with start("-m", "anagnorisis.embed.child", "600", "1", "1024") as child:
        assert child.stdin is not None
        child.stdin.write(framed(Task(EMBEDDERS["image"], [(0, bytes(tmp_path / "pipe.png"))])))
        child.stdin.flush()
        assert hear(child) == Answer(LOADED)
        child.stdin.close()
        assert child.wait(timeout=60) == 0


def test_the_process_steps_back_for_others() -> None:
    with start("-m", "anagnorisis.embed.child", "600", "1", "1024") as child:
        say(child, b"bread")
        hear(child)
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == 10 + os.getpriority(os.PRIO_PROCESS, 0)
        child.communicate()


def test_a_killed_server_leaves_no_process_behind() -> None:
    with start("-c", SERVER) as server:
        assert server.stdout is not None
        pid = int(server.stdout.readline())
        assert runs(pid)
        server.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 60
    while runs(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not runs(pid)


@pytest.mark.parametrize("idle", ["0", "0.2"])
def test_the_process_ends_by_itself_when_nothing_is_asked(idle: str) -> None:
    with start("-m", "anagnorisis.embed.child", idle, "1", "1024") as child:
        assert child.wait(timeout=60) == 0
