"""Figures of the running house for Prometheus: no names of people, items or hosts among them."""

import asyncio
import os
import resource
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from litestar import Response, get
from litestar.di import NamedDependency

from anagnorisis.api import VERSION
from anagnorisis.api.exposition import MEDIA_TYPE, Sample, family, histogram
from anagnorisis.api.held import Held
from anagnorisis.api.tally import Tally
from anagnorisis.config import Settings
from anagnorisis.domain import KINDS, Job
from anagnorisis.jobs.board import Board
from anagnorisis.store import db, items, ledger, people
from anagnorisis.store.changes import TOPICS
from anagnorisis.store.ledger import Total
from anagnorisis.store.visibility import HOUSE

PROC = Path("/proc/self")
BEGAN = time.time()


@get("/metrics", include_in_schema=False)
async def get_metrics(
    store: NamedDependency[db.Store],
    settings: NamedDependency[Settings],
    board: NamedDependency[Board],
    held: NamedDependency[Held],
    tally: NamedDependency[Tally],
) -> Response[bytes]:
    """All figures in the text format of Prometheus."""
    counts = await held.get("metrics items", "items", items.counts(store.slow, HOUSE))
    totals = await held.get("metrics egress", "egress", ledger.totals(store.slow))
    everybody = await people.list(store.read)
    rings = [({"topic": topic}, store.changes.count(topic)) for topic in TOPICS]
    files = await asyncio.to_thread(_bytes_of, settings.data / db.NAME)
    lines = [
        *family("anagnorisis_info", "gauge", "Version of the server.", [({"version": VERSION}, 1)]),
        *family(
            "anagnorisis_items",
            "gauge",
            "Items that are present, by kind.",
            [({"kind": kind}, counts.get(kind, 0)) for kind in KINDS],
        ),
        *family("anagnorisis_people", "gauge", "People of the household.", [({}, len(everybody))]),
        *family("anagnorisis_database_bytes", "gauge", "Size of the database with its log.", [({}, files)]),
        *family("anagnorisis_changes_total", "counter", "Bells rung, by topic.", rings),
        *_jobs(board.rows()),
        *_went_out(totals),
        *_answered(tally),
        *_process(),
    ]
    return Response("\n".join([*lines, ""]).encode(), media_type=MEDIA_TYPE)


def _jobs(rows: Sequence[Job]) -> list[str]:
    states = ("idle", "working", "paused", "failed")
    now = [({"job": job.name, "state": one}, float(job.state == one)) for job in rows for one in states]
    left = [({"job": job.name}, float(job.total - job.done)) for job in rows]
    return [
        *family("anagnorisis_job_state", "gauge", "1 for the state that a job is in.", now),
        *family("anagnorisis_job_left", "gauge", "Pieces of work that a job has before it.", left),
    ]


def _went_out(totals: Sequence[Total]) -> list[str]:
    requests: Counter[tuple[str, str]] = Counter()
    moved: Counter[tuple[str, str]] = Counter()
    for one in totals:
        requests[one.purpose, "failed"] += one.failed
        requests[one.purpose, "done"] += one.requests - one.failed
        moved[one.purpose, "out"] += one.bytes_out
        moved[one.purpose, "in"] += one.bytes_in
    asked: list[Sample] = [({"purpose": p, "outcome": o}, n) for (p, o), n in requests.items()]
    bytes_: list[Sample] = [({"purpose": p, "direction": d}, n) for (p, d), n in moved.items()]
    return [
        *family("anagnorisis_egress_requests", "gauge", "Requests in the ledger, by purpose.", asked),
        *family("anagnorisis_egress_bytes", "gauge", "Bytes in the ledger, by purpose.", bytes_),
    ]


def _answered(tally: Tally) -> list[str]:
    answers = [({"part": part, "status": status}, n) for (part, status), n in tally.answers.items()]
    series = [({"part": part}, one) for part, one in tally.first_byte.items()]
    return [
        *family("anagnorisis_answers_total", "counter", "Answers begun.", answers),
        *family(
            "anagnorisis_requests_open", "gauge", "Requests under way, with streams.", [({}, tally.open)]
        ),
        *histogram("anagnorisis_first_byte_seconds", "Time until an answer begins.", series),
    ]


def _process() -> list[str]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    lines = [
        *family(
            "process_cpu_seconds_total", "counter", "CPU time spent.", [({}, used.ru_utime + used.ru_stime)]
        ),
        *family("process_start_time_seconds", "gauge", "Start, in unix seconds.", [({}, BEGAN)]),
    ]
    if PROC.is_dir():
        memory = int((PROC / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        files = sum(1 for _ in (PROC / "fd").iterdir())
        lines += family("process_resident_memory_bytes", "gauge", "Memory held.", [({}, memory)])
        lines += family("process_open_fds", "gauge", "Open files and sockets.", [({}, files)])
    return lines


def _bytes_of(file: Path) -> int:
    return sum(one.stat().st_size for one in file.parent.glob(f"{file.name}*"))
