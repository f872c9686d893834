"""Pages for the browser to read, as JSON of path → HTML: a calm one, and one that tries to run scripts."""

import json
import sys

from tests.pages import LAZY, page
from tests.payloads import payloads


def main() -> None:
    """Print them."""
    hostile = "".join(f"<p>{text}</p>" for _, text in payloads())
    told = {
        "/calm": page(title="Calm roses", inside=LAZY),
        "/hostile": page(2, title="Hostile roses", inside=hostile),
    }
    json.dump({path: body.decode() for path, body in told.items()}, sys.stdout)


if __name__ == "__main__":
    main()
