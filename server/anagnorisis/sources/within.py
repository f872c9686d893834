"""The inside of a process that reads what strangers send: within limits, one piece of work after the other.

Standard input has frames, four bytes of length before each, of `Asked` in msgpack; standard output the same
of an answer: why it came to nothing, or an empty text, and what came of it.
"""

import resource
import sys
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from anagnorisis.domain import Unreadable

Done = Callable[["Asked"], Any]


class Asked(Struct, frozen=True):
    """Work for a process that reads: bytes of a kind, and where they came from."""

    what: str
    """The kind, in words of the one who asks and the one who answers."""
    body: bytes
    type: str
    """Content type, as its host said it."""
    address: str


class Limits(Struct, frozen=True):
    """What one such process may take."""

    cpu_s: int
    """For one piece of work, as the processor counts it."""
    memory: int
    """Bytes of address space."""
    too_much: str
    """Said when that is not enough, as the end of a sentence."""


def serve(done: Done, limits: Limits) -> int:
    """Answer with what `done` makes of the work until nobody asks any more."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked, told = sys.stdin.buffer, sys.stdout.buffer
    decode, encode = msgspec.msgpack.Decoder(Asked).decode, msgspec.msgpack.Encoder().encode
    while len(head := asked.read(4)) == 4:
        work = decode(asked.read(int.from_bytes(head, "big")))
        _allow(limits.cpu_s)
        answer = encode(_answer(work, done, limits.too_much))
        told.write(len(answer).to_bytes(4, "big") + answer)
        told.flush()
    return 0


def _allow(cpu_s: int) -> None:
    """Time for one piece more: beyond it the kernel ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _answer(work: Asked, done: Done, too_much: str) -> tuple[str, Any]:
    try:
        return "", done(work)
    except Unreadable as error:
        return error.what, None
    except MemoryError:
        return too_much, None
