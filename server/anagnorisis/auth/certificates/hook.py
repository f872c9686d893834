"""A program of the owner's that puts the authority's question into DNS, and takes it away again."""

import logging
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anagnorisis.domain import BadValue

PATIENCE_S = 600.0
"""A hook waits until its record is seen everywhere, which takes minutes with some providers."""
log = logging.getLogger(__name__)


@contextmanager
def answered(hook: Path, name: str, value: str) -> Iterator[None]:
    """A TXT record `name` with `value` while the block runs: `HOOK present NAME VALUE`, then `HOOK cleanup`.

    Raises `BadValue` when the hook does not put it there.
    """
    _run(hook, "present", name, value)
    try:
        yield
    finally:
        try:
            _run(hook, "cleanup", name, value)
        except BadValue as error:
            log.warning("A record was left in DNS: %s", error)


def _run(hook: Path, verb: str, name: str, value: str) -> None:
    try:
        done = subprocess.run(
            [hook, verb, name, value], capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise BadValue(f"{hook} {verb} {name} did not end within {PATIENCE_S:.0f} s.") from error
    except OSError as error:
        raise BadValue(f"The hook {hook} cannot be run: {error.strerror}. Is it executable?") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-300:]
        raise BadValue(f"{hook} {verb} {name} ended with {done.returncode}: {said or 'it said nothing'}.")
