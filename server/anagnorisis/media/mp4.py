"""The beginning of an MP4 file whose frames are all of one size: it is known before any of them is made.

So whoever plays it knows its length at once and may ask for any part of it (ISO 14496-12; Opus in ISO BMFF).
"""

import struct

from anagnorisis.decode.codings import CHANNELS, RATE, Coding

CHUNK = 50
"""Frames in a chunk: about a second."""
TRACK = 1
UNITY = struct.pack(">9i", 0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000)
UNDETERMINED = 0x55C4
"""The language "und", five bits a letter."""


def beginning(coding: Coding, frames: int, samples: int) -> bytes:
    """Everything before the frames, of which there are `frames`; `samples` of them are to be heard."""
    brand = _box(b"ftyp", b"M4A \0\0\0\0M4A isomiso2")
    data = struct.pack(">I4s", 8 + frames * coding.size, b"mdat")
    length = len(brand) + len(_movie(coding, frames, samples, 0)) + len(data)
    return brand + _movie(coding, frames, samples, length) + data


def _movie(coding: Coding, frames: int, samples: int, first: int) -> bytes:
    head = struct.pack(">IIIIIH10x", 0, 0, RATE, samples, 0x1_0000, 0x100) + UNITY + bytes(24)
    return _box(
        b"moov", _full(b"mvhd", head + struct.pack(">I", TRACK + 1)), _track(coding, frames, samples, first)
    )


def _track(coding: Coding, frames: int, samples: int, first: int) -> bytes:
    head = struct.pack(">IIIIIQhhhH", 0, 0, TRACK, 0, samples, 0, 0, 0, 0x100, 0) + UNITY + bytes(8)
    edits = struct.pack(">IIiI", 1, samples, coding.delay, 0x1_0000)
    media = _box(
        b"mdia",
        _full(b"mdhd", struct.pack(">IIIIHH", 0, 0, RATE, frames * coding.samples, UNDETERMINED, 0)),
        _full(b"hdlr", struct.pack(">4x4s12x", b"soun") + b"\0"),
        _box(
            b"minf",
            _full(b"smhd", bytes(4)),
            _box(b"dinf", _full(b"dref", struct.pack(">I", 1), _full(b"url ", flags=1))),
            _table(coding, frames, first),
        ),
    )
    return _box(b"trak", _full(b"tkhd", head, flags=3), _box(b"edts", _full(b"elst", edits)), media)


def _table(coding: Coding, frames: int, first: int) -> bytes:
    chunks, last = -(-frames // CHUNK), (frames - 1) % CHUNK + 1
    runs = [(1, CHUNK, 1), (chunks, last, 1)] if last < CHUNK and chunks > 1 else [(1, min(CHUNK, frames), 1)]
    offsets = [first + chunk * CHUNK * coding.size for chunk in range(chunks)]
    return _box(
        b"stbl",
        _full(b"stsd", struct.pack(">I", 1), _entry(coding)),
        _full(b"stts", struct.pack(">III", 1, frames, coding.samples)),
        _full(b"stsc", struct.pack(">I", len(runs)), *(struct.pack(">III", *run) for run in runs)),
        _full(b"stsz", struct.pack(">II", coding.size, frames)),
        _full(b"stco", struct.pack(f">I{chunks}I", chunks, *offsets)),
    )


def _entry(coding: Coding) -> bytes:
    """How the frames are coded."""
    sound = struct.pack(">6xH8xHH4xI", 1, CHANNELS, 16, RATE << 16)
    if coding.codec == "libopus":
        return _box(
            b"Opus", sound, _box(b"dOps", struct.pack(">BBHIhB", 0, CHANNELS, coding.delay, RATE, 0, 0))
        )
    config = struct.pack(">H", 2 << 11 | 3 << 7 | CHANNELS << 3)  # AAC-LC, 48 kHz, two channels
    decoder = struct.pack(">BBxHII", 0x40, 0x15, 0, coding.bit_rate, coding.bit_rate) + _described(5, config)
    stream = struct.pack(">HB", TRACK, 0) + _described(4, decoder) + _described(6, b"\x02")
    return _box(b"mp4a", sound, _full(b"esds", _described(3, stream)))


def _described(tag: int, body: bytes) -> bytes:
    return bytes((tag, len(body))) + body


def _full(name: bytes, *bodies: bytes, flags: int = 0) -> bytes:
    return _box(name, struct.pack(">I", flags), *bodies)


def _box(name: bytes, *bodies: bytes) -> bytes:
    return struct.pack(">I4s", 8 + sum(map(len, bodies)), name) + b"".join(bodies)
