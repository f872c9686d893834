"""The sample library: music, pictures and texts made from a seed, so that the loop can be felt in a minute.

The makers need PyAV and Pillow, which the server process never imports; they run as
`python -m anagnorisis.sources.sample FOLDER` and tell their progress a line at a time.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from anagnorisis.domain import WorkerLost


def write_sample(
    folder: Path, *, seed: int = 1, music: int = 24, images: int = 60, articles: int = 30
) -> Iterator[tuple[int, int]]:
    """Write the sample library into `folder`, yielding (files written, files in all) after each file.

    The same seed and counts give the same sounds, pixels and words. Files that are there already are
    kept, so a second call only fills gaps. Raises `WorkerLost` when the makers fail.
    """
    counts = [str(n) for n in (seed, music, images, articles)]
    command = [sys.executable, "-m", __name__, str(folder), *counts]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as makers:
        assert makers.stdout is not None and makers.stderr is not None
        for line in makers.stdout:
            done, total = line.split()
            yield int(done), int(total)
        complaint = makers.stderr.read()
    if makers.returncode:
        last = complaint.strip().rpartition("\n")[2]
        raise WorkerLost(
            f"The sample library could not be written to {folder}: {last}. Is there room on the disk?"
        )
