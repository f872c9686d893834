"""Where items come from: one file a type of source, and the tables of them.

What lies on this machine is looked at and watched (`SOURCES`); what is on the web is asked (`POLLED`).
"""

from anagnorisis.sources.feed import FEED
from anagnorisis.sources.folder import FOLDER
from anagnorisis.sources.found import EVERYWHERE, Found, Sight, SourceType, Watch
from anagnorisis.sources.polled import Answered, Known, PolledType

__all__ = [
    "EVERYWHERE",
    "POLLED",
    "SOURCES",
    "Answered",
    "Found",
    "Known",
    "PolledType",
    "Sight",
    "SourceType",
    "Watch",
]

SOURCES: dict[str, SourceType] = {"folder": FOLDER}
POLLED: dict[str, PolledType] = {"feed": FEED}
