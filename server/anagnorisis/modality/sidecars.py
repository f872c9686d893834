"""What a person wrote beside a file: `name.ext.meta`, plain text that is searched and shown nowhere."""

import os
from pathlib import Path

SUFFIX = b".meta"
MOST_LINES, MOST_CHARACTERS = 300, 30_000
MOST_BYTES = 4 * MOST_CHARACTERS


def subject(path: bytes) -> bytes | None:
    """The path of the file that a sidecar at `path` is about; None for any other file."""
    return path[: -len(SUFFIX)] if path.lower().endswith(SUFFIX) and path[: -len(SUFFIX)] else None


def words_beside(path: bytes) -> str:
    """What the sidecar of the file at the absolute `path` says, its first 300 lines and 30,000 characters.

    Empty without one, and where it cannot be read. Blocks.
    """
    try:
        with Path(os.fsdecode(path + SUFFIX)).open("rb") as sidecar:
            said = sidecar.read(MOST_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return ""
    return "\n".join(said[:MOST_CHARACTERS].splitlines()[:MOST_LINES]).replace("\0", " ").strip()
