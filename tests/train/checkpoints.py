"""Tiny checkpoints of each family, made from their configurations, for the tests of exports."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from anagnorisis.embed import trial
from anagnorisis.export.plan import Asked

WORDS = sorted({word.strip(".,:") for text in trial.TEXTS for word in text.decode().split()})
START, END = 2 + len(WORDS), 3 + len(WORDS)
SIZE = END + 1
CARD = "---\nlicense: cc0-1.0\n---\n# tiny\n"
TEXT: dict[str, Any] = {
    "vocab_size": SIZE,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}
SEEN: dict[str, Any] = {**TEXT, "image_size": 32, "patch_size": 8}
del SEEN["vocab_size"]

Make = Callable[[Path], None]


def tokenizer(folder: Path) -> None:
    known = {
        "[PAD]": 0,
        "[UNK]": 1,
        **{word: n + 2 for n, word in enumerate(WORDS)},
        "<s>": START,
        "</s>": END,
    }
    made = Tokenizer(WordLevel(known, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    made.post_processor = TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", START), ("</s>", END)]
    )
    made.save(str(folder / "tokenizer.json"))


def saved(folder: Path, model: Any, processor: dict[str, Any] | None = None) -> None:
    model.save_pretrained(folder)
    tokenizer(folder)
    (folder / "README.md").write_text(CARD)
    if processor:
        (folder / "preprocessor_config.json").write_text(json.dumps(processor))


def clip(folder: Path) -> None:
    words = {
        **TEXT,
        "max_position_embeddings": 20,
        "bos_token_id": START,
        "eos_token_id": END,
        "pad_token_id": 0,
    }
    config = transformers.CLIPConfig(text_config=words, vision_config=SEEN, projection_dim=24)
    shown = {"do_center_crop": True, "crop_size": {"height": 32, "width": 32}, "size": {"shortest_edge": 32}}
    saved(folder, transformers.CLIPModel(config), shown | {"resample": 3, "image_mean": [0.4] * 3})


def siglip(folder: Path) -> None:
    words = {**TEXT, "max_position_embeddings": 16, "pad_token_id": 0, "projection_size": 32}
    config = transformers.SiglipConfig(text_config=words, vision_config=SEEN)
    saved(folder, transformers.SiglipModel(config), {"size": {"height": 32, "width": 32}, "resample": 2})


def clap(folder: Path) -> None:
    words = {**TEXT, "max_position_embeddings": 90, "pad_token_id": 0, "projection_dim": 16}
    heard = {
        "patch_embeds_hidden_size": 8,
        "hidden_size": 64,
        "depths": [1, 1, 1, 1],
        "num_attention_heads": [1, 1, 2, 2],
        "projection_dim": 16,
        "enable_fusion": False,
    }
    config = transformers.ClapConfig(text_config=words, audio_config=heard, projection_dim=16)
    shown = {"sampling_rate": 48_000, "fft_window_size": 1024, "hop_length": 480, "feature_size": 64}
    saved(folder, transformers.ClapModel(config), shown | {"frequency_min": 50, "max_length_s": 10})


def bert(folder: Path) -> None:
    config = transformers.BertConfig(**TEXT, max_position_embeddings=64, type_vocab_size=2)
    saved(folder, transformers.BertModel(config, add_pooling_layer=False))


def qwen3(folder: Path) -> None:
    config = transformers.Qwen3Config(
        **TEXT, num_key_value_heads=1, head_dim=16, max_position_embeddings=128, initializer_range=0.2
    )
    saved(folder, transformers.Qwen3Model(config))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling/config.json").write_text(json.dumps({"pooling_mode_lasttoken": True}))
    prompts = {"prompts": {"query": "Bees: ", "document": ""}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts))


MAKERS: dict[str, Make] = {"clip": clip, "siglip": siglip, "clap": clap, "bert": bert, "qwen3": qwen3}


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(7)


@pytest.fixture
def asked(tmp_path: Path) -> Callable[..., Asked]:
    def make(name: str, eight_bits: bool = False, given: str = "") -> Asked:
        checkpoint = tmp_path / name
        checkpoint.mkdir()
        MAKERS[name](checkpoint)
        told = (f"tiny-{name}", "CC0-1.0", "a test")
        return Asked(str(checkpoint), str(tmp_path / "out"), *told, eight_bits, given)

    return make
