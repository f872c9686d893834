"""What a look at a source may not take literally: an empty mount point, and a cover without its tracks."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from msgspec.structs import replace

from anagnorisis.domain import Source, SourceAway
from anagnorisis.library.compare import Known, base, folder, is_sidecar, is_track
from anagnorisis.modality.music import is_cover_name
from anagnorisis.modality.sidecars import subject
from anagnorisis.sources import EVERYWHERE, Found, Sight
from anagnorisis.sources.presence import is_unmounted

UNMOUNTED = "was a disk of its own and is none now: what was known in it is kept. Mount it again"


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


def with_mounts(source: Source, sight: Sight, mounts: Mapping[bytes, int]) -> Sight:
    """`sight`, and as problems those folders that had a disk of their own and have none now: nothing known in
    them counts as gone. `mounts` has the places on such disks, and how much of the path leads there.
    """
    here = {one.path[: one.mount] for one in sight.found}
    points = {path[:length] for path, length in mounts.items()} - here
    asked = [point for point in sorted(points) if _concerns(sight, point)]
    found = [Found(point, 0, 0, 0, UNMOUNTED) for point in asked if is_unmounted(source.address, point)]
    return replace(sight, found=sight.found + found) if found else sight


def _concerns(sight: Sight, point: bytes) -> bool:
    return any(
        path in (EVERYWHERE, point) or path.startswith(point + b"/") or point.startswith(path + b"/")
        for path in sight.under
    )


def with_covers(address: str, paths: Collection[bytes]) -> set[bytes]:
    """`paths`, where a track or a cover is among them the covers and tracks in the same folder, and what
    sidecars are about.
    """
    root = os.fsencode(address)
    asked = {*paths, *(about for path in paths if is_sidecar(path) and (about := subject(path)))}
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
