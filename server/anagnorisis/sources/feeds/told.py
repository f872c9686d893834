"""What a feed says, whatever dialect it says it in."""

from msgspec import Struct

CLEANER = 1
"""Version of the rules by which texts are made safe; texts of an older one are cleaned again."""


class Media(Struct, frozen=True, omit_defaults=True):
    """What an entry has to play, as its feed tells of it."""

    address: str = ""
    type: str = ""
    bytes: int = 0
    seconds: float = 0.0
    chapters: str = ""
    picture: str = ""


class Entry(Struct, frozen=True):
    """One entry of a feed, its text made safe."""

    guid: str
    link: str
    title: str
    author: str
    published: int | None
    """Unix seconds."""
    tags: tuple[str, ...]
    raw: str
    """HTML as it came."""
    html: str
    """The same, made safe; a picture is `picture/MARK`, below the address of the text."""
    pictures: dict[str, str]
    """Mark → address."""
    media: Media


class Told(Struct, frozen=True):
    """A feed as it stands now."""

    title: str
    site: str
    entries: tuple[Entry, ...]
    ttl_s: int = 0
    """For how long the feed says that nothing new need be expected."""
    careful: bool = False
    """Whether the slow, forgiving parser had to read it."""


class Offer(Struct, frozen=True):
    """A feed that a page says it has."""

    address: str
    title: str


class Page(Struct, frozen=True):
    """What a page says about its feeds and its small picture."""

    title: str
    offers: tuple[Offer, ...]
    icon: str


class Outline(Struct, frozen=True):
    """A feed as a list of feeds names it."""

    address: str
    title: str
    folder: str
    """Names of folders, the outermost first, with slashes between."""


class Cleaned(Struct, frozen=True):
    """A text made safe anew."""

    html: str
    pictures: dict[str, str]
