"""Synthesised music in six styles: additive and plucked voices over seeded harmony and rhythm."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]

RATE = 48_000
SECONDS = 30
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)


def tracks(folder: Path, seed: int, count: int) -> Iterator[tuple[Path, Callable[[Path], None]]]:
    """`count` tracks, styles in turn, each with the call that writes it as Opus with tags."""
    for number in range(count):
        style = STYLES[number % len(STYLES)]
        round_ = number // len(STYLES)
        rng = np.random.default_rng([seed, 1, number])
        title = f"{style.words[round_ % len(style.words)]} {style.nouns[int(rng.integers(len(style.nouns)))]}"
        path = folder / style.artist / f"{round_ + 1:02} {title}.opus"
        tags = {
            "title": title,
            "artist": style.artist,
            "album": style.album,
            "genre": style.genre,
            "track": str(round_ + 1),
            "date": str(1990 + int(rng.integers(34))),
        }
        yield path, partial(_write, play=style.play, seed=(seed, 1, number), tags=tags)


def _write(path: Path, play: "Play", seed: tuple[int, ...], tags: dict[str, str]) -> None:
    sound = play(np.random.default_rng(seed))
    sound = sound / (np.abs(sound).max() + 1e-9) * 0.8
    edge = RATE // 2
    sound[:edge] *= np.linspace(0, 1, edge, dtype=np.float32)
    sound[-edge:] *= np.linspace(1, 0, edge, dtype=np.float32)
    with av.open(str(path), "w", format="ogg") as out:
        out.metadata.update(tags)
        stream = out.add_stream("libopus", rate=RATE, layout="mono")
        stream.bit_rate = 64_000
        for start in range(0, len(sound), RATE):
            frame = av.AudioFrame.from_ndarray(sound[None, start : start + RATE], format="flt", layout="mono")
            frame.sample_rate, frame.pts = RATE, start
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def _hertz(note: float) -> float:
    return float(440.0 * 2 ** ((note - 69) / 12))


def _tone(note: float, seconds: float, partials: tuple[float, ...], attack: float, decay: float) -> Sound:
    """A harmonic tone: `partials` are the strengths of the harmonics, `decay` the seconds to 1/e."""
    t = np.arange(int(seconds * RATE), dtype=np.float32) / RATE
    wave = sum(a * np.sin(2 * np.pi * _hertz(note) * (k + 1) * t) for k, a in enumerate(partials))
    envelope = np.minimum(t / attack, 1) * np.exp(-t / decay) * np.minimum((seconds - t) / 0.02, 1)
    return np.asarray(wave * envelope, np.float32)


def _pluck(note: float, seconds: float, rng: np.random.Generator) -> Sound:
    """A plucked string (Karplus and Strong 1983), a whole period of the delay line at a time."""
    period = int(RATE / _hertz(note))
    line, rows = rng.uniform(-1, 1, period), []
    for _ in range(int(seconds * RATE / period) + 1):
        rows.append(line)
        line = 0.498 * (line + np.roll(line, 1))
    return np.concatenate(rows)[: int(seconds * RATE)].astype(np.float32)


def _hit(seconds: float, low: float, rng: np.random.Generator, noise: float) -> Sound:
    """A drum: a falling sine from `low` x 3 Hz to `low` Hz mixed with a burst of noise."""
    t = np.arange(int(seconds * RATE), dtype=np.float32) / RATE
    body = np.sin(2 * np.pi * (low * t + low * 0.06 * (1 - np.exp(-t * 35))))
    burst = rng.standard_normal(len(t)) * np.exp(-t * 45)
    return np.asarray((1 - noise) * body * np.exp(-t * 9) + noise * burst, np.float32)


def _mix(notes: list[tuple[float, Sound]]) -> Sound:
    """Sounds laid at their starting seconds on one tape of SECONDS."""
    tape = np.zeros(SECONDS * RATE, np.float32)
    for start, sound in notes:
        a = int(start * RATE)
        piece = sound[: max(0, len(tape) - a)]
        tape[a : a + len(piece)] += piece
    return tape


def _chords(rng: np.random.Generator, scale: tuple[int, ...], bars: int) -> list[list[int]]:
    root, degrees = int(rng.integers(45, 56)), [0, *rng.choice([3, 4, 5, 2, 1], 3, replace=False)]
    triads = [[root + scale[(d + s) % 7] + 12 * ((d + s) // 7) for s in (0, 2, 4)] for d in degrees]
    return [triads[bar % 4] for bar in range(bars)]


def _pads(rng: np.random.Generator) -> Sound:
    chords = _chords(rng, MAJOR, 8)
    strengths = (1.0, 0.4, 0.25, 0.1)
    return _mix(
        [
            (i * 4.0 - 0.5 * (i > 0), _tone(n + 12, 5.5, strengths, 1.6, 6.0))
            for i, c in enumerate(chords)
            for n in c
        ]
    )


def _waltz(rng: np.random.Generator) -> Sound:
    beat, notes = 60 / float(rng.integers(96, 150)), []
    for bar, chord in enumerate(_chords(rng, MINOR, int(SECONDS / beat / 3))):
        at = bar * 3 * beat
        notes.append((at, _tone(chord[0] - 12, 1.2, (1, 0.5, 0.3, 0.2, 0.1), 0.005, 0.5)))
        notes += [
            (at + k * beat, _tone(n, 0.8, (1, 0.4, 0.2, 0.1), 0.005, 0.35)) for k in (1, 2) for n in chord
        ]
        melody = int(rng.choice(chord)) + 12
        notes.append((at + float(rng.choice([0, 1, 2])) * beat, _tone(melody, 1.4, (1, 0.3, 0.1), 0.01, 0.6)))
    return _mix(notes)


def _pulse(rng: np.random.Generator) -> Sound:
    beat, notes = 60 / float(rng.integers(118, 138)), []
    chords = _chords(rng, MINOR, 64)
    for step in range(int(SECONDS / beat * 2)):
        at = step * beat / 2
        if step % 2 == 0:
            notes.append((at, 1.6 * _hit(0.3, 52, rng, 0.05)))
        else:
            notes.append((at, 0.35 * _hit(0.08, 4000, rng, 0.95)))
        bass = chords[step // 16][0] - 12
        notes.append((at, 0.7 * _tone(bass, beat / 2, (1, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2), 0.003, 0.2)))
    return _mix(notes)


def _strings(rng: np.random.Generator) -> Sound:
    beat, notes = 60 / float(rng.integers(70, 104)), []
    for bar, chord in enumerate(_chords(rng, MAJOR, int(SECONDS / beat / 4))):
        pattern = rng.permutation([0, 1, 2, 1, 0, 2, 1, 2])
        notes += [
            ((bar * 4 + k / 2) * beat, _pluck(chord[p] + 12 * (k % 3 == 0), 1.6, rng))
            for k, p in enumerate(pattern)
        ]
        notes.append((bar * 4 * beat, 0.9 * _pluck(chord[0] - 12, 2.4, rng)))
    return _mix(notes)


def _chips(rng: np.random.Generator) -> Sound:
    step, notes = 60 / float(rng.integers(140, 190)) / 2, []
    square = tuple(1 / (k + 1) if k % 2 == 0 else 0.0 for k in range(15))
    chords = _chords(rng, MAJOR, 64)
    for i in range(int(SECONDS / step)):
        chord = chords[i // 8]
        notes.append((i * step, _tone(chord[i % 3] + 24 * (i % 2), step, square, 0.002, 0.12)))
        if i % 4 == 2:
            notes.append((i * step, 0.6 * _hit(0.12, 1800, rng, 0.9)))
    return _mix(notes)


def _drone(rng: np.random.Generator) -> Sound:
    t = np.arange(SECONDS * RATE, dtype=np.float32) / RATE
    root = float(rng.integers(30, 40))
    tape = np.zeros_like(t)
    for k in range(9):
        slow = 0.5 + 0.5 * np.sin(2 * np.pi * t * float(rng.uniform(0.02, 0.15)) + float(rng.uniform(0, 6)))
        pitch = _hertz(root + (0, 7, 12, 19, 24, 27, 31, 36, 43)[k]) * float(rng.uniform(0.997, 1.003))
        tape += (slow * np.sin(2 * np.pi * pitch * t) / (k + 1)).astype(np.float32)
    breath = np.convolve(rng.standard_normal(len(t)).astype(np.float32), np.ones(64, np.float32) / 64, "same")
    return np.asarray(tape + 0.3 * breath, np.float32)


Play = Callable[[np.random.Generator], Sound]


class Style:
    """A band of the sample: its names and how it plays."""

    def __init__(self, artist: str, album: str, genre: str, play: Play, words: str, nouns: str) -> None:
        self.artist, self.album, self.genre, self.play = artist, album, genre, play
        self.words, self.nouns = words.split(), nouns.split()


STYLES = (
    Style(
        "Harbour Light",
        "Slow Water",
        "Ambient",
        _pads,
        "Pale Quiet Distant Early Wide",
        "Tide Morning Bay Sail",
    ),
    Style(
        "Vera Lind",
        "Small Dances",
        "Classical",
        _waltz,
        "First Second Winter Paper Last",
        "Waltz Letter Step Room",
    ),
    Style(
        "Night Depot",
        "Platform 9",
        "Electronic",
        _pulse,
        "Steel Signal Neon Inner Late",
        "Drive Circuit Yard Run",
    ),
    Style(
        "The Orchard Row",
        "Under Leaves",
        "Folk",
        _strings,
        "Apple Copper Old Green Hollow",
        "Road Gate Song Hill",
    ),
    Style(
        "Bit Garden",
        "Continue?",
        "Chiptune",
        _chips,
        "Tiny Turbo Pixel Lucky Extra",
        "Quest Castle Jump Star",
    ),
    Style(
        "Low Country",
        "Horizons",
        "Drone",
        _drone,
        "Grey Deep Still Northern Long",
        "Field Weather Dusk Ground",
    ),
)
