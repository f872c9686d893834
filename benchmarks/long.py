"""`make test-long`: every Python test at its full counts, and the receipt that says what was run.

The figures are those that tests record as properties, with the numbers of tests and of failures.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from receipt import ROOT, arguments, conclude, results

KILLS = 50
FIGURE = "figure "
"""Begins the name of a property that is a figure; others are notes of pytest's plugins."""


def figures(report: Path) -> dict[str, float]:
    """What a JUnit report counts, and every property that a test recorded."""
    suites = list(ElementTree.parse(report).iter("testsuite"))  # pytest has just written it
    told = {
        name: float(sum(int(suite.get(name, "0")) for suite in suites))
        for name in ("tests", "failures", "errors", "skipped")
    }
    told["seconds"] = round(sum(float(suite.get("time", "0")) for suite in suites), 1)
    noted = {str(one.get("name")): one.get("value") for suite in suites for one in suite.iter("property")}
    return told | {
        name.removeprefix(FIGURE): float(str(value))
        for name, value in noted.items()
        if name.startswith(FIGURE)
    }


def main() -> int:
    """Run the tests; the receipt is written whatever came of them. Returns the exit status of pytest."""
    options, load = arguments(__doc__).parse_args(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        words = [
            "-W",
            "error",
            "-m",
            "pytest",
            "-q",
            "-m",
            "long or not long",
            f"--junitxml={report}",
            "tests",
        ]
        ended = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env={**os.environ, "KILLS": str(KILLS)}, check=False
        )
        conclude("test-long", figures(report), {}, options.json or results("test-long"), load)
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main())
