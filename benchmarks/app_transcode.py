"""What a device waits for when a track is coded anew: the first byte of sound, at first and after a jump.

Four minutes each of ALAC, AIFF and Windows Media, asked of a house of its own, every run of a track that it
has not made yet and with nothing else under way. The head of the file is answered before anything is coded,
so it is not what is measured here.
"""

import http.client
import statistics
import tempfile
import time
from os import getloadavg
from pathlib import Path

import av
import numpy as np

from house import Client, House
from receipt import arguments, conclude

SECONDS = 240
TRACKS = {
    "alac": ("m4a", "ipod", "alac"),
    "aiff": ("aiff", "aiff", "pcm_s16be"),
    "wma": ("wma", "asf", "wmav2"),
}
RUNS = 5
HEAD = 4096
"""Bytes of the file by which its head is over."""
BITS_A_SECOND = 160_000


def write_track(path: Path, muxer: str, codec: str, seed: int) -> None:
    """Four minutes of tones and noise in stereo, other for each seed."""
    rng, rate = np.random.default_rng(seed), 44_100
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format=muxer) as out:
        stream = out.add_stream(codec, rate=rate, layout="stereo")
        if codec == "wmav2":
            stream.codec_context.bit_rate = 128_000
        even = av.AudioResampler(stream.codec_context.format, "stereo", rate, 4096)
        for second in range(SECONDS):
            t = np.arange(rate) / rate + second
            wave = sum(np.sin(2 * np.pi * f * t) for f in rng.uniform(80, 2000, 3)) / 6
            pcm = (np.repeat(wave + rng.normal(0, 0.02, rate), 2) * 16_000).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(pcm[None], "s16", "stereo")
            frame.sample_rate = rate
            for piece in even.resample(frame):
                out.mux(stream.encode(piece))
        out.mux(stream.encode(None))


def sound_ms(port: int, cookie: str, item: str, to: str, at: float) -> float:
    """Milliseconds until sound from second `at` on arrives, over a connection of its own."""
    first = HEAD + int(at * BITS_A_SECOND / 8)
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    link.connect()
    began = time.perf_counter()
    headers = {"cookie": cookie, "range": f"bytes={first}-{first + 65_535}"}
    link.request("GET", f"/media/{item}/play?can=mp3&to={to}", headers=headers)
    answer = link.getresponse()
    assert answer.status == 206, answer.status
    assert len(answer.read(1)) == 1
    took = time.perf_counter() - began
    link.close()
    return 1000 * took


def tracks_of(client: Client, count: int) -> dict[str, str]:
    """Name of each track → its id, once all are there and the house is at rest."""
    while True:
        picks = client.call("GET", "/api/items?kind=music&limit=100")["picks"]
        working = [job for job in client.call("GET", "/api/jobs") if job["state"] == "working"]
        if len(picks) == count and not working:
            return {pick["item"]["title"]: pick["item"]["id"] for pick in picks}
        time.sleep(0.2)


def await_end(data: Path) -> None:
    """Return when nothing is being made any more: it is kept, or nobody listened for a while."""
    while [*(data / "cache/sounds").glob("*/.*")]:
        time.sleep(0.05)


def measure(folder: Path) -> dict[str, float]:
    """The figures: medians over the runs, by coding and for the slowest."""
    for name, (suffix, muxer, codec) in TRACKS.items():
        for run in range(RUNS):
            write_track(folder / "library" / f"{name}-{run}.{suffix}", muxer, codec, 10 * run + len(name))
    figures: dict[str, float] = {}
    with House(folder / "data", "--library", str(folder / "library")) as house:
        client = house.open()
        ids = tracks_of(client, RUNS * len(TRACKS))
        for name in TRACKS:
            for way, to, at in (("first_byte", "opus", 0.0), ("jump", "aac", 200.0)):
                took = []
                for run in range(RUNS):
                    item = ids[f"{name.capitalize()} {run}"]
                    took.append(sound_ms(house.port, client.cookie, item, to, at))
                    await_end(folder / "data")
                figures[f"{name}_{way}_ms"] = round(statistics.median(took), 1)
    for way in ("first_byte", "jump"):
        figures[f"transcode_{way}_ms"] = max(v for k, v in figures.items() if k.endswith(f"{way}_ms"))
    return figures


def main() -> None:
    """Measure and print."""
    given, load = arguments(__doc__).parse_args(), getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder))
    conclude("app_transcode", figures, {}, given.json, load)


if __name__ == "__main__":
    main()
