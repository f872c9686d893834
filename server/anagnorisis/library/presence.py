"""What a look at a source may not take literally: an empty mount point, and a cover without its tracks."""

import os
from collections.abc import Collection
from pathlib import Path

from anagnorisis.domain import Source, SourceAway
from anagnorisis.library.compare import Known, base, folder, is_track
from anagnorisis.modality.music import is_cover_name
from anagnorisis.sources import Sight


def check(source: Source, sight: Sight, known: Known, before: tuple[int, int] | None) -> None:
    """Raise `SourceAway` when a disk seems to be missing: nothing known is there any more, and the folder is
    empty or on another device.

    `before` is the identity of the folder when this process last saw files in it: the same folder, if it is
    empty now, was emptied by somebody.
    """
    if not known or any(found.path in known for found in sight.found):
        return
    emptied = not sight.found and sight.identity != before
    replaced = before is not None and sight.identity[0] != before[0]
    if emptied or replaced:
        raise SourceAway(
            f"None of the {len(known)} files known in {source.address} is there now; all are kept, as its "
            "disk may not be mounted. Mount it, or remove the source if it is no more."
        )


def with_covers(address: str, paths: Collection[bytes]) -> set[bytes]:
    """`paths`, and where a track or a cover is among them, the covers and tracks in the same folder."""
    root = os.fsencode(address)
    asked = set(paths)
    for above in {folder(path) for path in paths if is_track(path) or is_cover_name(base(path))}:
        beside = _names(root + b"/" + above)
        if any(map(is_cover_name, beside)) or any(
            is_cover_name(base(path)) for path in paths if folder(path) == above
        ):
            kept = (name for name in beside if is_cover_name(name) or is_track(name))
            asked |= {above + b"/" + name if above else name for name in kept}
    return asked


def _names(where: bytes) -> list[bytes]:
    try:
        return [os.fsencode(entry.name) for entry in Path(os.fsdecode(where)).iterdir()]
    except OSError:
        return []
