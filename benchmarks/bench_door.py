"""The front door: TLS streaming, start with TLS, how soon the guide notices trust and a phone is paired.

Streaming is one ranged request for a whole track over loopback, read by another process: the median of runs
in turn with the same server in plain HTTP; then granian with the same handler, and Python's own file server.
The guide is timed in Chromium, from the moment its verdict on the certificate changes until the install page
has loaded.
"""

import json
import os
import ssl
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from front_door import LanHouse, download_mb_s, granian, http_server
from house import House
from receipt import ROOT, arguments, conclude

TRACK = 400_000_000
"""Bytes."""
PAIRING = ROOT / "pwa/tools/pairing.mjs"


def track(path: Path) -> None:
    """A WAV of noise: two channels, 16 bit, 44.1 kHz."""
    samples = os.urandom(1 << 20)
    with path.open("wb") as file:
        file.write(b"RIFF" + (TRACK + 36).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\x01\0\x02\0")
        file.write((44_100).to_bytes(4, "little") + (176_400).to_bytes(4, "little") + b"\x04\0\x10\0data")
        file.write(TRACK.to_bytes(4, "little"))
        for _ in range(-(-TRACK // len(samples))):
            file.write(samples)
        file.truncate(TRACK + 44)


def streaming(folder: Path, runs: int) -> tuple[dict[str, float], dict[str, float | str]]:
    """MB/s of the house and its rivals, in turns; and the ratios to the rivals."""
    (folder / "library").mkdir()
    track(folder / "library/track.wav")
    flags = ("--library", str(folder / "library"))
    with LanHouse(folder / "tls", *flags) as tls, House(folder / "plain", *flags) as plain:
        pem = folder / "tls/certificates/leaf.pem"
        ways: dict[str, Callable[[], float]] = {}
        for name, house, context in (("tls", tls, True), ("plain", plain, False)):
            client = house.open()
            house.quiet(client, 1)
            (pick,) = client.call("GET", "/api/items")["picks"]
            ask = (house.port, f"/media/{pick['item']['id']}", TRACK + 44)
            ways[name] = _way(*ask, tls.trust() if context else None, client.cookie)
        found = _in_turn(ways, runs)
        trust, file = tls.trust(), folder / "library/track.wav"
        with http_server(folder / "library", pem) as port:
            ways = {"python_http_server": _way(port, "/track.wav", TRACK + 44, trust)}
            found |= _in_turn(ways, runs)
        if find_spec("granian"):
            with granian(file, pem, folder) as port:
                found |= _in_turn({"granian": _way(port, "/", TRACK + 44, trust)}, runs)
    ratios: dict[str, float | str] = {
        f"tls_to_{rival}": round(found["tls"] / found[rival], 2) if rival in found else "absent"
        for rival in ("plain", "python_http_server", "granian")
    }
    figures = {f"{name}_range_mb_s": round(speed, 1) for name, speed in found.items()}
    return figures, ratios


def _way(
    port: int, path: str, size: int, context: ssl.SSLContext | None, cookie: str = ""
) -> Callable[[], float]:
    return lambda: download_mb_s(port, path, size, context, cookie)


def _in_turn(ways: dict[str, Callable[[], float]], runs: int) -> dict[str, float]:
    """Median of each way, one run of every way after the other."""
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, run in ways.items():
            speeds[name].append(run())
    return {name: statistics.median(each) for name, each in speeds.items()}


def start_s(folder: Path, runs: int) -> dict[str, float]:
    """Seconds from the start of the process to the first answer: with TLS at the first start, which makes the
    certificates; then medians with TLS and plainly, in turn."""
    seconds: dict[str, list[float]] = {"tls": [], "plain": []}
    for _ in range(runs + 1):
        for name, kind in (("tls", LanHouse), ("plain", House)):
            with kind(folder / f"start-{name}") as house:
                seconds[name].append(house.answering("/hello"))
    medians = {f"start_{name}_s": round(statistics.median(each[1:]), 3) for name, each in seconds.items()}
    return {**medians, "first_start_tls_s": round(seconds["tls"][0], 3)}


def in_browser(tool: Path, house: House, runs: int) -> float:
    """The median of what a tool of pwa/tools measures in Chromium: seconds."""
    printed = house.printed.read_text("utf-8")
    command = ["node", str(tool), "--runs", str(runs), "--data", str(house.data)]
    done = subprocess.run(
        command, input=printed, capture_output=True, text=True, check=False, cwd=ROOT / "pwa"
    )
    assert done.returncode == 0, done.stderr
    return statistics.median(json.loads(done.stdout))


def main() -> None:
    """Measure all four and print the receipt."""
    parser = arguments(__doc__)
    parser.add_argument("--runs", type=int, default=5)
    options, load = parser.parse_args(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        figures, ratios = streaming(folder, options.runs)
        figures |= start_s(folder, options.runs)
        with LanHouse(folder / "guide") as house:
            house.answering("/hello")
            figures["guide_s"] = round(in_browser(ROOT / "pwa/tools/trust.mjs", house, options.runs), 2)
            if PAIRING.exists():
                figures["pair_s"] = round(in_browser(PAIRING, house, options.runs), 2)
            else:
                ratios["pair_s"] = "absent"
    ratios["start_tls_to_plain"] = round(figures["start_tls_s"] / figures["start_plain_s"], 2)
    conclude("door", figures, ratios, options.json, load)


if __name__ == "__main__":
    main()
