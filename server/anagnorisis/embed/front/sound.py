"""The sound front end: crops at even places of a track, each a log-mel spectrogram in a model's patches.

A crop is sought and decoded by itself, so that five hours cost as much as five minutes. Nothing is drawn by
chance: the same file gives the same patches.
"""

from collections.abc import Iterator

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from msgspec.structs import asdict
from numpy.typing import NDArray

from anagnorisis import _core
from anagnorisis.decode import tracks
from anagnorisis.domain import Unreadable
from anagnorisis.embed.front.recipes import SoundRecipe

F32 = NDArray[np.float32]
SHORTEST_S = 0.1
"""Seconds that a track must have."""
WHOLE = 0.5
"""Share of a crop that must be there, unless it is the only one: some tracks are shorter than they say."""
RUN_UP_S = 0.3
"""Decoded before a crop and thrown away: the first frames after a jump are not whole."""
BLOCK = 1 << 16
"""Samples that are resampled at once, or somewhat more."""


class Listener:
    """A recipe made ready; may be shared between threads."""

    def __init__(self, recipe: SoundRecipe) -> None:
        self._recipe = recipe
        self._log_mel = _core.LogMel(**asdict(recipe.mel))

    def arrays(self, path: bytes) -> dict[str, NDArray[np.generic]]:
        """The graph's inputs for the track at `path`: (n, frames, bands) as the recipe lays them out, n >= 1.

        Raises `Unreadable` when there is no sound in it or less than a tenth of a second.
        """
        patches = np.concatenate([self.patches(crop) for crop in crops(path, self._recipe)])
        inputs: dict[str, NDArray[np.generic]] = {self._recipe.input: patches}
        if self._recipe.longer:
            inputs[self._recipe.longer] = np.zeros((len(patches), 1), np.bool_)
        return inputs

    def patches(self, crop: F32) -> F32:
        """The patches of one crop (samples,), in their order."""
        recipe = self._recipe
        levels = self._log_mel.of(crop)
        long = recipe.patch or len(levels)
        cut = [levels[at : at + long] for at in range(0, len(levels) - long + 1, recipe.step or long)]
        patches = np.stack(cut)
        if recipe.layout == "band-time":
            patches = patches.transpose(0, 2, 1)
        if recipe.channels:
            patches = np.repeat(patches[:, None], recipe.channels, axis=1)
        return np.ascontiguousarray(patches)


def crops(path: bytes, recipe: SoundRecipe) -> list[F32]:
    """Mono sound at the recipe's rate, the mean of the channels, within -1..1: one or more of (samples,).

    As many as the track fills, at most `recipe.crops`, each in the middle of an equal part of it. Damaged
    packets are passed over. Raises `Unreadable`.
    """
    with tracks.opened(path) as (container, stream):
        long = (container.duration or 0) / av.time_base
        found = [_cut(container, stream, start, recipe) for start in starts(long, recipe)]
        found = [crop for crop in found if len(crop) >= WHOLE * recipe.samples] or found[:1]
        if len(found[0]) < WHOLE * recipe.samples and long > recipe.seconds:
            found = [_cut(container, stream, 0.0, recipe, again=True)]
    if len(found[0]) < SHORTEST_S * recipe.mel.rate:
        raise Unreadable("Less than a tenth of a second of sound could be decoded.")
    return [_filled(np.clip(np.nan_to_num(crop), -1, 1), recipe) for crop in found]


def starts(long: float, recipe: SoundRecipe) -> list[float]:
    """Where crops of a track of `long` seconds begin, 0 for one of unknown length."""
    count = min(recipe.crops, max(1, int(long / recipe.seconds)))
    return [max(0.0, (at + 0.5) * long / count - recipe.seconds / 2) for at in range(count)]


def _cut(
    container: InputContainer, stream: AudioStream, start: float, recipe: SoundRecipe, again: bool = False
) -> F32:
    """The samples of the crop that begins `start` seconds into the track; fewer where the track ends."""
    begin = max(0, container.start_time or 0) / av.time_base + start
    if begin > RUN_UP_S or again:
        container.seek(int(max(0.0, begin - RUN_UP_S) * av.time_base))
    parts: list[F32] = []
    missing = recipe.samples
    for piece in _pieces(container, stream, begin, recipe.mel.rate):
        parts.append(piece[:missing])
        missing -= len(parts[-1])
        if missing == 0:
            break
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def _pieces(container: InputContainer, stream: AudioStream, begin: float, rate: int) -> Iterator[F32]:
    """Mono sound at `rate` from `begin` on the stream's clock, piece by piece to the end of the track."""
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=rate)
    for block in _blocks(container, stream, begin):
        for piece in resampler.resample(block):
            yield piece.to_ndarray()[0]


def _blocks(container: InputContainer, stream: AudioStream, begin: float) -> Iterator[AudioFrame | None]:
    """The track from `begin` on in frames of a second or two, which cost less than small ones; None: the end.

    The mean of the channels is ours: the resampler's way to mono is louder for two channels than for one.
    """
    parts: list[F32] = []
    begun, held, rate = False, 0, 0
    for frame in tracks.frames(container, stream):
        late = 0
        if not begun and frame.time is not None:  # later clocks may start again, in joined files
            late = max(0, round((begin - frame.time) * frame.rate))
        if late >= frame.samples:
            continue
        begun, rate = True, frame.rate
        parts.append(_mono(frame)[late:])
        held += len(parts[-1])
        if held >= BLOCK:
            yield _block(parts, rate)
            parts, held = [], 0
    if parts:
        yield _block(parts, rate)
    if begun:
        yield None


def _block(parts: list[F32], rate: int) -> AudioFrame:
    block = AudioFrame.from_ndarray(np.concatenate(parts)[None], "fltp", "mono")
    block.rate = rate
    return block


def _mono(frame: AudioFrame) -> F32:
    """The mean of a frame's channels, whole numbers brought to -1..1."""
    given = frame.to_ndarray()
    samples = given.astype(np.float32, copy=False)
    if frame.format.is_packed:
        samples = samples.reshape(-1, frame.layout.nb_channels).T
    mean: F32 = sum(samples[1:], samples[0]) / np.float32(len(samples))  # faster than a mean of short rows
    if given.dtype.kind == "f":
        return mean
    most = np.float32(2 ** (8 * given.itemsize - 1))
    return (mean - most) / most if given.dtype.kind == "u" else mean / most


def _filled(crop: F32, recipe: SoundRecipe) -> F32:
    """The crop as long as the recipe wants it, or as one patch needs it, so that none is mere filling."""
    if recipe.fill == "repeat":
        crop = np.tile(crop, max(1, recipe.samples // len(crop)))
    least = recipe.mel.samples(recipe.patch) if recipe.patch and recipe.fill == "silence" else recipe.samples
    return np.pad(crop, (0, max(0, least - len(crop))))
