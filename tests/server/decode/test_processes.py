"""The processes that decode: what they write, how they end, and that they never outlive who asked."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from tests.files import make_picture, make_track

from anagnorisis.decode import coder
from anagnorisis.decode.codings import CODINGS, frames_of
from anagnorisis.decode.heard import Ear, Heard


def code(
    track: Path, coding: str, first: int, count: int, gain: str = "0.00"
) -> subprocess.CompletedProcess[bytes]:
    command = [
        sys.executable,
        "-m",
        "anagnorisis.decode.coder",
        coding,
        str(first),
        str(count),
        gain,
        str(track),
    ]
    return subprocess.run(command, capture_output=True, timeout=60, check=False)


@pytest.mark.parametrize("name", CODINGS)
def test_a_coder_writes_just_the_frames_that_were_asked_for(tmp_path: Path, name: str) -> None:
    track, coding = make_track(tmp_path / "a.wma", seconds=3.0), CODINGS[name]
    whole = frames_of(coding, 3.0)
    made = code(track, name, 0, whole)
    assert (made.returncode, len(made.stdout), made.stderr) == (0, whole * coding.size, b"")
    part = code(track, name, 60, 10)
    assert (part.returncode, len(part.stdout)) == (0, 10 * coding.size)
    last = code(track, name, whole - 1, 1)
    assert (last.returncode, len(last.stdout)) == (0, coding.size)


def test_the_same_is_made_again_to_the_last_bit(tmp_path: Path) -> None:
    track = make_track(tmp_path / "a.m4a", codec="alac", seconds=2.0)
    for name in CODINGS:
        one, two = (code(track, name, 0, 100).stdout for _ in range(2))
        assert one == two != b"", name


def test_a_coder_says_by_its_end_that_there_is_no_sound(tmp_path: Path) -> None:
    picture = make_picture(tmp_path / "a.png")
    (tmp_path / "list.wma").write_text("#EXTM3U\nhttp://127.0.0.1:9/secret.mp3\n")
    for path in (picture, tmp_path / "gone.wma", tmp_path / "list.wma"):
        made = code(path, "opus", 0, 10)
        assert (made.returncode, made.stdout) == (coder.UNREADABLE, b""), path.name


def test_a_name_that_looks_like_an_address_or_a_flag_is_a_file(tmp_path: Path) -> None:
    for name in ("http:x.aiff", "-y.aiff", "a%0d.aiff", "caf\udce9.aiff"):
        track = make_track(tmp_path / "plain.aiff")
        odd = tmp_path / name
        track.rename(odd)
        made = code(odd, "opus", 0, 5)
        assert (made.returncode, len(made.stdout)) == (0, 5 * CODINGS["opus"].size), name


def test_a_coder_that_nobody_reads_from_ends(tmp_path: Path) -> None:
    track = make_track(tmp_path / "a.aiff", seconds=60.0)
    command = [sys.executable, "-m", "anagnorisis.decode.coder", "opus", "0", "3000", "0", str(track)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert len(process.stdout.read(400)) == 400
        process.stdout.close()
        assert process.wait(20) != 0


def test_the_listening_process_answers_line_by_line_and_ends_with_its_input(tmp_path: Path) -> None:
    tracks = [make_track(tmp_path / f"{n}.flac", seed=n) for n in range(3)]
    lines = b"".join(bytes(track).hex().encode() + b"\n" for track in (*tracks, tmp_path / "gone.flac"))
    command = [sys.executable, "-m", "anagnorisis.decode.hearing"]
    told = subprocess.run(command, input=lines, capture_output=True, timeout=60, check=True)
    heard = [msgspec.json.decode(line, type=Heard) for line in told.stdout.splitlines()]
    assert [bool(one.reason) for one in heard] == [False, False, False, True]
    assert len({one.lufs for one in heard[:3]}) == 3


async def test_the_ear_opens_one_process_for_many_tracks(tmp_path: Path) -> None:
    ear = Ear()
    seen = set()
    for n in range(3):
        await ear.hear(bytes(make_track(tmp_path / f"{n}.wav", seed=n)))
        assert ear._process is not None
        seen.add(ear._process.pid)
    assert len(seen) == 1
    await ear.close()
    (pid,) = seen
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    await ear.close()


async def test_who_stops_waiting_for_the_ear_ends_it(tmp_path: Path) -> None:
    ear = Ear()
    track = make_track(tmp_path / "a.flac", seconds=60.0)
    hearing = asyncio.create_task(ear.hear(bytes(track)))
    async with asyncio.timeout(10):
        while ear._process is None:
            await asyncio.sleep(0.01)
    pid = ear._process.pid
    hearing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hearing
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
