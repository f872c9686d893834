"""The process of an export: `python -m anagnorisis.export.child`, asked by one JSON line, tells by lines.

Only here torch and transformers are imported, for they take gigabytes and seconds.
"""

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import msgspec

from anagnorisis.domain import AnagnorisisError, Refused
from anagnorisis.export.plan import Asked, planned

NEEDED = ("torch", "transformers", "onnx", "onnxscript", "onnxruntime")
MISSING = (
    "An export needs {}, which the extra `train` and the extra `cpu` or `gpu` bring: "
    "pip install 'anagnorisis[train,cpu]'"
)


def check_packages() -> None:
    """Raises `Refused` naming the packages that an export needs and that are not installed."""
    if missing := [name for name in NEEDED if not find_spec(name)]:
        raise Refused(MISSING.format(", ".join(missing)))


def main(asked_for: bytes) -> int:
    """0 when the folder is there."""
    asked = msgspec.json.decode(asked_for, type=Asked)
    try:
        check_packages()
        plan = planned(Path(asked.checkpoint))
        exporting = import_module("anagnorisis.export.exporting")
        told = exporting.export(asked, plan, lambda line: print(line, flush=True))
    except AnagnorisisError as error:
        print(error.what, file=sys.stderr)
        return 1
    print(f"{asked.into} holds {told.name}: {told.kind}, {told.content.width} numbers, under {told.licence}.")
    print(f"Take it in with: anagnorisis models import {asked.into}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].encode()))
