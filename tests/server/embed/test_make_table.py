"""The steps from a model's rows to the word table."""

import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from anagnorisis.domain import BadValue
from anagnorisis.embed import make_table

VOCABULARY = make_table.FIRST_WORD + 900


def test_half_bytes_give_back_every_number_within_half_a_step() -> None:
    rows = np.random.default_rng(1).normal(size=(50, 8))
    packed, scale = make_table.four_bits(rows)
    assert packed.shape == (50, 4)
    back = np.hstack([packed & 15, packed >> 4]).astype(float) - 8
    assert (np.abs(back * scale[:, None] - rows) <= scale[:, None] / 2 + 1e-12).all()


def test_directions_are_centred_ordered_and_half_whitened() -> None:
    rng = np.random.default_rng(2)
    rows = (rng.normal(size=(VOCABULARY, 12)) * np.geomspace(9, 1, 12) + 5).astype(np.float32)
    table = make_table.half_whitened(rows, dim=6)[make_table.FIRST_WORD :]
    spread = table.std(axis=0)
    plain = np.linalg.svd(rows[make_table.FIRST_WORD :] - rows[make_table.FIRST_WORD :].mean(0))[1][:6]
    assert np.allclose(table.mean(axis=0), 0, atol=1e-4)
    assert np.allclose(spread / spread[0], np.sqrt(plain / plain[0]), rtol=1e-3)


def test_the_same_rows_upside_down_give_directions_of_the_same_sign() -> None:
    rows = np.random.default_rng(4).normal(size=(VOCABULARY, 5)).astype(np.float32)
    turned = rows.copy()
    turned[make_table.FIRST_WORD :] = rows[make_table.FIRST_WORD :][::-1]
    again = make_table.half_whitened(turned, dim=5)[make_table.FIRST_WORD :][::-1]
    assert np.allclose(again, make_table.half_whitened(rows, dim=5)[make_table.FIRST_WORD :], atol=1e-5)


def test_rare_words_weigh_more_and_reserved_ones_nothing() -> None:
    weights = make_table.token_weights(VOCABULARY)
    words = weights[make_table.FIRST_WORD :]
    assert (np.diff(words) > 0).all()
    assert weights.max() == 1
    assert not weights[: make_table.LAST_RESERVED + 1].any()


def test_the_reduced_tokenizer_splits_as_before_and_neither_pads_nor_cuts() -> None:
    whole = {
        "version": "1.0",
        "truncation": {"max_length": 2, "strategy": "LongestFirst", "stride": 0, "direction": "Right"},
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": None,
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": {"[UNK]": 0, "read": 1, "##er": 2},
        },
    }
    reduced = Tokenizer.from_str(make_table.reduced_tokenizer(json.dumps(whole)))
    assert reduced.encode("Reader read read").tokens == ["read", "##er", "read", "read"]


def test_other_weights_than_the_measured_ones_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(BadValue, match="other weights"):
        make_table.make(tmp_path, tmp_path)
