"""Titles are filed where a person would look for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anagnorisis.store.titles import letter_of, sort_title


@pytest.mark.parametrize(
    ("title", "filed"),
    [
        ("The Wall", "wall"),
        ("A Day in the Life", "day in the life"),
        ("An Ending", "ending"),
        ("Der Doppelgänger", "doppelganger"),
        ("Die Verwandlung", "verwandlung"),
        ("Le Sacre du printemps", "sacre du printemps"),
        ("L'Étranger", "etranger"),
        ("L’Arlésienne", "arlesienne"),
        ("Las Meninas", "meninas"),
        ("Theory of Everything", "theory of everything"),
        ("Another Day", "another day"),
        ("The The", "the"),
        ("The", "the"),
        ("  (What's the Story) Morning Glory?", "what's the story) morning glory?"),
        ("“Heroes”", "heroes”"),
        ("...", "..."),
        ("Straße", "strasse"),
        ("千と千尋", "千と千尋"),
        ("", ""),
    ],
)
def test_a_title_is_filed_without_case_accents_and_article(title: str, filed: str) -> None:
    assert sort_title(title) == filed


@given(st.text())
def test_a_title_with_something_in_it_is_filed_under_something(title: str) -> None:
    assert bool(sort_title(title)) == bool(title.strip())


@given(st.text(alphabet="abc xyz"))
def test_upper_and_lower_case_are_filed_together(title: str) -> None:
    assert sort_title(title.upper()) == sort_title(title)


def test_names_are_filed_under_letters() -> None:
    assert [letter_of(name) for name in ("élan", " ab", "1984", "", "Ж")] == [
        "E",
        "A",
        "#",
        "#",
        "Ж",
    ]
