"""`make bench`: every benchmark in turn, a receipt for each, then the tables of the READMEs."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from receipt import machine

HERE = Path(__file__).parent


def main() -> None:
    """Run what is named on the command line, or everything; stop at the first that fails."""
    facts = machine()
    label = re.sub(r"[^a-z0-9]+", "-", str(facts["cpu"]).lower()).strip("-")[:24].strip("-")
    label = f"{datetime.now(UTC):%Y-%m-%d}-{label}-{facts['cores']}c"
    names = sys.argv[1:] or sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    for name in names:
        print(f"== {name}", flush=True)
        receipt = HERE / "results" / f"{label}-{name}.json"
        subprocess.run([sys.executable, HERE / f"bench_{name}.py", "--json", receipt], check=True)
    subprocess.run([sys.executable, HERE / "tables.py"], check=True)


if __name__ == "__main__":
    main()
