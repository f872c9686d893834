"""How loud tracks are, measured in a process of its own that may die of what it hears."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import av
import numpy as np
import pytest
from tests.files import CODECS, make_track

from anagnorisis.decode.heard import GIVEN_UP, Ear


@pytest.fixture
async def ear() -> AsyncIterator[Ear]:
    opened = Ear()
    yield opened
    await opened.close()


def tone(path: Path, decibels: float, channels: int = 2) -> Path:
    """Five seconds of 1 kHz, as the signals that meters are tried with."""
    t = np.arange(5 * 48_000) / 48_000
    wave = (10 ** (decibels / 20) * np.sin(2 * np.pi * 1000 * t) * 32767).astype(np.int16)
    layout = "mono" if channels == 1 else "stereo"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=48_000, layout=layout)
        frame = av.AudioFrame.from_ndarray(np.repeat(wave, channels)[None], "s16", layout)
        frame.sample_rate = 48_000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


async def test_a_tone_is_as_loud_as_the_broadcasters_say(ear: Ear, tmp_path: Path) -> None:
    loud = await ear.hear(bytes(tone(tmp_path / "a.wav", -23.0)))
    soft = await ear.hear(bytes(tone(tmp_path / "b.wav", -33.0)))
    assert (loud.lufs, soft.lufs) == (pytest.approx(-23.0, abs=0.1), pytest.approx(-33.0, abs=0.1))
    assert loud.peak == pytest.approx(10 ** (-23 / 20), rel=0.01)
    one = await ear.hear(bytes(tone(tmp_path / "c.wav", -23.0, channels=1)))
    assert one.lufs == pytest.approx(-23.0, abs=0.1), "as it is heard: from both sides"


async def test_tracks_of_every_suffix_are_heard_alike(ear: Ear, tmp_path: Path) -> None:
    told = {
        suffix: await ear.hear(bytes(make_track(tmp_path / f"a.{suffix}", seconds=3.0)))
        for suffix in CODECS
        if suffix != "ogg"  # FFmpeg's own coder of Vorbis is a rough one
    }
    assert {one.reason for one in told.values()} == {""}
    assert all(one.lufs == pytest.approx(told["wav"].lufs, abs=0.6) for one in told.values()), told


async def test_silence_has_no_loudness_and_what_is_no_track_a_reason(ear: Ear, tmp_path: Path) -> None:
    silent = await ear.hear(bytes(make_track(tmp_path / "a.wav", level=0)))
    assert (silent.lufs, silent.peak, silent.reason) == (None, 0.0, "")
    (tmp_path / "b.mp3").write_bytes(b"nothing")
    assert "could not be decoded" in (await ear.hear(bytes(tmp_path / "b.mp3"))).reason
    gone = await ear.hear(bytes(tmp_path / "gone.mp3"))
    assert (gone.again, gone.lufs) == ("source", None)


async def test_a_process_that_dies_costs_one_track_and_the_next_is_heard(ear: Ear, tmp_path: Path) -> None:
    track = bytes(make_track(tmp_path / "a.flac"))
    first = await ear.hear(track)
    assert ear._process is not None
    os.kill(ear._process.pid, signal.SIGKILL)
    await asyncio.sleep(0.1)
    assert (await ear.hear(track)).reason == GIVEN_UP
    assert await ear.hear(track) == first


async def test_a_track_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    hasty = Ear(patience_s=0.0)
    assert (await hasty.hear(bytes(make_track(tmp_path / "a.wav")))).reason == GIVEN_UP
    assert hasty._process is None
