"""Exact and filtered search against numpy and faiss; 1M x 512 is what the promises speak of."""

from collections.abc import Callable

import numpy as np

from anagnorisis._core import VectorIndex, read_rate
from race import Taken, best, race
from vectors_data import Rows, embeddings, nearest, recall

try:
    import faiss
except ImportError:  # a missing rival prints `absent` and the rest still runs
    faiss = None

K, THREADS, TURNS = 100, (1, 2), 15
STREAM = 2 << 30
"""Bytes read to learn what memory can give."""
Calls = dict[str, Callable[[int], object]]


def label(rows: int) -> str:
    """1m, 100k: how figures name a number of rows."""
    return f"{rows // 1_000_000}m" if rows >= 1_000_000 else f"{rows // 1000}k"


def indexed(rows: Rows) -> VectorIndex:
    """The core's engine over rows whose ids are their numbers."""
    index = VectorIndex(rows.shape[1])
    index.add(np.arange(len(rows), dtype=np.uint64), rows)
    return index


def our_calls(index: VectorIndex, queries: Rows, threads: tuple[int, ...]) -> Calls:
    """The core, exact, one query a call."""

    def call(count: int) -> Callable[[int], object]:
        return lambda n: index.search(queries[[n % len(queries)]], K, mode="exact", threads=count)

    return {f"core, {count} threads": call(count) for count in threads}


def numpy_calls(rows: Rows, queries: Rows, threads: tuple[int, ...]) -> Calls:
    """numpy: a product with every row, then `argpartition`."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 (of the bench group, like the rivals)

    def top(number: int) -> object:
        scores = rows @ queries[number % len(queries)]
        return np.argpartition(scores, -K)[-K:]

    def call(count: int) -> Callable[[int], object]:
        def limited(number: int) -> object:
            with threadpool_limits(count):
                return top(number)

        return limited

    return {f"numpy, {count} threads": call(count) for count in threads}


def faiss_calls(rows: Rows, queries: Rows, threads: tuple[int, ...]) -> Calls:
    """faiss exact: f32, and 8 bits a number. Empty where it is not installed."""
    if faiss is None:
        return {}
    dim, calls = rows.shape[1], {}
    flat = faiss.IndexFlatIP(dim)
    narrow = faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    narrow.train(rows[:100_000])

    def call(index: object, count: int) -> Callable[[int], object]:
        def search(number: int) -> object:
            faiss.omp_set_num_threads(count)
            return index.search(queries[[number % len(queries)]], K)  # type: ignore[attr-defined]

        return search

    for name, index in (("faiss flat", flat), ("faiss SQ8", narrow)):
        index.add(rows)
        calls |= {f"{name}, {count} threads": call(index, count) for count in threads}
    return calls


def against(taken: dict[str, Taken], rival: str) -> float | str:
    """How many times as long the rival takes at its best as the core at its best."""
    if not any(name.startswith(rival) for name in taken):
        return "absent"
    return round(best(taken, rival).median / best(taken, "core").median, 2)


def exact(rows: Rows, queries: Rows, index: VectorIndex) -> dict[str, float | str]:
    """Top 100 of all rows, every engine at its best thread count, beside the rate of reading memory."""
    name = label(len(rows))
    print(f"exact top {K} of {len(rows):,} x {rows.shape[1]}")
    rates = [read_rate(STREAM, huge=huge, threads=count) for huge in (True, False) for count in THREADS]
    calls = our_calls(index, queries, THREADS) | numpy_calls(rows, queries, THREADS)
    taken = race(calls | faiss_calls(rows, queries, THREADS), TURNS)
    rates += [read_rate(STREAM, huge=huge, threads=count) for huge in (True, False) for count in THREADS]
    ours = min(taken[f"core, {count} threads"].least for count in THREADS)
    moved = len(rows) * (-(-rows.shape[1] // 128) * 64 + 4)
    found = [index.search(queries[[n]], K, mode="exact", threads=2)[0] for n in range(len(queries))]
    truth = nearest(rows, queries, K)
    return {
        f"exact_{name}_ms": round(best(taken, "core").median, 3),
        f"exact_{name}_gb_s": round(moved / ours / 1e6, 2),
        "stream_gb_s_huge_1": round(max(rates[0], rates[4]) / 1e9, 2),
        "stream_gb_s_huge_2": round(max(rates[1], rates[5]) / 1e9, 2),
        "stream_gb_s_small_1": round(max(rates[2], rates[6]) / 1e9, 2),
        "stream_gb_s_small_2": round(max(rates[3], rates[7]) / 1e9, 2),
        f"exact_{name}_stream_fraction": round(moved / (ours / 1e3) / max(rates), 3),
        f"exact_{name}_recall100": recall(truth, [ids.astype(np.int64) for ids, _ in found]),
        f"exact_{name}_vs_numpy": against(taken, "numpy"),
        f"exact_{name}_vs_faiss_flat": against(taken, "faiss flat"),
        f"exact_{name}_vs_faiss_sq8": against(taken, "faiss SQ8"),
    }


def one_thread(rows: Rows, queries: Rows) -> dict[str, float | str]:
    """The same on 100,000 rows with one thread for every engine."""
    name = label(len(rows))
    print(f"exact top {K} of {len(rows):,} x {rows.shape[1]}, one thread each")
    index = indexed(rows)
    calls = our_calls(index, queries, (1,)) | numpy_calls(rows, queries, (1,))
    taken = race(calls | faiss_calls(rows, queries, (1,)), 4 * TURNS)
    return {
        f"exact_{name}_one_thread_ms": round(best(taken, "core").median, 3),
        f"exact_{name}_vs_numpy": against(taken, "numpy"),
        f"exact_{name}_vs_faiss_flat": against(taken, "faiss flat"),
        f"exact_{name}_vs_faiss_sq8": against(taken, "faiss SQ8"),
    }


def filtered(rows: Rows, queries: Rows, index: VectorIndex) -> dict[str, float | str]:
    """Top 100 of the one row in a hundred that passes, exactly."""
    name = label(len(rows))
    chosen = np.random.default_rng(5).choice(len(rows), len(rows) // 100, replace=False)
    only = index.select(chosen.astype(np.uint64))
    print(f"exact top {K} of 1 % of {len(rows):,}")

    def call(count: int) -> Callable[[int], object]:
        return lambda n: index.search(queries[[n % len(queries)]], K, only=only, threads=count)

    taken = race({f"core, {count} threads": call(count) for count in THREADS}, 100)
    found = index.search(queries, K, only=only)
    truth = chosen[nearest(rows[chosen], queries, K)]
    return {
        f"filter_1pct_{name}_ms": round(best(taken, "core").median, 3),
        f"filter_1pct_{name}_recall100": recall(truth, [ids.astype(np.int64) for ids, _ in found]),
    }


def figures(rows: int, dim: int) -> dict[str, float | str]:
    """All of it, on `rows` rows and on at most 100,000 of them."""
    made = embeddings(rows + 64, dim)
    held, queries = made[:rows], made[rows:]
    index = indexed(held)
    small = one_thread(np.ascontiguousarray(held[: min(100_000, rows // 2)]), queries)
    return exact(held, queries, index) | small | filtered(held, queries, index)
