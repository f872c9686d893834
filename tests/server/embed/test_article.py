"""The article embedder: words in common, in part or in kind, bring texts closer."""

import itertools

import numpy as np
import pytest

from anagnorisis.domain import Unreadable
from anagnorisis.embed import LONGEST_TEXT
from anagnorisis.embed.article import WordTable, load

COOKING = (
    "Simmer the onions in butter, add the flour and stir until the sauce thickens.",
    "Roast the carrots with garlic and olive oil, then season the soup with pepper.",
    "Knead the dough, let it rise for an hour and bake the bread until it is golden.",
)
SPACE = (
    "The telescope photographed a distant galaxy and the dust between its stars.",
    "Astronomers measured the orbit of a planet around a faint red dwarf star.",
    "The spacecraft entered the orbit of Jupiter and sent pictures of its moons.",
)


@pytest.fixture(scope="module")
def table() -> WordTable:
    return load()


def test_texts_on_one_subject_are_closer_than_texts_on_two(table: WordTable) -> None:
    rows = np.array([table.row(text.encode()) for text in COOKING + SPACE])
    likeness = rows @ rows.T
    within = [likeness[a, b] for group in ((0, 1, 2), (3, 4, 5)) for a, b in itertools.combinations(group, 2)]
    across = likeness[:3, 3:]
    assert min(within) > across.max()


def test_a_vector_has_unit_length_whatever_the_length_of_the_text(table: WordTable) -> None:
    for text in ("bread", COOKING[0], " ".join(COOKING + SPACE) * 50):
        row = table.row(text.encode())
        assert row.shape == (256,)
        assert row.dtype == np.float32
        assert np.linalg.norm(row) == pytest.approx(1, abs=1e-5)


def test_the_order_of_words_does_not_matter_and_their_case_neither(table: WordTable) -> None:
    a, b = table.row(b"The cat chased a mouse"), table.row(b"a mouse CHASED the cat")
    assert np.allclose(a, b, atol=1e-6)


def test_a_rare_word_says_more_than_a_common_one(table: WordTable) -> None:
    both = table.row(b"the volcano")
    assert both @ table.row(b"volcano") > both @ table.row(b"the")


def test_a_text_is_read_up_to_its_limit_and_no_further(table: WordTable) -> None:
    long = ("bread " * LONGEST_TEXT)[:LONGEST_TEXT]
    assert np.array_equal(table.row(f"{long} galaxy".encode()), table.row(long.encode()))


@pytest.mark.parametrize("text", ["", " \n\t ", "\U0001f600", "x" * 5000])
def test_a_text_without_a_known_word_is_refused_with_a_reason(table: WordTable, text: str) -> None:
    with pytest.raises(Unreadable, match="No word"):
        table.row(text.encode())


def test_markers_of_the_model_are_mere_letters_when_a_text_holds_them(table: WordTable) -> None:
    assert table.tokenizer.encode("[SEP]", add_special_tokens=False).tokens == ["[", "sep", "]"]
