"""Looking at files with the core, one at a time."""

from collections.abc import Callable
from pathlib import Path

import pytest

from anagnorisis import _core

Look = Callable[[Path], _core.FileFacts]
IdOf = Callable[[Path], str]
Written = Callable[[str, bytes], Path]


@pytest.fixture
def look() -> Look:
    """What the core tells of one file."""

    def look(path: Path) -> _core.FileFacts:
        (facts,) = _core.read_files([bytes(path)], 1)
        return facts

    return look


@pytest.fixture
def id_of(look: Look) -> IdOf:
    """The id of a file that must be without a problem."""

    def id_of(path: Path) -> str:
        facts = look(path)
        assert facts.problem == "", f"{path.name} {facts.problem}"
        assert len(facts.id) == 32
        return facts.id

    return id_of


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write bytes to a new file of this name."""

    def written(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return written
