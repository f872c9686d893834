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


def of_name(name: bytes) -> Modality | None:
    """The kind of the file called `name`, by its suffix, whatever its case; None for other files."""
    _, dot, suffix = name.rpartition(b".")
    return SUFFIXES.get(suffix.lower()) if dot else None
