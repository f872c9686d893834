"""The kinds of media: one file a kind, and the table that says which file is of which."""

from anagnorisis.domain import Kind
from anagnorisis.modality.article import ARTICLE
from anagnorisis.modality.described import WIDTH, Described, Modality, Seen, Text
from anagnorisis.modality.image import IMAGE
from anagnorisis.modality.music import MUSIC

__all__ = ["MODALITIES", "SUFFIXES", "WIDTH", "Described", "Modality", "Seen", "Text", "of_name"]

MODALITIES: dict[Kind, Modality] = {"music": MUSIC, "image": IMAGE, "article": ARTICLE}
SUFFIXES: dict[bytes, Modality] = {
    suffix.encode(): modality for modality in MODALITIES.values() for suffix in modality.suffixes
}


ABOUT_ITS_FOLDER = b"readme"
"""A file of this name speaks of the folder it lies in; it is nothing to rate."""


def of_name(path: bytes) -> Modality | None:
    """The kind of the file at `path`, by its suffix, whatever its case; None for a README and other files."""
    stem, dot, suffix = path.rpartition(b"/")[2].lower().rpartition(b".")
    return SUFFIXES.get(suffix) if dot and stem != ABOUT_ITS_FOLDER else None
