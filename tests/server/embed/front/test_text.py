"""Texts for models: chunks with overlap, padding set by the recipe and not by the file, no tricks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from anagnorisis.domain import BadValue, Unreadable
from anagnorisis.embed.front.recipes import TextRecipe
from anagnorisis.embed.front.text import Reader

WORDS = ["passage", "query", ":", *(f"w{n}" for n in range(100)), "[", "]", "sep"]
PAD, CLS, SEP, UNKNOWN = range(4)
MakeReader = Callable[..., Reader]


@pytest.fixture
def reader(tmp_path: Path) -> MakeReader:
    """A reader of a small BERT tokenizer whose file asks for padding and truncation of its own."""
    tokens = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", *WORDS]
    made = Tokenizer(models.WordPiece({token: at for at, token in enumerate(tokens)}, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.add_special_tokens(["[PAD]", "[CLS]", "[SEP]"])
    made.post_processor = processors.BertProcessing(("[SEP]", SEP), ("[CLS]", CLS))
    made.enable_padding(length=40)
    made.enable_truncation(5)
    made.save(str(tmp_path / "tokenizer.json"))

    def make(**recipe: Any) -> Reader:
        return Reader(tmp_path / "tokenizer.json", TextRecipe(**{"max_tokens": 16, **recipe}))

    return make


def said(*numbers: int) -> str:
    return " ".join(f"w{n}" for n in numbers)


def ids(*numbers: int) -> list[int]:
    return [CLS, *(4 + WORDS.index(f"w{n}") for n in numbers), SEP]


def test_a_short_text_is_one_chunk_without_padding(reader: MakeReader) -> None:
    (chunk,) = reader().chunks(said(1, 2, 3, 4, 5, 6))
    assert chunk.ids == ids(1, 2, 3, 4, 5, 6)
    assert chunk.types == [0] * 8


def test_a_long_text_is_cut_into_chunks_that_overlap(reader: MakeReader) -> None:
    chunks = reader(max_tokens=10, overlap=3, chunks=9).chunks(said(*range(16)))
    assert [chunk.ids for chunk in chunks] == [ids(*range(8)), ids(*range(5, 13)), ids(*range(10, 16))]


def test_what_is_beyond_the_last_chunk_is_left_out(reader: MakeReader) -> None:
    chunks = reader(max_tokens=10, chunks=2).chunks(said(*range(40)))
    assert [chunk.ids for chunk in chunks] == [ids(*range(8)), ids(*range(8, 16))]


def test_what_is_put_before_a_text_is_before_each_chunk(reader: MakeReader) -> None:
    front = reader(max_tokens=10, chunks=9, before="passage: ", before_words="query: ")
    passage, query = ([4 + WORDS.index(word), 4 + WORDS.index(":")] for word in ("passage", "query"))
    chunks = front.chunks(said(*range(10)))
    assert [chunk.ids for chunk in chunks] == [
        [CLS, *passage, *ids(*range(6))[1:]],
        [CLS, *passage, *ids(*range(6, 10))[1:]],
    ]
    (phrase,) = front.chunks(said(*range(10)), words=True)
    assert phrase.ids == [CLS, *query, *ids(*range(6))[1:]]


def test_a_batch_is_of_like_length_and_padded_to_its_longest(reader: MakeReader) -> None:
    front = reader(pad_id=PAD)
    chunks = [front.chunks(said(*range(n)))[0] for n in (9, 1, 5, 2)]
    first, second = front.batches(chunks, 2)
    assert first.rows.tolist() == [1, 3]
    assert second.rows.tolist() == [2, 0]
    assert first.inputs["input_ids"].tolist() == [[*ids(0), PAD], ids(0, 1)]
    assert first.inputs["attention_mask"].tolist() == [[1, 1, 1, 0], [1, 1, 1, 1]]
    assert second.inputs["token_type_ids"].shape == (2, 11)
    assert all(values.dtype == np.int64 for values in first.inputs.values())


def test_a_graph_without_a_mask_is_never_given_padding(reader: MakeReader) -> None:
    front = reader(mask="", types="")
    chunks = [front.chunks(said(*range(n)))[0] for n in (3, 1, 3, 3, 2)]
    batches = [*front.batches(chunks, 2)]
    assert [batch.rows.tolist() for batch in batches] == [[1], [4], [0, 2], [3]]
    for batch in batches:
        rows = batch.inputs["input_ids"].tolist()
        assert rows == [chunks[row].ids for row in batch.rows]


def test_a_graph_gets_the_inputs_that_it_has(reader: MakeReader) -> None:
    front = reader(fixed=True, pad_id=7, ids="text", mask="", types="", dtype="int32")
    (batch,) = front.batches(front.chunks(said(1)), 8)
    assert list(batch.inputs) == ["text"]
    assert batch.inputs["text"].tolist() == [[*ids(1), *[7] * 13]]
    assert batch.inputs["text"].dtype == np.int32


def test_small_letters_where_the_model_was_taught_them(reader: MakeReader) -> None:
    assert reader(lower=True).chunks("W1 W2")[0].ids == ids(1, 2)


@pytest.mark.parametrize("text", ["", " \n\t ", "\r\n"])
@pytest.mark.parametrize("words", [False, True])
def test_an_empty_text_is_refused(reader: MakeReader, text: str, words: bool) -> None:
    with pytest.raises(Unreadable, match="no words in it"):
        reader(before="passage: ", before_words="query: ").chunks(text, words)


def test_a_text_that_names_a_special_token_does_not_end_there(reader: MakeReader) -> None:
    (chunk,) = reader().chunks("w1 [SEP] w2")
    assert chunk.ids.count(SEP) == 1
    assert chunk.ids[-1] == SEP


def test_of_a_book_only_so_much_is_read_as_fits(reader: MakeReader) -> None:
    front = reader(max_tokens=10, chunks=2)
    assert front.chunks(said(*range(100)) + " w5" * 1_000_000) == front.chunks(said(*range(100)))


def test_the_same_text_gives_the_same_chunks(reader: MakeReader) -> None:
    one, other = reader(chunks=4), reader(chunks=4)
    assert one.chunks(said(*range(60))) == other.chunks(said(*range(60)))


def test_a_file_that_is_no_tokenizer_is_named(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(BadValue, match=r"tokenizer\.json cannot be read"):
        Reader(tmp_path / "tokenizer.json", TextRecipe(max_tokens=16))


def test_a_row_without_room_for_text_is_refused(reader: MakeReader) -> None:
    with pytest.raises(BadValue, match="no room for text"):
        reader(max_tokens=8, before=said(*range(6)))
