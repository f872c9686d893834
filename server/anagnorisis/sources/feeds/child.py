"""What feeds send is read here, in a process of its own within limits."""

import sys
from typing import Any

from anagnorisis.sources.feeds import finding, opml, reading
from anagnorisis.sources.feeds.cleaning import clean
from anagnorisis.sources.within import Asked, Limits, serve

CPU_S = 2
LIMITS = Limits(CPU_S, 300 << 20, "it takes more memory than a feed should")


def done(work: Asked) -> Any:
    """What is in the bytes of `work`: a `feed`, a `page`, `outlines`, or a text to be cleaned `again`."""
    if work.what == "feed":
        return reading.read(work.body, work.type, work.address)
    if work.what == "page":
        return finding.read(work.body, work.type, work.address)
    if work.what == "outlines":
        return opml.read(work.body)
    return clean(work.body.decode(), work.address)


if __name__ == "__main__":
    sys.exit(serve(done, LIMITS))
