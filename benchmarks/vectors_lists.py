"""Search by lists against faiss: both at their fastest setting that finds enough."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from race import cpu_seconds, race
from vectors_data import Rows, embeddings, nearest, recall
from vectors_search import indexed, label

try:
    import faiss
except ImportError:  # a missing rival prints `absent` and the rest still runs
    faiss = None

K, QUERIES, TURNS = 10, 1000, 10
WANTED = 0.99
Ids = NDArray[np.int64]


@dataclass
class Setting:
    """One way to search: what it is called, how to ask for one query, and its recall over all of them."""

    name: str
    ask: Callable[[Rows], Ids]
    recall: float = 0.0


def fastest(settings: Iterable[Setting], queries: Rows, truth: Ids) -> Setting | None:
    """The first whose recall@10 is enough; they come fastest first. None when none is."""
    for setting in settings:
        found = [setting.ask(queries[n : n + 1]) for n in range(len(queries))]
        setting.recall = recall(truth, found)
        print(f"  {setting.name:<40} recall@{K} {setting.recall:.4f}", flush=True)
        if setting.recall >= WANTED:
            return setting
    return None


def ours(index: object) -> Iterable[Setting]:
    """The core with rising recall targets, few candidates first."""

    def ask(target: float, rerank: float) -> Callable[[Rows], Ids]:
        def one(query: Rows) -> Ids:
            return index.search(query, K, mode="ivf", recall=target, rerank=rerank)[0][0].astype(np.int64)  # type: ignore[attr-defined]

        return one

    for target in (0.98, 0.985, 0.9875, 0.99, 0.9925, 0.995, 0.9975, 0.999):
        for rerank in (2.0, 4.0):
            yield Setting(f"core, target {target}, rerank {rerank:g}", ask(target, rerank))


def theirs(refined: object, base: object) -> Iterable[Setting]:
    """faiss with rising numbers of lists, few candidates first."""

    def ask(probes: int, factor: float) -> Callable[[Rows], Ids]:
        def one(query: Rows) -> Ids:
            base.nprobe = probes  # type: ignore[attr-defined]
            refined.k_factor = factor  # type: ignore[attr-defined]
            return refined.search(query, K)[1][0]  # type: ignore[attr-defined]

        return one

    for probes in (2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 24, 32, 64):
        for factor in (2.0, 4.0):
            yield Setting(f"faiss, nprobe {probes}, refine {factor:g}", ask(probes, factor))


def faiss_lists(rows: Rows, lists: int) -> tuple[object, object, float]:
    """IVF with 8 bits a number, re-ranked with the f32 rows; and its build in processor seconds."""
    dim = rows.shape[1]
    quantizer = faiss.IndexFlatIP(dim)
    inner = faiss.METRIC_INNER_PRODUCT
    base = faiss.IndexIVFScalarQuantizer(quantizer, dim, lists, faiss.ScalarQuantizer.QT_8bit, inner)
    refined = faiss.IndexRefineFlat(base)

    def build() -> None:
        refined.train(rows[: 64 * lists])
        refined.add(rows)

    return refined, base, cpu_seconds(build)


def figures(rows: int, dim: int) -> dict[str, float | str]:
    """Both at their fastest setting with recall@10 >= 0.99, one query a call, one thread each."""
    name = label(rows)
    made = embeddings(rows + QUERIES, dim)
    held, queries = made[:rows], made[rows:]
    truth = nearest(held, queries, K)
    index = indexed(held)
    print(f"lists over {rows:,} x {dim}, {QUERIES} held-out queries, one thread each")
    built = cpu_seconds(lambda: index.build(threads=2))
    print(f"  core: {index.lists} lists, {built:.1f} CPU-s", flush=True)
    found = {f"ivf_{name}_build_cpu_s": round(built, 2), f"ivf_{name}_lists": index.lists}
    mine = fastest(ours(index), queries, truth)
    calls = {mine.name: lambda n: mine.ask(queries[[n % QUERIES]])} if mine else {}
    their = None
    if faiss is not None:
        refined, base, seconds = faiss_lists(held, int(2 ** np.ceil(np.log2(np.sqrt(rows)))))
        found[f"faiss_ivf_{name}_build_cpu_s"] = round(seconds, 2)
        faiss.omp_set_num_threads(1)
        their = fastest(theirs(refined, base), queries, truth)
        if their:
            calls[their.name] = lambda n: their.ask(queries[[n % QUERIES]])
    taken = race(calls, TURNS, QUERIES // TURNS)
    if mine:
        found[f"ivf_{name}_recall10"] = round(mine.recall, 4)
        found[f"ivf_{name}_ms"] = round(taken[mine.name].median, 3)
    if their:
        found[f"faiss_ivf_{name}_ms"] = round(taken[their.name].median, 3)
    both = mine and their
    ratio = round(taken[their.name].median / taken[mine.name].median, 2) if both else "absent"
    return found | {f"ivf_{name}_vs_faiss": ratio}
