"""The house is killed while a track is coded anew: what it left is of no use, and nobody ever gets it."""

import signal
import subprocess
import time
from pathlib import Path

from tests.files import make_track
from tests.server.running import Running, Start


def coders_of(house: Running) -> list[int]:
    """Processes that code tracks and were begun by this house."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()[1:]]
    mine = str(house.process.pid)
    return [int(pid) for pid, parent, words in rows if parent == mine and "decode.coder" in words]


def kept(data: Path) -> list[Path]:
    return [path for path in (data / "cache/sounds").rglob("*") if path.is_file() and path.name[0] != "."]


def test_a_kill_in_the_middle_leaves_nothing_that_is_served(start: Start, tmp_path: Path) -> None:
    library, data = tmp_path / "library", tmp_path / "data"
    make_track(library / "a.aiff", seconds=240.0)
    house = start("--library", library)
    house.open()
    item = house.first_item()
    address = f"/media/{item}/play?can=mp3"
    line = house.stream(address, 40_000)
    assert coders_of(house)
    house.process.send_signal(signal.SIGKILL)
    house.process.wait(10)
    line.close()
    assert kept(data) == []
    again = start("--library", library)
    again.cookie = house.cookie
    status, headers, body = again.ask("GET", address)
    assert (status, len(body)) == (200, int(headers["content-length"]))
    deadline = time.monotonic() + 20
    while not kept(data) and time.monotonic() < deadline:
        time.sleep(0.05)
    (one,) = kept(data)
    assert one.read_bytes() == body
    assert again.ask("GET", address)[2] == body


def test_a_house_that_ends_takes_its_coders_along(start: Start, tmp_path: Path) -> None:
    make_track(tmp_path / "library" / "a.aiff", seconds=240.0)
    house = start("--library", tmp_path / "library")
    house.open()
    line = house.stream(f"/media/{house.first_item()}/play?can=mp3&to=aac", 40_000)
    (coder,) = coders_of(house)
    house.end()
    line.close()
    assert house.process.returncode == 0
    deadline = time.monotonic() + 5
    while Path(f"/proc/{coder}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{coder}").exists()
    assert [path for path in (tmp_path / "data/cache/sounds").rglob("*") if path.is_file()] == []
