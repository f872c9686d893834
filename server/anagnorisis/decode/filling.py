"""AAC frames made longer, their sound the same: fill elements before their end (ISO 14496-3 §4.4.2.7)."""

FILL, END = 0b110, 0b111
SHORT, LONGEST = 14, 269
"""Bytes of a fill element whose length takes four bits, and of the longest whose length takes twelve."""


def filled(frame: bytes, size: int) -> bytes:
    """The frame in `size` bytes, for a decoder the same. Raises `ValueError` when it is longer or has no
    end.
    """
    value = int.from_bytes(frame)
    if len(frame) > size or not value:
        raise ValueError(f"a frame of {len(frame)} bytes does not fit into {size}")
    # The last bits that are set are those of the end mark; what follows only fills the byte.
    padding = (value & -value).bit_length() - 1
    said, bits = value >> (padding + 3), 8 * len(frame) - padding - 3
    room = 8 * size - bits - 3
    while room >= 7:
        count = (room - 7) // 8
        if count > SHORT:
            count = max(SHORT, min(LONGEST, (room - 15) // 8))
        said, used = _fill(said, count)
        bits, room = bits + used, room - used
    return ((said << 3 | END) << (8 * size - bits - 3)).to_bytes(size)


def _fill(said: int, count: int) -> tuple[int, int]:
    """`said` with a fill element of `count` zero bytes behind it, and how many bits that took."""
    if count <= SHORT:
        return ((said << 3 | FILL) << 4 | count) << 8 * count, 7 + 8 * count
    return (((said << 3 | FILL) << 4 | 15) << 8 | count - 14) << 8 * count, 15 + 8 * count
