"""Descriptions in another writing, as collections of ONNX weights come with them, put into ours."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct, field

from anagnorisis.domain import BadValue, Kind
from anagnorisis.embed.description import Description, Sum, Tower
from anagnorisis.embed.front.recipes import MelRecipe, PictureRecipe, SoundRecipe, TextRecipe

KINDS: Mapping[str, Kind] = {"text": "article", "image": "image", "audio": "music"}
CHUNKS, OVERLAP = 8, 16
"""Of a long text: some two thousand words in chunks of 256 tokens."""
CROPS = 64
"""Patches of a track, at even places."""
RANGE = re.compile(r"\(pixel\s*-\s*([\d.]+)\)\s*\*\s*([\d.]+)")
MEL = re.compile(
    r"(?P<rate>[\d.]+) kHz mono; window (?P<window>\d+), hop (?P<hop>\d+), FFT (?P<fft>\d+), "
    r"(?P<power>magnitude|power); (?P<bands>\d+) (?P<scale>HTK|Slaney) mel bands "
    r"(?P<low>[\d.]+)-(?P<high>[\d.]+) Hz, "
    r"(?P<area>unnormalised|unit-area) triangles; ln\(mel\+(?P<floor>[\d.e-]+)\); (?P<patch>\d+) frames"
)
POOL = re.compile(r"pool mean and std|pool mean \(and std\)")


class _Input(Struct, frozen=True):
    name: str
    shape: list[int | str]
    dtype: str = "float32"
    layout: str = ""
    resize: str = ""
    normalise: str = ""


class _Output(Struct, frozen=True):
    name: str
    dim: int
    what: str = ""


class Foreign(Struct, frozen=True):
    """`model.json` with one graph, a modality and sentences."""

    file: str
    sha256: str
    bytes: int
    modality: str
    input: _Input | list[_Input]
    output: _Output
    licence: str = ""
    source: str = ""
    tokenizer: str = ""
    max_tokens: int = 256
    files: dict[str, Sum] = field(default_factory=dict)

    @property
    def inputs(self) -> dict[str, _Input]:
        """By name."""
        return {one.name: one for one in (self.input if isinstance(self.input, list) else [self.input])}


def translated(body: bytes, name: str, sums: Mapping[str, Sum]) -> Description:
    """The model of that `name` as we describe it; `sums` are of files that `body` does not vouch for.

    Raises `BadValue` where its sentences say what is not understood here.
    """
    told = msgspec.json.decode(body, type=Foreign)
    if told.modality not in KINDS:
        raise BadValue(f"The modality {told.modality!r} of {name} is none of {', '.join(KINDS)}.")
    kind, what = KINDS[told.modality], told.output.what
    recipe: dict[str, Any] = {"article": _text, "image": _picture, "music": _sound}[kind](told)
    content = Tower(
        told.file,
        told.output.name,
        told.output.dim,
        tokenizer=told.tokenizer,
        pooling="mean+deviation" if POOL.search(what) else "mean",
        normalised=kind == "article",
        **recipe,
    )
    files = {told.file: Sum(told.sha256, told.bytes), **told.files}
    if told.tokenizer:
        files.setdefault(told.tokenizer, sums[told.tokenizer])
    return Description(name, kind, content, told.licence, told.source, files)


def _text(told: Foreign) -> dict[str, Any]:
    ids, mask, types = "input_ids", "attention_mask", "token_type_ids"
    given = told.inputs
    if ids not in given or not given.keys() <= {ids, mask, types}:
        raise BadValue(f"The inputs {', '.join(given)} are not those of a text model.")
    return {
        "text": TextRecipe(
            told.max_tokens,
            overlap=min(OVERLAP, told.max_tokens // 4),
            chunks=CHUNKS,
            mask=mask if mask in given else "",
            types=types if types in given else "",
            dtype="int32" if given[ids].dtype == "int32" else "int64",
        )
    }


def _picture(told: Foreign) -> dict[str, Any]:
    (given,) = told.inputs.values()
    sides = [side for side in given.shape[1:] if isinstance(side, int) and side != 3]
    if len(given.shape) != 4 or len(sides) != 2 or not (stated := RANGE.search(given.normalise)):
        raise BadValue("Its input says neither sides nor a range like (pixel-128)*0.0078125.")
    if not given.resize.startswith("whole picture") or not given.resize.endswith("bilinear"):
        raise BadValue(f"Its resize is not understood here: {given.resize!r}.")
    middle, scale = float(stated[1]), float(stated[2])
    mean, height, width = middle * scale, *sides
    return {
        "picture": PictureRecipe(
            width,
            height,
            scale=scale,
            mean=(mean, mean, mean),
            std=(1.0, 1.0, 1.0),
            layout="NHWC" if given.layout.startswith("NHWC") else "NCHW",
            input=given.name,
        )
    }


def _sound(told: Foreign) -> dict[str, Any]:
    (given,) = told.inputs.values()
    stated = MEL.match(given.normalise)
    if stated is None:
        raise BadValue(f"Its spectrogram is not understood here: {given.normalise!r}.")
    mel = MelRecipe(
        rate=round(1000 * float(stated["rate"])),
        fft=int(stated["fft"]),
        window=int(stated["window"]),
        hop=int(stated["hop"]),
        bands=int(stated["bands"]),
        low=float(stated["low"]),
        high=float(stated["high"]),
        scale="htk" if stated["scale"] == "HTK" else "slaney",
        unit_area=stated["area"] == "unit-area",
        power=1 if stated["power"] == "magnitude" else 2,
        level="ln",
        floor=float(stated["floor"]),
        centred=False,
    )
    patch = int(stated["patch"])
    seconds = (mel.window + (patch - 1) * mel.hop) / mel.rate
    return {"sound": SoundRecipe(mel, seconds, crops=CROPS, patch=patch, input=given.name)}
