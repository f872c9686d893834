"""Pictures as phones keep them: HEIF files around HEVC frames, put together box by box."""

import re
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from msgspec import Struct
from PIL import Image

VIDEO_SET = 32
"""The type of the unit that tells of a whole video; those of sequences and pictures follow it."""


class Coded(Struct, frozen=True):
    """One HEVC frame: what a decoder is set up by, and the frame."""

    setup: bytes
    frame: bytes


def coded(image: Image.Image) -> Coded:
    """`image`, of even width and height, as one HEVC frame."""
    codec = av.CodecContext.create("libx265", "w")
    codec.width, codec.height, codec.pix_fmt = image.width, image.height, "yuv420p"
    codec.time_base = Fraction(1, 1)
    codec.options = {"x265-params": "log-level=none:info=0:crf=8"}
    frame = av.VideoFrame.from_ndarray(np.asarray(image.convert("RGB")), "rgb24")
    frame.pts = 0
    stream = b"".join(bytes(packet) for packet in [*codec.encode(frame), *codec.encode(None)])
    units = [unit for unit in re.split(b"\0*\0\0\x01", stream) if unit]
    slices = [unit for unit in units if _type(unit) < 32]
    return Coded(_setup(units), b"".join(struct.pack(">I", len(unit)) + unit for unit in slices))


def _type(unit: bytes) -> int:
    return unit[0] >> 1 & 63


def _setup(units: list[bytes]) -> bytes:
    """The decoder configuration (ISO/IEC 14496-15, 8.3.3.1) of a stream of 8 bits and 4:2:0."""
    video = next(unit for unit in units if _type(unit) == VIDEO_SET).replace(b"\0\0\3", b"\0\0")
    sets = [unit for unit in units if _type(unit) in (VIDEO_SET, VIDEO_SET + 1, VIDEO_SET + 2)]
    head = struct.pack(">B12sHBBBBHBB", 1, video[6:18], 0xF000, 0xFC, 0xFD, 0xF8, 0xF8, 0, 0x0F, len(sets))
    return head + b"".join(struct.pack(">BHH", 0x80 | _type(one), 1, len(one)) + one for one in sets)


def box(name: bytes, *parts: bytes) -> bytes:
    """A box of that name around `parts`."""
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + name + body


def full(name: bytes, version: int, *parts: bytes, flags: int = 0) -> bytes:
    """A box with a version and flags."""
    return box(name, struct.pack(">I", version << 24 | flags), *parts)


def heif(
    image: Image.Image,
    *,
    tiles: int = 1,
    exif: bytes = b"",
    quarters: int = 0,
    brand: bytes = b"heic",
    shuffled: bool = False,
    padding: int = 0,
) -> bytes:
    """`image` as a HEIF file, in `tiles` side by side, to be turned left by so many `quarters` when shown.

    `shuffled` has the parts of the file in another order, `padding` is free space before them.
    """
    wide = image.width // tiles
    frames = [coded(image.crop((n * wide, 0, n * wide + wide, image.height))) for n in range(tiles)]
    parts = {n + 1: frame.frame for n, frame in enumerate(frames)}
    kinds = dict.fromkeys(parts, b"hvc1")
    primary, references = 1, b""
    if tiles > 1:
        primary = tiles + 1
        parts[primary] = struct.pack(">BBBBHH", 0, 0, 0, tiles - 1, image.width, image.height)
        kinds[primary] = b"grid"
        told = struct.pack(f">HH{tiles}H", primary, tiles, *range(1, tiles + 1))
        references = full(b"iref", 0, box(b"dimg", told))
    if exif:
        parts[primary + 1] = struct.pack(">I", 0) + exif
        kinds[primary + 1] = b"Exif"
    spread = [
        box(b"hvcC", frames[0].setup),
        full(b"ispe", 0, struct.pack(">II", wide, image.height)),
        full(b"ispe", 0, struct.pack(">II", image.width, image.height)),
        box(b"irot", bytes([quarters])),
    ]
    has = {n: [0x81, 2] for n in range(1, tiles + 1)}
    has[primary] = [0x81, 3, 0x84] if tiles == 1 else [3, 0x84]
    told = b"".join(struct.pack(">HB", n, len(some)) + bytes(some) for n, some in sorted(has.items()))
    described = [
        full(b"hdlr", 0, bytes(4), b"pict", bytes(13)),
        full(b"pitm", 0, struct.pack(">H", primary)),
        full(b"iinf", 0, struct.pack(">H", len(kinds)), *[_info(n, kind) for n, kind in kinds.items()]),
        references,
        box(b"iprp", box(b"ipco", *spread), full(b"ipma", 0, struct.pack(">I", len(has)), told)),
    ]
    head = box(b"ftyp", brand, bytes(4), b"mif1", brand) + (box(b"free", bytes(padding)) if padding else b"")
    order = sorted(parts, reverse=shuffled)
    empty = full(b"meta", 0, *described, _located(order, parts, 0))
    start = len(head) + len(empty) + 8
    meta = full(b"meta", 0, *described, _located(order, parts, start))
    return head + meta + box(b"mdat", *[parts[n] for n in order])


def _info(number: int, kind: bytes) -> bytes:
    return full(b"infe", 2, struct.pack(">HH", number, 0), kind, b"\0")


def _located(order: list[int], parts: dict[int, bytes], start: int) -> bytes:
    rows = b""
    for number in order:
        rows += struct.pack(">HHHII", number, 0, 1, start, len(parts[number]))
        start += len(parts[number])
    return full(b"iloc", 0, struct.pack(">HH", 0x4400, len(order)), rows)


def make_heif(path: Path, image: Image.Image, **asked: object) -> Path:
    """The same as a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(heif(image, **asked))  # type: ignore[arg-type]
    return path
