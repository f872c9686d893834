"""Recipes: how a model wants to be given texts, pictures and sound, as its description says.

Everything in a recipe changes vectors, so all of it goes into a model's digest. A recipe that cannot be
followed raises `BadValue` when it is made, naming the field.
"""

from typing import Literal

from msgspec import Struct

from anagnorisis.domain import BadValue

Rgb = tuple[float, float, float]


def _need(holds: bool, what: str) -> None:
    if not holds:
        raise BadValue(f"The model's description cannot be followed: {what}. Correct its model.json.")


class TextRecipe(Struct, frozen=True, forbid_unknown_fields=True):
    """How a text becomes rows of tokens; padding and truncation are set here, not by the tokenizer's file."""

    max_tokens: int
    """Longest row, special tokens counted."""
    overlap: int = 0
    """Tokens that a chunk shares with the one before it."""
    chunks: int = 1
    """Most chunks read of a text; the rest of a longer one is left out."""
    fixed: bool = False
    """Every row is padded to `max_tokens`, as CLIP and SigLIP want it; else to the longest of its batch."""
    pad_id: int = 0
    ids: str = "input_ids"
    """The graph's input for token numbers, (b, t)."""
    mask: str = "attention_mask"
    """Its input that is 1 for tokens and 0 for padding; "": it has none."""
    types: str = "token_type_ids"
    """Its input for token types; "": it has none."""
    dtype: Literal["int64", "int32"] = "int64"
    before: str = ""
    """Put before each chunk of an item's text, as e5's "passage: "."""
    before_words: str = ""
    """Put before the words of a search, as e5's "query: "."""
    lower: bool = False
    """The text is put in small letters first, as SigLIP's makers did outside its tokenizer."""

    def __post_init__(self) -> None:
        _need(8 <= self.max_tokens <= 32_768, "max_tokens must lie in 8..32768")
        _need(0 <= self.overlap <= self.max_tokens // 2, "overlap must lie in 0..max_tokens / 2")
        _need(1 <= self.chunks <= 4096, "chunks must lie in 1..4096")
        _need(self.pad_id >= 0, "pad_id must not be negative")
        _need(bool(self.ids), "ids must name an input")


class PictureRecipe(Struct, frozen=True, forbid_unknown_fields=True):
    """How a picture becomes numbers: made width x height, then (pixel * scale - mean) / std a channel."""

    width: int
    height: int
    fit: Literal["stretch", "crop", "pad"] = "stretch"
    """The whole picture whatever its shape; its middle; the whole of it in its own shape with borders."""
    shortest: int = 0
    """With "crop": what the shorter side is made before the middle is cut; 0: the larger of both sides."""
    border: tuple[int, int, int] = (0, 0, 0)
    """With "pad": the colour beside the picture, which stands in the middle."""
    interpolation: Literal["bilinear", "bicubic", "lanczos"] = "bilinear"
    scale: float = 1 / 255
    mean: Rgb = (0.5, 0.5, 0.5)
    std: Rgb = (0.5, 0.5, 0.5)
    layout: Literal["NCHW", "NHWC"] = "NCHW"
    input: str = "pixel_values"

    def __post_init__(self) -> None:
        _need(all(16 <= side <= 4096 for side in (self.width, self.height)), "its sides must lie in 16..4096")
        least = max(self.width, self.height)
        _need(self.shortest == 0 or self.fit == "crop", 'shortest is for fit "crop" alone')
        _need(self.shortest == 0 or least <= self.shortest <= 8192, "shortest must lie in its sides..8192")
        _need(all(0 <= part <= 255 for part in self.border), "border must be a colour of 0..255")
        sizes = (self.scale, *self.std)
        _need(all(1e-6 <= size <= 1e6 for size in sizes), "scale and std must lie in 1e-6..1e6")
        _need(all(-1e6 <= part <= 1e6 for part in self.mean), "mean must lie in -1e6..1e6")
        _need(bool(self.input), "input must be named")

    @property
    def short_side(self) -> int:
        """What the shorter side becomes before the middle is cut out."""
        return self.shortest or max(self.width, self.height)


class MelRecipe(Struct, frozen=True, forbid_unknown_fields=True):
    """A log-mel spectrogram: periodic Hann frames, spectra, triangles, decibels or natural logarithm."""

    rate: int
    """Samples a second the sound is brought to, mono."""
    fft: int
    window: int
    """Samples of a frame; the FFT's further ones are 0."""
    hop: int
    bands: int
    low: float
    """Hz at the foot of the first triangle."""
    high: float
    scale: Literal["slaney", "htk"] = "slaney"
    straight: Literal["hertz", "scale"] = "hertz"
    """Over what the sides of the triangles are straight."""
    unit_area: bool = True
    """Triangles of equal area (librosa's and transformers' norm "slaney"); else with peak 1."""
    power: Literal[1, 2] = 2
    """1: magnitude; 2: power."""
    level: Literal["db", "ln"] = "db"
    """db: 10 log10(max(x, floor)); ln: ln(x + floor)."""
    floor: float = 1e-10
    centred: bool = True
    """Frames stand around samples 0, hop ..., the sound reflected at its ends; else from 0 while whole."""

    def __post_init__(self) -> None:
        _need(4_000 <= self.rate <= 192_000, "rate must lie in 4000..192000")
        _need(16 <= self.window <= self.fft <= 65_536, "16 <= window <= fft <= 65536 must hold")
        _need(1 <= self.hop <= self.fft, "hop must lie in 1..fft")
        _need(1 <= self.bands <= 512, "bands must lie in 1..512")
        _need(0 <= self.low < self.high <= self.rate / 2, "0 <= low < high <= rate / 2 must hold")
        _need(self.floor > 0, "floor must be above 0")

    def frames(self, samples: int) -> int:
        """Frames of so many samples."""
        if self.centred:
            return 1 + samples // self.hop
        return max(0, 1 + (samples - self.window) // self.hop)

    def samples(self, frames: int) -> int:
        """The fewest samples that give so many frames, and can be reflected where they are centred."""
        whole = (frames - 1) * self.hop
        return max(whole, self.window // 2 + 2) if self.centred else whole + self.window


class SoundRecipe(Struct, frozen=True, forbid_unknown_fields=True):
    """How a track becomes patches: crops at even places, the same each time, their spectrograms cut up."""

    mel: MelRecipe
    seconds: float
    """Length of a crop."""
    crops: int = 3
    """Most crops of a track; a shorter track has as many as it fills."""
    patch: int = 0
    """Frames of a patch; 0: a crop is one patch."""
    step: int = 0
    """Frames from one patch of a crop to the next; 0: `patch`."""
    fill: Literal["silence", "repeat"] = "silence"
    """What lengthens a track shorter than a crop: silence, with patches to one at least; or repetitions."""
    layout: Literal["time-band", "band-time"] = "time-band"
    channels: int = 0
    """The spectrogram is said so many times over, (n, channels, ...), as CLAP wants it; 0: (n, ...)."""
    input: str = "log_mel"
    longer: str = ""
    """CLAP's input that says of each patch, (n, 1), whether it is part of more: always no; "": none."""

    def __post_init__(self) -> None:
        _need(0.1 <= self.seconds <= 120, "seconds must lie in 0.1..120")
        _need(1 <= self.crops <= 256, "crops must lie in 1..256")
        _need(0 <= self.channels <= 8, "channels must lie in 0..8")
        _need(bool(self.input), "input must be named")
        frames = self.mel.frames(self.samples)
        _need(0 <= self.patch <= frames and frames > 0, f"a patch must fit the {frames} frames of a crop")
        _need(0 <= self.step <= frames, f"step must lie within the {frames} frames of a crop")
        _need(self.step == 0 or self.patch > 0, "step needs a patch")
        _need(self.samples > self.mel.fft, "a crop must be longer than the FFT")

    @property
    def samples(self) -> int:
        """Samples of a crop."""
        return round(self.seconds * self.mel.rate)
