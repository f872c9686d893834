"""What the house writes down about itself: to the console, and to files that rotate; never a secret."""

import logging
import logging.handlers
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Literal

Level = Literal["debug", "info", "warning", "error"]

FOLDER, NAME = "logs", "anagnorisis.log"
LARGEST = 4 * 1024 * 1024
KEPT = 5
"""Older files beside the newest one."""
FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"
OURS = "anagnorisis"
"""Only our own loggers follow the level; libraries speak from warnings up: further down they print it all."""

HIDDEN = "[hidden]"
SECRETS = (
    re.compile(r"(__Host-[\w-]+=)[^;\s\"']+"),
    re.compile(r"((?:authorization|cookie|proxy-authorization)[\"']?\s*[:=]\s*b?[\"']?)[^\r\n\"']+", re.I),
    re.compile(r"([?&#](?:c|code|token|key|api_?key|secret|password|sig|signature)=)[^&\s\"'<>]+", re.I),
    re.compile(r"([a-z][a-z0-9+.-]*://)[^/@\s]+(?=@)", re.I),
    re.compile(r"()(?<![-\w])[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}(?![-\w])"),  # a one-time code
)


class Discreet(logging.Formatter):
    """Hides what would let somebody in, in messages and tracebacks alike."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a text in which secrets are replaced."""
        text = super().format(record)
        for secret in SECRETS:
            text = secret.sub(rf"\1{HIDDEN}", text)
        return text


class _Private(logging.handlers.RotatingFileHandler):
    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding=self.encoding, opener=_opened)


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def to_console(level: Level = "warning") -> None:
    """Write from `level` up to stderr."""
    root = logging.getLogger()
    if not root.handlers:
        _hear(logging.StreamHandler())
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(level.upper())


@contextmanager
def to_files(data: Path) -> Iterator[None]:
    """Write the same to `<data>/logs` while the block runs, where only the owner can read it.

    Without room for it this says so on the console, and goes on.
    """
    folder = data / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        file = _Private(folder / NAME, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8")
    except OSError as error:
        logging.getLogger(__name__).warning("No log is kept in %s: %s.", folder, error)
        yield
        return
    _hear(file)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(file)
        file.close()


def _hear(handler: logging.Handler) -> None:
    handler.setFormatter(Discreet(FORM))
    logging.getLogger().addHandler(handler)
