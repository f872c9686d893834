"""A checkpoint's JSON becomes recipes, and what cannot be exported is refused before torch is asked."""

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from tests.server.running import run

from anagnorisis.domain import BadValue, Refused
from anagnorisis.export.plan import licence_of, planned

TEXT = {"max_position_embeddings": 77, "pad_token_id": 1}
FILES: dict[str, dict[str, Any]] = {
    "config.json": {"model_type": "clip", "text_config": TEXT},
    "preprocessor_config.json": {
        "do_center_crop": True,
        "crop_size": {"height": 224, "width": 224},
        "size": {"shortest_edge": 256},
        "resample": 3,
        "image_mean": [0.48, 0.46, 0.41],
        "image_std": [0.27, 0.26, 0.28],
    },
    "tokenizer.json": {},
}
Checkpoint = Callable[..., Path]


@pytest.fixture
def checkpoint(tmp_path: Path) -> Checkpoint:
    """`checkpoint(**{"config.json": {...}})`: JSON files beside weights that nobody reads; None: no file."""

    def make(**changed: dict[str, Any] | None) -> Path:
        folder = tmp_path / "tiny-e5"
        folder.mkdir()
        for name, told in (FILES | changed).items():
            if told is not None:
                (folder / name).write_text(json.dumps(told))
        (folder / "model.safetensors").write_bytes(b"weights")
        return folder

    return make


SENTENCE = {"config.json": {"model_type": "bert"}, "preprocessor_config.json": None}


@pytest.mark.parametrize(
    ("switch", "tokens"),
    [
        ("pooling_mode_cls_token", "first"),
        ("pooling_mode_mean_tokens", "mean"),
        ("pooling_mode_lasttoken", "last"),
    ],
)
def test_a_sentence_model_pools_as_its_makers_did(checkpoint: Checkpoint, switch: str, tokens: str) -> None:
    folder = checkpoint(**SENTENCE)
    assert planned(folder).tokens == "mean"
    (folder / "1_Pooling").mkdir()
    pooling = folder / "1_Pooling/config.json"
    pooling.write_text(
        json.dumps({"word_embedding_dimension": 8, switch: True, "pooling_mode_max_tokens": False})
    )
    assert planned(folder).tokens == tokens
    pooling.write_text(json.dumps({switch: True, "pooling_mode_max_tokens": True}))
    with pytest.raises(BadValue, match=r"pools by .*pooling_mode_max_tokens; known is one of"):
        planned(folder)


def test_a_decoder_takes_its_last_token_and_the_makers_instruction(checkpoint: Checkpoint) -> None:
    prompts = {"prompts": {"query": "Instruct: find it\nQuery:", "document": ""}}
    folder = checkpoint(
        **SENTENCE | {"config.json": {"model_type": "qwen3"}, "config_sentence_transformers.json": prompts}
    )
    plan = planned(folder)
    assert (plan.family, plan.tokens, plan.text.types) == ("sentence", "last", "")
    assert plan.text.before_words == "Instruct: find it\nQuery:"


def test_steps_behind_the_pooling_are_never_left_out_in_silence(checkpoint: Checkpoint) -> None:
    folder = checkpoint(**SENTENCE)
    steps = [
        {"type": f"sentence_transformers.models.{one}"} for one in ("Transformer", "Pooling", "Normalize")
    ]
    (folder / "modules.json").write_text(json.dumps(steps))
    assert planned(folder).tokens == "mean"
    (folder / "modules.json").write_text(json.dumps([*steps, {"type": "sentence_transformers.models.Dense"}]))
    with pytest.raises(BadValue, match="ends in Dense, which cannot be exported"):
        planned(folder)


def test_a_clip_cuts_the_middle_out_and_pads_its_words(checkpoint: Checkpoint) -> None:
    plan = planned(checkpoint())
    assert (plan.family, plan.kind) == ("clip", "image")
    assert plan.picture
    picture = plan.picture
    assert (picture.width, picture.fit, picture.short_side, picture.interpolation) == (
        224,
        "crop",
        256,
        "bicubic",
    )
    assert picture.mean == (0.48, 0.46, 0.41)
    assert (plan.text.max_tokens, plan.text.fixed, plan.text.pad_id, plan.text.types) == (77, True, 1, "")


def test_a_siglip_stretches_and_has_no_mask(checkpoint: Checkpoint) -> None:
    config = {"model_type": "siglip", "text_config": {"max_position_embeddings": 64}}
    shown = {"size": {"height": 256, "width": 256}, "resample": 2}
    plan = planned(checkpoint(**{"config.json": config, "preprocessor_config.json": shown}))
    assert plan.picture and (plan.picture.fit, plan.picture.interpolation) == ("stretch", "bilinear")
    assert (plan.text.mask, plan.text.lower, plan.text.max_tokens) == ("", True, 64)


@pytest.mark.parametrize(("fused", "scale"), [(False, "slaney"), (True, "htk")])
def test_a_clap_hears_ten_seconds_by_the_filters_it_was_taught_with(
    checkpoint: Checkpoint, fused: bool, scale: str
) -> None:
    config = {"model_type": "clap", "text_config": TEXT, "audio_config": {"enable_fusion": fused}}
    heard = {"sampling_rate": 48_000, "fft_window_size": 1024, "hop_length": 480, "feature_size": 64}
    plan = planned(checkpoint(**{"config.json": config, "preprocessor_config.json": heard}))
    assert plan.sound and plan.kind == "music"
    assert (plan.sound.mel.scale, plan.sound.channels, bool(plan.sound.longer)) == (
        scale,
        4 if fused else 1,
        fused,
    )


def test_an_e5_puts_its_words_before_texts_and_questions(checkpoint: Checkpoint) -> None:
    config = {"model_type": "xlm-roberta", "max_position_embeddings": 514, "type_vocab_size": 1}
    plan = planned(checkpoint(**{"config.json": config}))
    assert (plan.text.before, plan.text.before_words, plan.text.types) == ("passage: ", "query: ", "")
    assert plan.text.max_tokens == 256


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"config.json": {"model_type": "llama"}}, "holds a 'llama'; known are clip"),
        ({"config.json": [1]}, "is not the JSON that its name says"),
        ({"tokenizer.json": None}, "lacks tokenizer.json"),
        ({"preprocessor_config.json": {"size": 8, "resample": 2}}, "its sides must lie in"),
    ],
)
def test_what_cannot_be_exported_is_refused_by_name(checkpoint: Checkpoint, changed: Any, why: str) -> None:
    with pytest.raises(BadValue, match=why):
        planned(checkpoint(**changed))


def test_a_pickle_is_never_opened(checkpoint: Checkpoint) -> None:
    folder = checkpoint()
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(BadValue, match=r"has pytorch_model\.bin and no \*\.safetensors"):
        planned(folder)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"nowhere.config\.json: No such file"):
        planned(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlicense: apache-2.0\ntags:\n- x\n---\n# Model", "apache-2.0"),
        ("---\nlanguage: en\n---\nlicense: mit", ""),
        ("# No front matter", ""),
    ],
)
def test_the_licence_is_that_of_the_card(tmp_path: Path, card: str, licence: str) -> None:
    assert licence_of(tmp_path) == ""
    (tmp_path / "README.md").write_text(card)
    assert licence_of(tmp_path) == licence


def test_the_command_says_what_it_lacks(checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder, into = checkpoint(), tmp_path / "out"
    told = run("models", "export", folder, into)
    assert told.returncode == 1 and "Say under which terms" in told.stderr
    told = run("models", "export", folder, into, "--licence", "MIT")
    assert told.returncode == 1 and not into.exists() and "Traceback" not in told.stderr
    if not find_spec("torch"):
        assert "pip install 'anagnorisis[train,cpu]'" in told.stderr
