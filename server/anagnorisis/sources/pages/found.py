"""What a page says, whichever engine found it out."""

from typing import Literal, get_args

from msgspec import Struct

Engine = Literal["usual", "trafilatura", "readability", "whole"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
"""In the order they are tried where somebody says that a text is wrong. `usual`: trafilatura for the words,
readability for what is shown; then either for both; `whole`: all that the page has, menus too."""


class Found(Struct, frozen=True):
    """The article of a page."""

    address: str
    """The one that the page gives as its own, on the same site; else empty."""
    title: str
    author: str
    published: int | None
    """Unix seconds."""
    language: str
    """As the page says it (`en-GB`), empty when it does not."""
    engine: Engine
    plain: str
    """Its words alone, a paragraph a line; empty where those of `html` are meant."""
    raw: str
    """HTML as the engine gave it."""
    html: str
    """The same, made safe; a picture is `picture/MARK`, below the address of the text."""
    pictures: dict[str, str]
    """Mark → address."""
    note: str = ""
    """What is missing of it, as a sentence; empty when nothing is known to be."""


def next_engine(engine: Engine) -> Engine:
    """The one to try after `engine` was wrong; after the last the first again."""
    return ENGINES[(ENGINES.index(engine) + 1) % len(ENGINES)]
