"""Bodies unpacked in small pieces: what is packed a thousandfold is noticed before it fills the memory."""

import zlib
from collections.abc import Callable, Iterator

from anagnorisis.egress.refusals import Unreachable

ACCEPTED = "gzip"
PIECE = 64 * 1024
"""Most bytes that come out at a time."""
GZIP = 16 + zlib.MAX_WBITS
MAGIC = b"\x1f\x8b"


class Plain:
    """A body as it is."""

    def feed(self, packed: bytes) -> Iterator[bytes]:
        """What `packed` holds."""
        yield packed

    def finish(self) -> None:
        """The body is at its end."""


class Gzip:
    """RFC 1952, with further members as servers that pack in pieces send them; padding is ignored."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(GZIP)
        self._begun = False

    def feed(self, packed: bytes) -> Iterator[bytes]:
        """What is in `packed`, at most `PIECE` bytes at a time. Raises `Unreachable` for what is no gzip."""
        self._begun = self._begun or bool(packed)
        full = False
        try:
            while packed or full:
                if self._member.eof:
                    if not packed or not MAGIC.startswith(packed[:2]):
                        return
                    self._member = zlib.decompressobj(GZIP)
                piece = self._member.decompress(packed, PIECE)
                packed = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
                full = len(piece) == PIECE
                yield piece
        except zlib.error as error:
            raise Unreachable("The answer is damaged: it cannot be unpacked.") from error

    def finish(self) -> None:
        """Raises `Unreachable` when the body ended in the middle."""
        if self._begun and not self._member.eof:
            raise Unreachable("The answer broke off in the middle.")


CODINGS: dict[str, Callable[[], Plain | Gzip]] = {"": Plain, "identity": Plain, "gzip": Gzip, "x-gzip": Gzip}


def unpacking(coding: str) -> Plain | Gzip:
    """How a body of this `Content-Encoding` is unpacked. Raises `Unreachable` for one nobody asked for."""
    made = CODINGS.get(coding.strip().lower())
    if made is None:
        raise Unreachable(f"The answer is packed as “{coding[:40]}”, which was not asked for.")
    return made()
