"""`make bench`: every benchmark in turn, a receipt for each, then the tables of the READMEs."""

import subprocess
import sys
from pathlib import Path

from receipt import results

HERE = Path(__file__).parent


def main() -> None:
    """Run what is named on the command line, or everything; stop at the first that fails."""
    names = sys.argv[1:] or sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    for name in names:
        print(f"== {name}", flush=True)
        subprocess.run([sys.executable, HERE / f"bench_{name}.py", "--json", results(name)], check=True)
    subprocess.run([sys.executable, HERE / "tables.py"], check=True)


if __name__ == "__main__":
    main()
