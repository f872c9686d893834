"""Tracks opened within limits and decoded: for the built-in listener and the models' front ends."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from anagnorisis.decode import reach
from anagnorisis.domain import Unreadable

LIMITS = {"format_whitelist": "mp3,flac,ogg,mov,wav,w64,aac,aiff,asf", "protocol_whitelist": "none"}
"""A file that turns out to be a playlist must not make the decoder open addresses."""

CODERS = ("mp3", "flac", "vorbis", "opus", "libopus", "aac", "alac", "pcm_", "adpcm_", "wma")
RATES, MOST_CHANNELS = range(4_000, 400_000), 16


@contextlib.contextmanager
def opened(path: bytes) -> Iterator[tuple[InputContainer, AudioStream]]:
    """The track at `path` and the first stream of sound in it.

    Raises `Unreadable` when there is none in a known coding, and for whatever the decoder finds wrong with
    the file while the context lasts.
    """
    try:
        # An open file and not its name: the decoder would take some names for addresses.
        with (
            Path(os.fsdecode(path)).open("rb") as file,
            av.open(file, "r", options=LIMITS, metadata_errors="replace") as container,
        ):
            streams = [stream for stream in container.streams.audio if _known(stream)]
            if not streams:
                raise Unreadable("The file holds no sound in a coding that is known here.")
            streams[0].codec_context.thread_count = 1
            yield container, streams[0]
    except (av.error.FFmpegError, OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise Unreadable(f"The track could not be decoded: {why}.", again=reach.again(error)) from error


def _known(stream: AudioStream) -> bool:
    """Whether decoder, rate and channels are usual ones; damaged headers name some that end the process."""
    coder = stream.codec_context
    return (
        coder is not None
        and coder.name.startswith(CODERS)
        and coder.sample_rate in RATES
        and coder.channels <= MOST_CHANNELS
    )


def frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """What follows from where the container stands; damaged packets are passed over."""
    for packet in container.demux(stream):
        with contextlib.suppress(av.error.InvalidDataError):
            yield from packet.decode()
