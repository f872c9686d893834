"""What the server and its worker process say to each other: four bytes of length, then msgpack."""

from typing import Literal

import msgspec
from msgspec import Struct

from anagnorisis.domain import Again
from anagnorisis.embed import EmbedderSpec

LENGTH_BYTES = 4
LOADED = -1
"""The index of an answer that says: the embedder of this kind stands ready, and the items' answers follow."""
BROKEN, OUT_OF_MEMORY = 70, 71
"""Exit codes of the process: an error nobody foresaw; more memory asked for than it may have."""


What = Literal["items", "words", "trial"]
"""What the things of a batch are: items; phrases in UTF-8, for an embedder that knows words; nothing, as the
embedder is to be tried on things of its own. Of a trial the answer's row is a `Cost` as JSON."""


class Task(Struct, frozen=True, array_like=True):
    """A batch for one embedder: numbered paths, or texts in UTF-8 (articles)."""

    spec: EmbedderSpec
    items: list[tuple[int, bytes]]
    what: What = "items"


class Answer(Struct, frozen=True, array_like=True):
    """One item's vector as little-endian f16, or the reason why it has none. Answers come in any order.

    `mark` is that of a picture, for finding its near-duplicates. Where the index is `LOADED`, the row says on
    what the embedder runs, or the reason why it cannot be used.
    """

    index: int
    row: bytes = b""
    reason: str = ""
    again: Again = "never"
    mark: int | None = None


class Made(Struct, frozen=True):
    """What was made of one item: its vector, and its mark if it is a picture."""

    row: bytes
    mark: int | None = None


def framed(message: Task | Answer) -> bytes:
    """`message` as it goes through the pipe."""
    body = msgspec.msgpack.encode(message)
    return len(body).to_bytes(LENGTH_BYTES, "little") + body


task = msgspec.msgpack.Decoder(Task).decode
answer = msgspec.msgpack.Decoder(Answer).decode
