"""Start of the process to the first *for you* page at 100k items; idle memory.

Idle memory is the resident size of all processes after 2,000 small tagged files were scanned, embedded and
left alone until the worker had ended. The rival of the start is a bare Litestar application under uvicorn.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from anagnorisis.store.db import Store
from bench_rating import event, identities
from corpus import SHARES, furnish, small_files
from house import Client, House, free_port
from receipt import arguments, conclude

BARE = """
import sys, uvicorn
from litestar import Litestar, get

@get("/", sync_to_thread=False)
def hello() -> str:
    return "hello"

uvicorn.run(Litestar([hello]), port=int(sys.argv[1]), log_level="error")
"""


def start_s(data: Path, count: int, runs: int) -> float:
    """Median seconds to the first page of a person with ratings, in a house of `count` items."""

    async def build() -> None:
        store = await Store.open(data)
        await furnish(store, count)
        await store.close()

    asyncio.run(build())
    with House(data) as house:
        client = house.open()
        house.quiet(client, sum(int(count * share) for share in SHARES.values()))
        for item in identities(count)[:300]:
            client.call("POST", "/api/events", event(item, float(int(item, 16) % 11)))
    seconds = []
    for _ in range(runs):
        with House(data) as house:
            seconds.append(house.answering("/api/feed?mode=for_you&limit=20", client.cookie))
            page = house.client(client.cookie).call("GET", "/api/feed?mode=for_you&limit=20")
            assert len(page["picks"]) == 20 and page["picks"][0]["score"] is not None, page
    return statistics.median(seconds)


def bare_s(runs: int) -> float:
    """Median seconds to the first answer of the bare application."""
    seconds = []
    for _ in range(runs):
        port, start = free_port(), time.perf_counter()
        process = subprocess.Popen([sys.executable, "-c", BARE, str(port)])
        while True:
            try:
                Client(port)._link.request("GET", "/")
                break
            except OSError:
                time.sleep(0.005)
        seconds.append(time.perf_counter() - start)
        process.terminate()
        process.wait()
    return statistics.median(seconds)


def idle_mb(folder: Path) -> float:
    """Resident MB of all processes with 2,000 items, at rest."""
    small_files(folder / "small")
    flags = ["--library", str(folder / "small")]
    with House(folder / "idle", *flags, environ={"ANAGNORISIS_WORKER_IDLE_S": "3"}) as house:
        client = house.open()
        house.quiet(client, 2000)
        client.call("GET", "/api/feed?mode=for_you&limit=20")
        time.sleep(10)
        return house.resident_mb()


def main() -> None:
    """Measure all three and print the receipt."""
    parser = arguments(__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    options, load = parser.parse_args(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        house = start_s(Path(folder) / "house", options.items, options.runs)
        bare = bare_s(options.runs)
        figures = {
            f"start_s_{options.items // 1000}k": round(house, 3),
            "bare_litestar_start_s": round(bare, 3),
            "idle_rss_mb": round(idle_mb(Path(folder)), 1),
        }
    conclude("start", figures, {"start_to_bare_litestar": round(house / bare, 2)}, options.json, load)


if __name__ == "__main__":
    main()
