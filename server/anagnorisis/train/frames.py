"""What the child process of a head tells the server: one JSON line each, on its output."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from anagnorisis.domain import Trial


class Step(Struct, frozen=True, tag="step"):
    """So much is done and on disk: what is learned up to here survives the death of the process."""

    done: int
    total: int
    seconds: float
    """Of learning so far, those before a pause included."""


class Done(Struct, frozen=True, tag="done"):
    """All is done, and its files are in their place."""

    seconds: float
    trials: Sequence[Trial] = ()
    """Only after learning."""


class Failed(Struct, frozen=True, tag="failed"):
    """It cannot be done, for a reason fit to show."""

    reason: str


Line = Step | Done | Failed


def written(line: Line) -> bytes:
    """`line` as it goes through the pipe."""
    return msgspec.json.encode(line) + b"\n"


read = msgspec.json.Decoder(Line).decode
