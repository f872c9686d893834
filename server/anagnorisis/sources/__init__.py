"""Where items come from: one file a type of source, and the table of them."""

from anagnorisis.sources.folder import FOLDER
from anagnorisis.sources.found import EVERYWHERE, Found, Sight, SourceType, Watch

__all__ = ["EVERYWHERE", "SOURCES", "Found", "Sight", "SourceType", "Watch"]

SOURCES: dict[str, SourceType] = {"folder": FOLDER}
