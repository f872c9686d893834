"""Pictures that a page loads only when they are scrolled to become plain ones."""

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

LATER = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "data-hi-res-src",
    "data-full-src",
    "data-image",
    "data-url",
)
LATER_SETS = ("data-srcset", "data-lazy-srcset", "data-original-set")
STAND_IN = re.compile(
    r"^$|^(?:data|about|blob):|(?:^|[/_.-])(?:placeholder|blank|spacer|lazy|loading|transparent|pixel|1x1)"
    r"[^/]*\.(?:gif|png|svg|jpe?g|webp)(?:\?|$)",
    re.IGNORECASE,
)
CANDIDATE = re.compile(r"([^\s,]\S*[^\s,])(?:\s+([\d.]+)([wx]))?\s*(?:,|$)")
WIDEST = 1600
"""Pixels; a wider one of a set is taken only where there is no other."""
LONGEST = 4000
"""Characters of a set of addresses that are read."""
FRAMES = 5
"""Blocks around a picture that are looked at."""
SAID = 120
"""Characters beside a picture, above which a `noscript` is words for people without scripts."""


def promote(root: HtmlElement) -> None:
    """Give every picture below `root` the address that a script would; drop the ones nobody sees."""
    for image in [*root.iter("img")]:
        if address := _address(image):
            image.set("src", address)
    for block in [*root.iter("noscript")]:
        _unwrap(block)
    for image in [*root.iter("img")]:
        if _unseen(image):
            image.drop_tree()
        elif (frame := _frame(image)) is not None:
            frame.tag = "figure"  # an engine takes a block without words for one without meaning


def chosen(written: str) -> str:
    """The address of a `srcset` that suits a reader best, empty without one."""
    found, whole = [], written.strip()
    read = whole if len(whole) <= LONGEST else whole[:LONGEST].rpartition(",")[0]
    for match in CANDIDATE.finditer(read):
        wide = float(match[2] or 1) * (800 if match[3] == "x" or not match[3] else 1)
        found.append((wide > WIDEST, -wide if wide <= WIDEST else wide, match[1]))
    return min(found)[2] if found else ""


def _address(image: HtmlElement) -> str:
    said = [image.get(name, "").strip() for name in LATER]
    said += [chosen(image.get(name, "")) for name in LATER_SETS]
    said.append(image.get("src", "").strip())
    said += [chosen(image.get("srcset", "")), *_around(image)]
    return next((one for one in said if not STAND_IN.search(one) and not one.startswith("{")), "")


def _around(image: HtmlElement) -> Iterator[str]:
    """What the other sources of a `picture` offer."""
    picture = next(image.iterancestors("picture"), None)
    for source in picture.iter("source") if picture is not None else ():
        yield from (chosen(source.get(name, "")) for name in (*LATER_SETS, "srcset"))


def _unseen(image: HtmlElement) -> bool:
    sides = {image.get("width", "").strip(), image.get("height", "").strip()}
    return bool(sides & {"0", "1"}) or STAND_IN.search(image.get("src", "").strip()) is not None


def _frame(image: HtmlElement) -> HtmlElement | None:
    """The widest block that has this picture and nothing else; None where there is none."""
    found = None
    for block in islice(image.iterancestors(), FRAMES):
        if (
            block.tag not in ("div", "picture", "source", "span", "a")
            or len([*islice(block.iter("img"), 2)]) > 1
        ):
            break
        if any(text.strip() for text in block.itertext()):
            break
        found = block if block.tag == "div" else found
    return found


def _unwrap(block: HtmlElement) -> None:
    """A picture that only those without scripts get stands for the empty one before it."""
    inside = [one for one in block.iter("img") if not STAND_IN.search(one.get("src", "").strip())]
    if not inside or len("".join(block.itertext())) > SAID:
        return
    before = block.getprevious()
    waiting = [] if before is None or not isinstance(before.tag, str) else [*before.iter("img")]
    if waiting and not STAND_IN.search(waiting[-1].get("src", "").strip()):
        return
    if waiting:
        waiting[-1].drop_tree()
    block.tag = "span"
