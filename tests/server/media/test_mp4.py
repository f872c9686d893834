"""The beginning of an MP4 file says where every frame will be, before there is one."""

import struct
from collections.abc import Iterator
from itertools import pairwise

import pytest

from anagnorisis.decode.codings import CODINGS, RATE, Coding, frames_of
from anagnorisis.media.mp4 import CHUNK, beginning

EVERY = pytest.mark.parametrize("coding", CODINGS.values(), ids=CODINGS)
INSIDE = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf"}


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every box by its name, those inside others too."""
    at = 0
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + length]
        yield name, body
        if name in INSIDE:
            yield from boxes(body)
        at += length


def told(coding: Coding, seconds: float) -> tuple[bytes, dict[bytes, bytes]]:
    head = beginning(coding, frames_of(coding, seconds), round(seconds * RATE))
    return head, dict(boxes(head))


@EVERY
def test_a_frame_is_where_the_table_says(coding: Coding) -> None:
    head, found = told(coding, 100.0)
    frames = frames_of(coding, 100.0)
    size, count = struct.unpack_from(">II", found[b"stsz"], 4)
    (chunks,) = struct.unpack_from(">I", found[b"stco"], 4)
    offsets = struct.unpack_from(f">{chunks}I", found[b"stco"], 8)
    assert (size, count) == (coding.size, frames)
    assert offsets[0] == len(head), "the first frame comes right behind the head"
    assert {b - a for a, b in pairwise(offsets)} == {CHUNK * coding.size}
    assert chunks == -(-frames // CHUNK)


@EVERY
@pytest.mark.parametrize("seconds", [0.01, 0.5, 1.0, 49 * 0.02, 50 * 0.02, 3600.0])
def test_all_frames_are_in_a_chunk_whatever_their_number(coding: Coding, seconds: float) -> None:
    _, found = told(coding, seconds)
    (runs,) = struct.unpack_from(">I", found[b"stsc"], 4)
    rows = [struct.unpack_from(">III", found[b"stsc"], 8 + 12 * run) for run in range(runs)]
    (chunks,) = struct.unpack_from(">I", found[b"stco"], 4)
    ends = [first for first, *_ in rows[1:]] + [chunks + 1]
    held = sum((end - first) * many for (first, many, _), end in zip(rows, ends, strict=True))
    assert held == frames_of(coding, seconds)


@EVERY
def test_what_the_coder_puts_first_is_not_heard_and_the_length_is_that_of_the_sound(coding: Coding) -> None:
    head, found = told(coding, 12.5)
    (entries, length, skipped, _) = struct.unpack_from(">IIiI", found[b"elst"], 4)
    assert (entries, length, skipped) == (1, 600_000, coding.delay)
    assert struct.unpack_from(">II", found[b"mvhd"], 12) == (RATE, 600_000)
    data = head[-8:]
    assert data == struct.pack(">I4s", 8 + frames_of(coding, 12.5) * coding.size, b"mdat")


def test_the_way_of_coding_is_named() -> None:
    _, opus = told(CODINGS["opus"], 1.0)
    _, aac = told(CODINGS["aac"], 1.0)
    assert b"dOps" in opus[b"stsd"] and struct.pack(">BBHI", 0, 2, 312, RATE) in opus[b"stsd"]
    assert b"esds" in aac[b"stsd"] and b"\x05\x02\x11\x90" in aac[b"stsd"]


def test_more_sound_takes_more_frames_and_never_too_few() -> None:
    for coding in CODINGS.values():
        for seconds in (0.001, 0.02, 1.0, 7.7, 3600.0):
            held = frames_of(coding, seconds) * coding.samples
            assert 0 <= held - (round(seconds * RATE) + coding.delay) < coding.samples
