"""Pages of strangers are read here, in a process of its own within limits."""

import sys

from anagnorisis.sources.pages.extracting import extract
from anagnorisis.sources.pages.found import ENGINES, Found
from anagnorisis.sources.within import Asked, Limits, serve

CPU_S = 6
LIMITS = Limits(CPU_S, 600 << 20, "it takes more memory than a page should")


def done(work: Asked) -> Found:
    """The article in the bytes of `work`, found by the engine that it names."""
    engine = work.what if work.what in ENGINES else "usual"
    return extract(work.body, work.type, work.address, engine)


if __name__ == "__main__":
    sys.exit(serve(done, LIMITS))
