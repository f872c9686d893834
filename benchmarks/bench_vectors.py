"""The vector core beside numpy, faiss, hnswlib and usearch, in one process on one machine.

`--rows N --dim D`: the size that the figures speak of. Each part is a module with `figures(rows, dim)`;
each prints what it times, least / median, and all come together in one receipt.
"""

import importlib
import importlib.util
import os

from race import unforced
from receipt import arguments, conclude

PARTS = ("vectors_search", "vectors_lists", "vectors_graphs", "vectors_ranking", "vectors_store")
RATIO = ("_vs_", "_fraction", "_recall")


def numpy_kernel() -> str:
    """What numpy multiplies with: library, kernel and threads, as it says itself."""
    from threadpoolctl import threadpool_info  # noqa: PLC0415 (after numpy was loaded)

    libraries = [one for one in threadpool_info() if one["user_api"] == "blas"]
    return ", ".join(
        f"{one['internal_api']} {one['architecture']} x{one['num_threads']}" for one in libraries
    )


def main() -> None:
    """Run the parts that are named, or all, and print the receipt."""
    unforced()
    parser = arguments(__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=PARTS)
    options, load = parser.parse_args(), os.getloadavg()[0]
    found: dict[str, float | str] = {}
    for part in options.parts:
        if importlib.util.find_spec(part):
            found |= importlib.import_module(part).figures(options.rows, options.dim)
    print(f"numpy: {numpy_kernel()}")
    ratios = {name: value for name, value in found.items() if any(mark in name for mark in RATIO)}
    figures = {name: float(value) for name, value in found.items() if name not in ratios}
    conclude("vectors", figures, ratios, options.json, load)


if __name__ == "__main__":
    main()
