"""The process that codes one track anew: `python -m anagnorisis.decode.coder CODING FIRST COUNT GAIN PATH`.

Writes `COUNT` frames from number `FIRST` on to its output, all of one size, as fast as it can; what cannot
be decoded is passed over, and what is missing at the end is silence. `GAIN` is in decibels.
"""

import os
import resource
import sys
from collections.abc import Iterator
from fractions import Fraction

import av
import av.filter
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.filter import Graph
from av.filter.context import FilterContext

from anagnorisis.decode import tracks
from anagnorisis.decode.codings import CODINGS, RATE, Coding
from anagnorisis.decode.filling import filled
from anagnorisis.domain import Unreadable

AHEAD_S, NICE = 10.0, 15
"""Once so many seconds are made, what others wait for goes first."""
MOST_MEMORY = 512 << 20
UNREADABLE = 3
"""How the process ends when the track cannot be opened."""
EARLIER_S = 0.5
"""How much before the wanted moment is looked for: containers stand still at moments of their own."""


def coded(path: bytes, coding: Coding, first: int, count: int, gain: float) -> Iterator[bytes]:
    """`count` frames of the track from number `first` on. Raises `Unreadable` when it cannot be opened."""
    warm_up = min(first, coding.warm_up)
    coder = _coder(coding)
    with tracks.opened(path) as (container, stream):
        left, number = count, first - warm_up
        for frame in _shaped(container, stream, coding, number * coding.samples, gain):
            for packet in coder.encode(frame):
                if number >= first and left:
                    left -= 1
                    yield filled(bytes(packet), coding.size) if coding.codec == "aac" else bytes(packet)
                number += 1
            if not left:
                return


def _coder(coding: Coding) -> AudioCodecContext:
    coder = AudioCodecContext.create(coding.codec, "w")
    assert isinstance(coder, AudioCodecContext)
    coder.sample_rate, coder.layout, coder.bit_rate = RATE, "stereo", coding.bit_rate
    coder.format = "flt" if coding.codec == "libopus" else "fltp"
    coder.time_base, coder.options = Fraction(1, RATE), coding.options
    coder.open()
    return coder


def _shaped(
    container: InputContainer, stream: AudioStream, coding: Coding, start: int, gain: float
) -> Iterator[AudioFrame]:
    """The sound from sample `start` on in frames of the coding, and after its end silence for ever."""
    origin = float((stream.start_time or 0) * (stream.time_base or 0))
    wanted = start / RATE
    if start:
        container.seek(int(max(0.0, origin + wanted - EARLIER_S) * av.time_base))
    heard = tracks.frames(container, stream)
    begin = next(heard, None)
    if begin is None:
        raise Unreadable("The track holds no sound that can be decoded.")
    late = begin.time - origin if start and begin.time is not None else 0.0
    _graph_lives, entry, exit_ = _filters(stream, begin, coding, round((wanted - late) * RATE), gain)
    for frame in _chain(begin, heard):
        entry.push(frame)
        yield from _pulled(exit_)
    entry.push(None)
    while True:
        yield from _pulled(exit_)


def _chain(first: AudioFrame, rest: Iterator[AudioFrame]) -> Iterator[AudioFrame]:
    yield first
    shape = (first.format.name, first.layout.name, first.sample_rate)
    # A track may change its shape on the way; the filters were made for that of its first frame.
    like_first = av.AudioResampler(*shape)
    for frame in rest:
        if (frame.format.name, frame.layout.name, frame.sample_rate) == shape:
            yield frame
        else:
            yield from like_first.resample(frame)


def _filters(
    stream: AudioStream, frame: AudioFrame, coding: Coding, skipped: int, gain: float
) -> tuple[Graph, FilterContext, FilterContext]:
    """The filters, with their entry and exit, which are gone once nobody holds the whole."""
    graph = Graph()
    entry = graph.add_abuffer(
        sample_rate=frame.sample_rate,
        format=frame.format,
        layout=frame.layout,
        time_base=Fraction(1, frame.sample_rate),
    )
    # A single channel is heard at its full level from both sides, as browsers play it.
    mono = [("pan", "stereo|c0=c0|c1=c0")] if frame.layout.nb_channels == 1 else []
    form = "flt" if coding.codec == "libopus" else "fltp"
    steps = [
        *mono,
        ("aresample", str(RATE)),
        ("volume", f"{gain:.2f}dB"),
        ("atrim", f"start_sample={max(0, skipped)}"),
        ("asetpts", "N"),
        ("apad", ""),
        ("aformat", f"sample_fmts={form}:sample_rates={RATE}:channel_layouts=stereo"),
        ("asetnsamples", f"n={coding.samples}"),
        ("abuffersink", ""),
    ]
    chain = [entry, *(graph.add(name, said or None) for name, said in steps)]
    graph.link_nodes(*chain).configure()
    return graph, entry, chain[-1]


def _pulled(exit_: FilterContext) -> Iterator[AudioFrame]:
    while True:
        try:
            frame = exit_.pull()
        except (BlockingIOError, EOFError):
            return
        assert isinstance(frame, AudioFrame)
        yield frame


def main(coding: Coding, first: int, count: int, gain: float, path: bytes) -> None:
    """Write the frames to the output: the first at once, the others last in line for the processor."""
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, hard))
    ahead = round(AHEAD_S * RATE / coding.samples)
    try:
        for made, frame in enumerate(coded(path, coding, first, count, gain), 1):
            os.write(1, frame)
            if made == ahead:
                os.nice(NICE)
    except Unreadable:
        sys.exit(UNREADABLE)


if __name__ == "__main__":
    main(
        CODINGS[sys.argv[1]], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), os.fsencode(sys.argv[5])
    )
