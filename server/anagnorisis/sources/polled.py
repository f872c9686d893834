"""What a source of the web shows the library: entries since the last time, and when to ask again."""

from typing import Literal, Protocol

from msgspec import Struct

from anagnorisis.egress.client import Egress
from anagnorisis.sources.feeds.reader import Reader
from anagnorisis.sources.feeds.told import Told


class Known(Struct, frozen=True):
    """What is known of a source before it is asked."""

    address: str
    answered: str = ""
    """The address that gave the two validators, which are good for no other."""
    etag: str = ""
    modified: str = ""
    failures: int = 0
    """In a row."""
    weekly: int = 0
    """Entries of the last seven days."""
    ttl_s: int = 0
    """For how long it said last that nothing new need be expected."""


class Answered(Struct, frozen=True):
    """What came of asking. A failure is an answer too."""

    state: Literal["new", "same", "failed", "ended"]
    again_s: int
    """Seconds until it is asked again."""
    told: Told | None = None
    """Of `new`."""
    problem: str = ""
    """Of `failed` and `ended`, in plain words."""
    moved: str = ""
    """Its address from now on, if it moved for good."""
    answered: str = ""
    etag: str = ""
    modified: str = ""


class PolledType(Protocol):
    """How the house asks a source of one type that it cannot watch."""

    async def ask(self, egress: Egress, reader: Reader, known: Known, now: int) -> Answered:
        """Ask for what is new. Raises `SwitchedOff` when nobody allowed it; nothing else of the outside."""
