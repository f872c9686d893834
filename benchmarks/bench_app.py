"""The app in a real browser: its weight, and what a person waits for (`pwa/tools/figures.mjs`).

The first visit is that of a phone as Lighthouse takes it: a processor four times slower than this machine's
and a line of 1.6 Mbit/s and 150 ms. All else is over loopback at full speed. Then axe looks at every screen
on a phone and at a desk, by day and by night. No rival: the bounds are promises.
"""

import gzip
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from os import getloadavg
from pathlib import Path
from typing import Any

import app_transcode
from anagnorisis.sources.sample import write_sample
from house import Client, House
from receipt import ROOT, arguments, conclude

UI = ROOT / "server/anagnorisis/ui"
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b")
RATED = 25
LONG = 10
SAMPLE = {"music": 24, "images": 60, "articles": 30}


def initial_scripts() -> set[str]:
    """The scripts that index.html loads before anything is tapped, as paths below `UI`."""
    page = (UI / "index.html").read_text("utf-8")
    scripts = set(re.findall(r'(?:src|href)="/?([^"]+\.js)"', page))
    assert scripts, "index.html loads no script; run `make run` once to build the app"
    return scripts


def packed_kb(script: Path) -> float:
    """Gzipped kB (1,000 bytes) of one script."""
    return len(gzip.compress(script.read_bytes(), 9)) / 1000


def weight() -> dict[str, float]:
    """Gzipped kB of the scripts of the first screen, and of the largest that comes later."""
    first = {UI / name for name in initial_scripts()}
    later = set((UI / "assets").glob("*.js")) - first
    return {
        "initial_js_gzip_kb": round(sum(packed_kb(script) for script in first), 1),
        "largest_chunk_gzip_kb": round(max(packed_kb(script) for script in later), 1),
    }


def furnish(library: Path) -> int:
    """The sample library and ten tracks of four minutes; returns how many items that is."""
    for _ in write_sample(library / "sample", **SAMPLE):
        pass
    for n in range(LONG):
        app_transcode.write_track(library / "long" / f"Long {n}.flac", "flac", "flac", n)
    return sum(SAMPLE.values()) + LONG


def live_in(house: House, client: Client) -> str:
    """Ratings and a list, as somebody has who lives there; returns a code for a further device of theirs."""
    picks = client.call("GET", f"/api/items?kind=image&sort=title&limit={RATED}")["picks"]
    now = 1_790_000_000_000
    events = [
        {
            "uuid": f"{n:032x}",
            "kind": "rating",
            "item": pick["item"]["id"],
            "value": n * 7 % 11,
            "at": now + n,
        }
        for n, pick in enumerate(picks)
    ]
    client.call("POST", "/api/events", {"sent_at": now + len(events), "events": events})
    tracks = client.call("GET", "/api/items?kind=music&limit=5")["picks"]
    client.call("POST", "/api/playlists", {"name": "Five", "items": [one["item"]["id"] for one in tracks]})
    command = [sys.executable, "-m", "anagnorisis", "code", "Bench", "--data", str(house.data)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = CODE.search(printed)
    assert found, printed
    return found[0]


def browse(house: House, code: str, runs: int) -> dict[str, Any]:
    """What the browser found: lists of milliseconds, shifts and sentences, by name."""
    node = shutil.which("node")
    assert node, "node is missing; README says which"
    tool = [node, "tools/figures.mjs", f"http://127.0.0.1:{house.port}", code, str(runs)]
    done = subprocess.run(tool, cwd=ROOT / "pwa", stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def figures_of(found: dict[str, Any]) -> dict[str, float]:
    """Medians of what is waited for, of answers the 95th percentile too; the worst shift; faults."""
    return {
        "lcp_ms": round(statistics.median(found["lcp"]), 1),
        "offline_start_ms": round(statistics.median(found["offline"]), 1),
        "next_card_ms": round(statistics.median(found["next"]), 1),
        "next_card_p95_ms": round(statistics.quantiles(found["next"], n=20)[-1], 1),
        "tap_to_sound_ms": round(statistics.median(found["sound"]), 1),
        "cls": round(max(found["shifts"]), 4),
        "axe_violations": len(found["wrong"]),
    }


def main() -> None:
    """Measure and print; what axe found is said too."""
    parser = arguments(__doc__)
    parser.add_argument("--runs", type=int, default=5)
    options, load = parser.parse_args(), getloadavg()[0]
    subprocess.run(["sh", ROOT / ".ci/chromium"], check=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = furnish(folder / "library")
        with House(folder / "data", "--library", str(folder / "library")) as house:
            client = house.open()
            house.quiet(client, count)
            found = browse(house, live_in(house, client), options.runs)
        coded = app_transcode.measure(folder / "coded")
    for line in found["wrong"]:
        print(line)
    figures = {**weight(), **figures_of(found), "transcode_first_byte_ms": coded["transcode_first_byte_ms"]}
    conclude("app", figures, {}, options.json, load, {"wrong": found["wrong"]})


if __name__ == "__main__":
    main()
