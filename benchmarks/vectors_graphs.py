"""hnswlib and usearch on at most 100,000 rows: what a graph costs to build and hold, and what it finds."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from race import cpu_seconds, race
from vectors_data import Rows, embeddings, nearest, recall
from vectors_search import indexed, label

K, QUERIES, TURNS = 10, 500, 5
LINKS, BREADTH, LOOKED = 16, 128, 256
"""Links of a node, candidates while building, candidates while searching: the same for both."""
Graph = tuple[float, Callable[[Rows], np.ndarray], Callable[[Path], object]]


def hnswlib_graph(rows: Rows) -> Graph | None:
    """hnswlib with f32 rows: CPU-seconds of its build, how to ask it, how to write it; None if absent."""
    try:
        import hnswlib  # noqa: PLC0415 (a rival may be missing)
    except ImportError:
        return None
    graph = hnswlib.Index(space="ip", dim=rows.shape[1])
    graph.init_index(max_elements=len(rows), M=LINKS, ef_construction=BREADTH)
    seconds = cpu_seconds(lambda: graph.add_items(rows, num_threads=2))
    graph.set_ef(LOOKED)

    def ask(query: Rows) -> np.ndarray:
        return graph.knn_query(query, K, num_threads=1)[0][0].astype(np.int64)

    return seconds, ask, lambda path: graph.save_index(str(path))


def usearch_graph(rows: Rows) -> Graph | None:
    """usearch with f16 rows; as `hnswlib_graph`."""
    try:
        from usearch.index import Index  # noqa: PLC0415 (a rival may be missing)
    except ImportError:
        return None
    graph: Any = Index(
        ndim=rows.shape[1],
        metric="ip",
        dtype="f16",
        connectivity=LINKS,
        expansion_add=BREADTH,
        expansion_search=LOOKED,
    )
    seconds = cpu_seconds(lambda: graph.add(np.arange(len(rows)), rows, threads=2))

    def ask(query: Rows) -> np.ndarray:
        return graph.search(query[0], K, threads=1).keys.astype(np.int64)

    return seconds, ask, lambda path: graph.save(str(path))


def figures(rows: int, dim: int) -> dict[str, float | str]:
    """Recall@10, milliseconds, build and file of each graph, and the core's exact search of the same rows."""
    rows = min(rows, 100_000)
    name = label(rows)
    made = embeddings(rows + QUERIES, dim)
    held, queries = made[:rows], made[rows:]
    truth = nearest(held, queries, K)
    print(f"graphs over {rows:,} x {dim}, {QUERIES} held-out queries, one thread each")
    index = indexed(held)
    found: dict[str, float | str] = {}
    asks: dict[str, Callable[[Rows], np.ndarray]] = {"core": lambda q: index.search(q, K, mode="exact")[0][0]}
    for engine, make in (("hnswlib", hnswlib_graph), ("usearch", usearch_graph)):
        graph = make(held)
        if graph is None:
            found[f"{engine}_{name}_recall10"] = "absent"
            continue
        found[f"{engine}_{name}_build_cpu_s"] = round(graph[0], 1)
        asks[engine] = graph[1]
        with tempfile.TemporaryDirectory() as folder:
            graph[2](Path(folder, engine))
            found[f"{engine}_{name}_file_mb"] = round(Path(folder, engine).stat().st_size / 1e6, 1)
    for engine, ask in asks.items():
        answers = [ask(queries[n : n + 1]).astype(np.int64) for n in range(QUERIES)]
        found[f"{engine}_{name}_recall10"] = round(recall(truth, answers), 4)

    def call(ask: Callable[[Rows], np.ndarray]) -> Callable[[int], object]:
        return lambda n: ask(queries[[n % QUERIES]])

    taken = race({engine: call(ask) for engine, ask in asks.items()}, TURNS, QUERIES // TURNS)
    return found | {f"{engine}_{name}_top10_ms": round(times.median, 3) for engine, times in taken.items()}
