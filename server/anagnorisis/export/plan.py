"""What a checkpoint is and how its model wants to be given things: from its JSON files, without torch."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from anagnorisis.domain import BadValue, Kind, Refused
from anagnorisis.embed.front.recipes import MelRecipe, PictureRecipe, SoundRecipe, TextRecipe

T = TypeVar("T")
Family = Literal["clip", "siglip", "clap", "sentence"]
FAMILIES: Mapping[str, Family] = {
    "clip": "clip",
    "siglip": "siglip",
    "siglip2": "siglip",
    "clap": "clap",
    "bert": "sentence",
    "roberta": "sentence",
    "xlm-roberta": "sentence",
    "mpnet": "sentence",
    "distilbert": "sentence",
    "qwen3": "sentence",
}
"""By `model_type` of config.json."""
FILTERS: Mapping[int, Literal["lanczos", "bilinear", "bicubic"]] = {1: "lanczos", 2: "bilinear", 3: "bicubic"}
"""By Pillow's number of a filter, as preprocessor_config.json has it."""
LARGEST = 1 << 24
"""Bytes of a JSON file of a checkpoint."""
Tokens = Literal["mean", "first", "last"]
POOLINGS: Mapping[str, Tokens] = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "first",
    "pooling_mode_lasttoken": "last",
}
"""By the switch of 1_Pooling/config.json: what becomes of the rows of a text's tokens."""
STEPS = ("Transformer", "Pooling", "Normalize")
"""Of modules.json: what is written into a graph."""
DECODERS = ("qwen3",)
"""Read from left to right: only their last token has read all of a text."""
LONGEST, OVERLAP, CHUNKS = 256, 16, 8
"""Of texts: sentence models were taught no more, and read longer ones in parts."""
PICKLED = ("pytorch_model.bin", "model.pt", "model.ckpt")
TOKENIZER = "tokenizer.json"
NEEDED = ("config.json", TOKENIZER)
READ = (
    *NEEDED,
    "tokenizer_config.json",
    "preprocessor_config.json",
    "modules.json",
    "1_Pooling/config.json",
    "config_sentence_transformers.json",
    "README.md",
)
"""All that is read of a checkpoint besides its weights; no program is among it."""


class Asked(Struct, frozen=True):
    """What somebody wants exported."""

    checkpoint: str
    into: str
    name: str
    licence: str
    source: str
    eight_bits: bool
    given: str = ""
    """A folder or a file of things of its kind, which weights of 8 bits are calibrated and compared on."""
    made_by: dict[str, str] = {}
    """What is known of where the checkpoint came from."""


class Plan(Struct, frozen=True):
    """What is to be made of a checkpoint."""

    family: Family
    kind: Kind
    text: TextRecipe
    picture: PictureRecipe | None = None
    sound: SoundRecipe | None = None
    tokens: Tokens = "mean"


def planned(folder: Path, weights: bool = True) -> Plan:
    """The plan for the checkpoint in `folder`; without `weights` while these are still to come.

    Raises `BadValue` for one of a family that is not known, or without safetensors: a pickle may hold
    programs, so it is never opened; and `Refused` where a file cannot be read.
    """
    config = _json(folder, "config.json")
    family = FAMILIES.get(str(config.get("model_type")))
    if family is None:
        known = ", ".join(FAMILIES)
        raise BadValue(f"{folder} holds a {config.get('model_type')!r}; known are {known}.")
    if weights and not any(folder.glob("*.safetensors")):
        pickled = next((name for name in PICKLED if (folder / name).exists()), "no weights")
        raise BadValue(
            f"{folder} has {pickled} and no *.safetensors. Pickles may hold programs and are not opened: "
            "fetch the checkpoint in safetensors."
        )
    if not (folder / TOKENIZER).is_file():
        raise BadValue(f"{folder} lacks {TOKENIZER}: save its tokenizer in the fast form first.")
    text = _text(family, config, folder)
    if family == "sentence":
        return Plan(family, "article", text, tokens=_tokens(folder, config))
    said = _json(folder, "preprocessor_config.json")
    if family == "clap":
        return Plan(family, "music", text, sound=_sound(said, config))
    return Plan(family, "image", text, picture=_picture(said))


def licence_of(checkpoint: Path) -> str:
    """What the model card says between its first marks, "" where it says nothing."""
    card = checkpoint / "README.md"
    front = card.read_text("utf-8", "replace").split("---", 2) if card.is_file() else []
    for line in (front[1] if len(front) > 2 else "").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "license":
            return value.strip().strip("\"'")
    return ""


def _text(family: Family, config: dict[str, Any], folder: Path) -> TextRecipe:
    told = _json(folder, "tokenizer_config.json", {})
    inner = config.get("text_config", config)
    pad = int(inner.get("pad_token_id") or 0)
    if family == "clip":
        longest = int(inner.get("max_position_embeddings", 77))
        return TextRecipe(longest, fixed=True, pad_id=pad, types="")
    if family == "siglip":
        longest = int(inner.get("max_position_embeddings", 64))
        lower = bool(told.get("do_lower_case", config["model_type"] == "siglip"))
        return TextRecipe(longest, fixed=True, pad_id=pad, mask="", types="", lower=lower)
    if family == "clap":
        return TextRecipe(77, fixed=True, pad_id=pad, types="")
    longest = min(LONGEST, int(inner.get("max_position_embeddings", LONGEST)))
    types = "token_type_ids" if int(inner.get("type_vocab_size", 0)) > 1 else ""
    named = f"{folder.name} {config.get('_name_or_path', '')}".lower()
    before = ("passage: ", "query: ") if "e5" in named else ("", "")
    prompts = _json(folder, "config_sentence_transformers.json", {}).get("prompts") or {}
    before = (
        str(prompts.get("document", prompts.get("passage")) or before[0]),
        str(prompts.get("query") or before[1]),
    )
    return TextRecipe(
        longest, OVERLAP, CHUNKS, pad_id=pad, types=types, before=before[0], before_words=before[1]
    )


def _tokens(folder: Path, config: dict[str, Any]) -> Tokens:
    """What its makers did with the rows of tokens. Raises `BadValue` for what no graph here does."""
    steps = _list(folder, "modules.json")
    strange = [name for step in steps if (name := str(step.get("type")).rpartition(".")[2]) not in STEPS]
    if strange:
        raise BadValue(
            f"{folder} ends in {', '.join(strange)}, which cannot be exported; known are {', '.join(STEPS)}."
        )
    said = _json(folder, "1_Pooling/config.json", {})
    on = [name for name, is_on in said.items() if name.startswith("pooling_mode_") and is_on is True]
    if not on:
        return "last" if config["model_type"] in DECODERS else "mean"
    if len(on) > 1 or on[0] not in POOLINGS:
        raise BadValue(f"{folder} pools by {', '.join(on)}; known is one of {', '.join(POOLINGS)}.")
    return POOLINGS[on[0]]


def _picture(said: dict[str, Any]) -> PictureRecipe:
    size, crop = said.get("size", 224), said.get("crop_size")
    fit: Literal["crop", "stretch"] = "crop" if said.get("do_center_crop") and crop else "stretch"
    width, height = _sides(crop if fit == "crop" else size)
    short = _sides(size)[0] if fit == "crop" else 0
    return PictureRecipe(
        width,
        height,
        fit,
        shortest=0 if short == max(width, height) else short,
        interpolation=FILTERS.get(int(said.get("resample", 3)), "bicubic"),
        scale=float(said.get("rescale_factor", 1 / 255)) if said.get("do_rescale", True) else 1.0,
        mean=_rgb(said, "image_mean", 0.5),
        std=_rgb(said, "image_std", 0.5),
    )


def _sides(told: Any) -> tuple[int, int]:
    if isinstance(told, dict):
        if "shortest_edge" in told:
            return int(told["shortest_edge"]), int(told["shortest_edge"])
        return int(told["width"]), int(told["height"])
    return int(told), int(told)


def _rgb(said: dict[str, Any], name: str, usual: float) -> tuple[float, float, float]:
    red, green, blue = (float(one) for one in said.get(name, [usual] * 3))
    return red, green, blue


def _sound(said: dict[str, Any], config: dict[str, Any]) -> SoundRecipe:
    fused = bool(config.get("audio_config", {}).get("enable_fusion"))
    mel = MelRecipe(
        rate=int(said.get("sampling_rate", 48_000)),
        fft=int(said.get("fft_window_size", 1024)),
        window=int(said.get("fft_window_size", 1024)),
        hop=int(said.get("hop_length", 480)),
        bands=int(said.get("feature_size", 64)),
        low=float(said.get("frequency_min", 50)),
        high=float(said.get("frequency_max", 14_000)),
        scale="htk" if fused else "slaney",
        unit_area=not fused,
    )
    return SoundRecipe(
        mel,
        float(said.get("max_length_s", 10)),
        fill="repeat",
        channels=4 if fused else 1,
        input="input_features",
        longer="is_longer" if fused else "",
    )


def _json(folder: Path, name: str, without: dict[str, Any] | None = None) -> dict[str, Any]:
    file = folder / name
    return without if without is not None and not file.is_file() else _decoded(file, dict[str, Any])


def _list(folder: Path, name: str) -> list[dict[str, Any]]:
    file = folder / name
    return _decoded(file, list[dict[str, Any]]) if file.is_file() else []


def _decoded(file: Path, kind: type[T]) -> T:
    try:
        if file.stat().st_size > LARGEST:
            raise BadValue(f"{file} is too long to be what its name says.")
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except OSError as error:
        raise Refused(f"{file}: {error.strerror}.") from error
    except msgspec.MsgspecError as error:
        raise BadValue(f"{file} is not the JSON that its name says: {error}.") from error
