"""What strangers send is read here, in a process of its own within limits.

Standard input has frames, four bytes of length before each, of `told.Asked` in msgpack; standard output the
same of an answer: why it came to nothing, or an empty text, and what came of it.
"""

import resource
import sys
from typing import Any

import msgspec

from anagnorisis.domain import Unreadable
from anagnorisis.sources.feeds import finding, opml, reading
from anagnorisis.sources.feeds.cleaning import clean
from anagnorisis.sources.feeds.told import Asked

CPU_S = 2
"""For one piece of work, as the processor counts it."""
MEMORY = 300 << 20
TOO_MUCH = "it takes more memory than a feed should"


def main() -> int:
    """Answer until nobody asks any more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked, told = sys.stdin.buffer, sys.stdout.buffer
    decode, encode = msgspec.msgpack.Decoder(Asked).decode, msgspec.msgpack.Encoder().encode
    while len(head := asked.read(4)) == 4:
        work = decode(asked.read(int.from_bytes(head, "big")))
        _allow()
        answer = encode(_answer(work))
        told.write(len(answer).to_bytes(4, "big") + answer)
        told.flush()
    return 0


def _allow() -> None:
    """Time for one piece more: beyond it the kernel ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + CPU_S
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _answer(work: Asked) -> tuple[str, Any]:
    try:
        return "", _done(work)
    except Unreadable as error:
        return error.what, None
    except MemoryError:
        return TOO_MUCH, None


def _done(work: Asked) -> Any:
    if work.what == "feed":
        return reading.read(work.body, work.type, work.address)
    if work.what == "page":
        return finding.read(work.body, work.type, work.address)
    if work.what == "outlines":
        return opml.read(work.body)
    return clean(work.body.decode(), work.address)


if __name__ == "__main__":
    sys.exit(main())
