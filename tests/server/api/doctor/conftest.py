"""Broken set-ups, and what the doctor says of them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from anagnorisis.api.doctor.finding import Finding

Told = Callable[[Sequence[Finding]], str]


@pytest.fixture
def told() -> Told:
    """The findings as they are printed."""
    return lambda findings: "\n".join(map(str, findings))


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`programs(ufw="…")` makes that the only program of this machine, and lets it print that."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def install(**said: str) -> None:
        for name, output in said.items():
            path = folder / name.replace("_", "-")
            path.write_text(
                f"#!/bin/sh\nwhile read -r line; do echo \"$line\"; done <<'END'\n{output}\nEND\n"
            )
            path.chmod(0o755)

    return install
