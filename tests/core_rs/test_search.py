"""The search engine through its binding: against numpy, under each instruction set, and what it refuses."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from numpy.typing import NDArray

from anagnorisis._core import VectorIndex, instruction_sets, read_rate

DIM = 70
Rows = NDArray[np.float32]


def rows(count: int, seed: int) -> Rows:
    rng = np.random.default_rng(seed)
    made = (rng.normal(size=(12, DIM))[rng.integers(0, 12, count)] + rng.normal(size=(count, DIM))).astype(
        np.float32
    )
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made


def filled(made: Rows) -> VectorIndex:
    index = VectorIndex(DIM)
    index.add(np.arange(len(made), dtype=np.uint64) * 7, made)
    return index


def expected(made: Rows, query: Rows, k: int) -> tuple[NDArray[np.uint64], Rows]:
    scores = made.astype(np.float16).astype(np.float32) @ query
    best = np.lexsort((np.arange(len(made)), -scores))[:k]
    return best.astype(np.uint64) * 7, scores[best]


@pytest.fixture(scope="module")
def library() -> tuple[Rows, VectorIndex]:
    made = rows(6000, 1)
    return made, filled(made)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_best_rows_are_those_of_numpy(library: tuple[Rows, VectorIndex], threads: int) -> None:
    made, index = library
    queries = rows(20, 2)
    for query, (ids, scores) in zip(queries, index.search(queries, 10, threads=threads), strict=True):
        wanted, their = expected(made, query, 10)
        assert ids.tolist() == wanted.tolist()
        np.testing.assert_allclose(scores, their, rtol=1e-5)


def test_a_selection_leaves_out_the_rest(library: tuple[Rows, VectorIndex]) -> None:
    made, index = library
    even, low = index.select(np.arange(0, 42_000, 14, dtype=np.uint64)), index.select(ids_below(900))
    assert (len(even), len(low), len(even & low), len(even | low), len(~even)) == (3000, 900, 450, 3450, 3000)
    queries = rows(5, 3)
    for query, (ids, _) in zip(queries, index.search(queries, 10, only=even & ~low), strict=True):
        wanted = expected(made, query, len(made))[0]
        assert ids.tolist() == [one for one in wanted.tolist() if one % 14 == 0 and one >= 6300][:10]


def ids_below(count: int) -> NDArray[np.uint64]:
    return np.arange(count, dtype=np.uint64) * 7


def test_lists_find_what_was_asked_for_and_everything_when_certain() -> None:
    made = rows(6100, 4)
    index, queries = filled(made[:6000]), made[6000:]
    exact = index.search(queries, 10, mode="exact")
    assert index.lists == 0
    index.build(threads=2)
    assert index.lists == 128 and len(index) == 6000

    def found(recall: float) -> float:
        got = index.search(queries, 10, mode="ivf", recall=recall)
        return float(np.mean([np.isin(a[0], b[0]).mean() for a, b in zip(exact, got, strict=True)]))

    assert found(1.0) == 1.0
    assert found(0.95) >= 0.9
    below = index.search(queries, 10, recall=0.5)
    assert [a.tolist() for a, _ in below] == [a.tolist() for a, _ in exact], (
        "few rows are scanned, lists or no"
    )


PROGRAM = """
import sys
import numpy as np
from anagnorisis._core import VectorIndex, instruction_sets
rng = np.random.default_rng(9)
index = VectorIndex(131)
index.add(np.arange(3000, dtype=np.uint64), rng.normal(size=(3000, 131)).astype(np.float32))
index.build(lists=16)
queries = rng.normal(size=(9, 131)).astype(np.float32)
only = index.select(np.arange(0, 3000, 9, dtype=np.uint64))
print(instruction_sets()[0])
for asked in ({"mode": "exact"}, {"mode": "ivf"}, {"only": only}, {"mode": "exact", "rerank": 1.0}):
    print([ids.tolist() for ids, _ in index.search(queries, 20, **asked)])
"""


def under(simd: str, program: str = PROGRAM) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "ANAGNORISIS_SIMD": simd}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_instruction_set_finds_the_same() -> None:
    answers = {}
    for simd in instruction_sets():
        used, *found = under(simd).stdout.splitlines()
        assert used == simd and len(found) == 4
        answers[simd] = found
    assert "scalar" in answers
    assert all(found == answers["scalar"] for found in answers.values())


def test_an_instruction_set_that_is_not_here_is_refused_at_once() -> None:
    refused = under("sse9", "import anagnorisis._core")
    assert refused.returncode != 0
    assert 'ANAGNORISIS_SIMD is "sse9"; this processor has' in refused.stderr


def test_what_does_not_fit_is_refused_by_name() -> None:
    made = rows(50, 6)
    index = filled(made)
    stale = index.select(ids_below(3))
    for wrong, sentence in (
        (lambda: VectorIndex(0), "dim is 0"),
        (lambda: index.search(made[:, 1:], 3), "a query has 69 entries where 70"),
        (lambda: index.search(made * np.float32(np.nan), 3), "NaN or infinity in row 0"),
        (lambda: index.search(made, 3, mode="graph"), 'mode is "graph"'),
        (lambda: index.add(ids_below(2), made[:2]), "an id is"),
        (lambda: index.add(np.array([1, 1], np.uint64), made[:2]), "repeated ids is 1"),
        (
            lambda: index.add(np.array([1], np.uint64), made[:1] * 1e6),
            "the rows holds NaN or infinity in row 50",
        ),
        (lambda: VectorIndex(3).build(), "living rows is 0"),
    ):
        with pytest.raises(ValueError, match=sentence):
            wrong()
    assert len(index) == 50
    index.add(np.array([1], np.uint64), made[:1])
    with pytest.raises(ValueError, match="the state a selection is of"):
        index.search(made, 3, only=stale)


def test_searches_run_side_by_side() -> None:
    index, queries = filled(rows(3000, 7)), rows(30, 8)
    alone = [ids.tolist() for ids, _ in index.search(queries, 10)]
    answers: list[list[list[int]]] = []

    def ask() -> None:
        answers.append([ids.tolist() for ids, _ in index.search(queries, 10, threads=2)])

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [alone] * 6


def test_memory_is_read_at_some_rate_in_pages_of_either_size() -> None:
    assert read_rate(1 << 22, passes=1) > 0 and read_rate(1 << 22, huge=False, threads=2, passes=1) > 0
