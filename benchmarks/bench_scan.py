"""First scan of small and of real-size files per CPU-second, and the unchanged rescan of 2,000 files.

Small: 2,000 tagged tracks of 2 s (half MP3, half FLAC). Real size: FLAC and WAV of minutes, JPEG of 12 MP.
Each scan is a process of its own on an empty store, identity, tags, store and all; its CPU time counts from
the start of the scan. The rival reads tags with tinytag and hashes whole files with BLAKE2b, storing nothing,
on one thread or on all cores, whichever takes less.
"""

import asyncio
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import rivals
from anagnorisis.config import Settings
from anagnorisis.library.scan import Scanner
from anagnorisis.store import items, sources
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import HOUSE
from corpus import NOW, large_files, small_files
from receipt import arguments, conclude

RESCANS = 7
SETTLE_S = 1.1
"""The scanner waits for files that changed within the last second."""


async def scan(folder: Path, data: Path) -> dict[str, float]:
    """Scan `folder` into an empty store at `data`, then again: CPU seconds, rescan wall seconds, items."""
    store = await Store.open(data)
    settings = Settings(data=data, threads=os.cpu_count() or 1)
    source = await store.write(lambda db: sources.add(db, "folder", str(folder), "Library", NOW))
    scanner, start = Scanner(store, settings), time.process_time()
    await scanner.scan(source)
    cpu, walls = time.process_time() - start, []
    for _ in range(RESCANS):
        (source,) = await sources.list(store.read)
        begin = time.perf_counter()
        outcome = await scanner.scan(source)
        walls.append(time.perf_counter() - begin)
        assert outcome.taken == 0, f"the rescan read {outcome.taken} files again"
    held = sum((await items.counts(store.read, HOUSE)).values())
    await store.close()
    return {"cpu": cpu, "rescan": statistics.median(walls), "items": held}


def measured(folder: Path, data: Path) -> dict[str, float]:
    """`scan` in a process of its own."""
    command = [sys.executable, __file__, "--scan", str(folder), str(data)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def rival_cpu_s(folder: Path, threads: int) -> float | None:
    """CPU seconds of tinytag and BLAKE2b over the files of `folder`; None where tinytag is absent."""
    try:
        from tinytag import TinyTag, TinyTagException  # noqa: PLC0415 - a rival may be missing
    except ImportError:
        return None

    def look(path: Path) -> None:
        hashlib.blake2b(path.read_bytes()).hexdigest()
        with suppress(TinyTagException):  # of a picture
            TinyTag.get(path)

    files = sorted(path for path in folder.rglob("*.*") if path.is_file())
    start = time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(look, files))
    return time.process_time() - start


def main() -> None:
    """Scan both libraries and print the receipt."""
    if sys.argv[1:2] == ["--scan"]:
        print(json.dumps(asyncio.run(scan(Path(sys.argv[2]), Path(sys.argv[3])))))
        return
    if sys.argv[1:2] == ["--rival"]:
        print(rival_cpu_s(Path(sys.argv[2]), int(sys.argv[3])) or rivals.ABSENT)
        return
    options, load = arguments(__doc__).parse_args(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small_files(folder / "small")
        large_bytes = large_files(folder / "large")
        time.sleep(SETTLE_S)
        small = measured(folder / "small", folder / "small-data")
        large = measured(folder / "large", folder / "large-data")
        assert small["items"] == 2000, small
        found = [rivals.best(__file__, ["--rival", folder / size]) for size in ("small", "large")]
    figures = {
        "scan_files_per_cpu_s": round(2000 / small["cpu"]),
        "scan_mb_per_cpu_s": round(large_bytes / 1e6 / large["cpu"]),
        "rescan_s_2000": round(small["rescan"], 4),
    }
    ratios: dict[str, float | str] = {
        f"{what}_speed_to_tinytag_and_blake2b": round(rival[0] / ours["cpu"], 2) if rival else rivals.ABSENT
        for what, ours, rival in (("small", small, found[0]), ("large", large, found[1]))
    }
    conclude("scan", figures, ratios, options.json, load)


if __name__ == "__main__":
    main()
