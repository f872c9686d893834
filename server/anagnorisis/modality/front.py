"""What is on the front of what is no picture itself: the cover of a track, the first page of a document."""

from anagnorisis.modality import article, of_name
from anagnorisis.modality.music import cover_bytes


def front(path: bytes, side: int) -> bytes | None:
    """The picture on the front of the file at the absolute `path`, None without one; `side` is the longer
    side wanted of what is drawn for it. Blocks. Raises `Unreadable` for a document that is broken.
    """
    modality = of_name(path)
    if modality and modality.kind == "article":
        return article.face(path, side)
    return cover_bytes(path)
