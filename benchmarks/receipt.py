"""The receipt of a benchmark: what was run, on which machine, when, under what load, and what came out."""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def arguments(about: str | None) -> argparse.ArgumentParser:
    """A parser that knows `--json FILE`, which every benchmark takes."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the receipt here")
    return parser


def machine() -> dict[str, Any]:
    """Processor, cores and memory (GiB) of this machine, without its name."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line
        ]
        cpu = named[0] if named else cpu
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"cpu": cpu, "cores": os.cpu_count(), "memory": round(memory, 1)}


def results(name: str) -> Path:
    """Where the receipt of `name` is kept: by day, machine and name."""
    facts = machine()
    label = re.sub(r"[^a-z0-9]+", "-", str(facts["cpu"]).lower()).strip("-")[:24].strip("-")
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    return ROOT / "benchmarks/results" / f"{day}-{label}-{facts['cores']}c-{name}.json"


def conclude(
    name: str,
    figures: dict[str, Any],
    ratios: dict[str, float | str],
    json_file: Path | None,
    load: float,
    more: dict[str, Any] | None = None,
) -> None:
    """Print the figures as a table and write the receipt if a file was asked for.

    `load`: before the run. `more` stands in the receipt beside the figures.
    """
    told = [*flat(figures), *ratios.items()]
    width = max(len(key) for key, _ in told)
    for key, value in told:
        shown = value if isinstance(value, str) else f"{value:,.3f}"
        print(f"{key:<{width}}  {shown}")
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    receipt = {
        "name": name,
        "command": " ".join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *_public(sys.argv[1:])]),
        "commit": commit.stdout.strip() or "unknown",
        "machine": machine(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "load": round(load, 2),
        "figures": figures,
        "ratios": ratios,
        **(more or {}),
    }
    if json_file:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(receipt, indent=2) + "\n", "utf-8")
        print(f"receipt: {json_file.name}")


def flat(figures: dict[str, Any], before: str = "") -> Iterator[tuple[str, float | str]]:
    """Every number with the names that lead to it, joined by spaces."""
    for name, value in figures.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{name} ")
        else:
            yield before + name, value


def _public(words: list[str]) -> list[str]:
    """The command's words with only the last part of each path, which is all that others can use."""
    return [Path(word).name if "/" in word else word for word in words]
