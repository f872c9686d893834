"""`models export`: what can be refused without torch is; the child does the rest, and its lines are shown."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from anagnorisis.domain import BadValue, Refused
from anagnorisis.export.child import check_packages
from anagnorisis.export.plan import Asked, licence_of, planned

NOT_DONE = "The export was not done; the lines above say why."


def check(into: Path) -> None:
    """Raises `Refused` with what would end an export, before gigabytes are fetched for it."""
    if into.exists():
        raise Refused(f"{into} is there already. Choose another folder.")
    check_packages()


def run(
    checkpoint: Path,
    into: Path,
    *,
    name: str,
    licence: str,
    source: str,
    eight_bits: bool,
    given: Path | None = None,
    made_by: Mapping[str, str] | None = None,
) -> None:
    """Put the checkpoint in a folder into the new folder `into`, as `models import` takes it.

    Raises `BadValue` and `Refused` with what is wrong with the checkpoint, and `Refused` when nothing came.
    """
    planned(checkpoint)
    if given and not given.exists():
        raise BadValue(f"There is nothing at {given}. Name a folder or a file with --on.")
    licence = licence or licence_of(checkpoint)
    if not licence:
        raise BadValue(
            f"{checkpoint} has no model card that states a licence. Say under which terms the weights may be "
            "used, as in --licence Apache-2.0."
        )
    asked = Asked(
        checkpoint=str(checkpoint),
        into=str(into),
        name=name or checkpoint.name,
        licence=licence,
        source=source or f"exported from {checkpoint.name}",
        eight_bits=eight_bits,
        given=str(given or ""),
        made_by=dict(made_by or {}),
    )
    command = [sys.executable, "-m", "anagnorisis.export.child", msgspec.json.encode(asked).decode()]
    if subprocess.run(command, check=False).returncode:
        raise Refused(NOT_DONE)
