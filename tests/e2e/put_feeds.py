"""A feed for the browser to read: `put_feeds.py SITE` prints one whose texts try to run scripts."""

import sys

from tests.feeds import entry, prose, rss
from tests.payloads import payloads

A_TEXT = 100
"""Payloads in one text."""


def main(site: str) -> None:
    """Print it; the first text is a calm one with a picture."""
    calm = f"<h2>Roses</h2><p>{prose(1)}</p><img src='{site}/rose.png' alt='A rose'><p>{prose(2)}</p>"
    told = [entry(0, title="Calm", link=f"{site}/calm", html=calm)]
    hostile = [text for _, text in payloads()]
    for number, at in enumerate(range(0, len(hostile), A_TEXT), 1):
        html = f"<p>{prose(number)}</p>" + "".join(hostile[at : at + A_TEXT])
        told.append(entry(number, title=f"Hostile {number}", link=f"{site}/{number}", html=html))
    sys.stdout.buffer.write(rss(told, "Garden news", site=f"{site}/"))


if __name__ == "__main__":
    main(sys.argv[1])
