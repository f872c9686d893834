"""The process that measures how loud tracks are: `python -m anagnorisis.decode.hearing`.

Each line of its input is a path in hexadecimal digits, each line of its output what was heard or why not, as
JSON. It ends when its input does.
"""

import os
import resource
import sys

import av
import msgspec
import numpy as np

from anagnorisis import _core
from anagnorisis.decode import tracks
from anagnorisis.decode.heard import Heard
from anagnorisis.domain import Unreadable

NICE = 15
MOST_MEMORY = 768 << 20


def hear(path: bytes) -> Heard:
    """Decode the whole track at `path` and measure it. Raises `Unreadable`."""
    with tracks.opened(path) as (container, stream):
        mono = stream.codec_context.channels == 1
        loudness = _core.Loudness(stream.codec_context.sample_rate, 1 if mono else 2)
        resampler = av.AudioResampler("fltp", "mono" if mono else "stereo", stream.codec_context.sample_rate)
        for frame in tracks.frames(container, stream):
            for piece in resampler.resample(frame):
                loudness.push(piece.to_ndarray().astype(np.float32, copy=False))
    return Heard(loudness.integrated(), loudness.peak)


def main() -> None:
    """Answer every line, last in line for the processor and within bounds of memory."""
    os.nice(NICE)
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, hard))
    out = os.dup(1)
    os.dup2(2, 1)
    for line in sys.stdin:
        try:
            heard = hear(bytes.fromhex(line))
        except Unreadable as error:
            heard = Heard(reason=error.what, again=error.again)
        os.write(out, msgspec.json.encode(heard) + b"\n")


if __name__ == "__main__":
    main()
