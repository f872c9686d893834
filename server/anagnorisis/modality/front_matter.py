"""The block of `name: value` lines that notes and static sites put on top of a Markdown file."""

import re

from msgspec import Struct

_BLOCK = re.compile(r"\A---[^\S\n]*\n(.{0,20000}?)\n(?:---|\.\.\.)[^\S\n]*(?:\n|\Z)", re.DOTALL)
_LINE = re.compile(r"^([A-Za-z_]+):[^\S\n]*(.*)$", re.MULTILINE)
_LIST = re.compile(r"^(?:tags|keywords):[^\S\n]*\n((?:[^\S\n]*-[^\n]*\n?)+)", re.MULTILINE | re.IGNORECASE)


class Said(Struct, frozen=True):
    """What front matter says of its text; empty where it says nothing."""

    title: str = ""
    author: str = ""
    date: str = ""
    tags: tuple[str, ...] = ()


def split(text: str) -> tuple[Said, str]:
    """What the block on top of `text` says, and the text below it. Without a block all is text."""
    block = _BLOCK.match(text)
    if block is None or not _LINE.search(block.group(1)):
        return Said(), text
    values = {name.lower(): _bare(value) for name, value in _LINE.findall(block.group(1))}
    listed = _LIST.search(block.group(1) + "\n")
    tags = (
        [line.strip().removeprefix("-") for line in listed.group(1).splitlines()]
        if listed
        else (values.get("tags") or values.get("keywords") or "").strip("[]").split(",")
    )
    said = Said(
        title=values.get("title", ""),
        author=values.get("author", ""),
        date=values.get("date", ""),
        tags=tuple(bare for tag in tags if (bare := _bare(tag))),
    )
    return said, text[block.end() :]


def _bare(value: str) -> str:
    return value.strip().strip("\"'").strip()
