"""A page mark comes back as it went, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from anagnorisis.domain import BadValue
from anagnorisis.feed import marks


class Place(Struct, frozen=True):
    key: int | float | str
    item: str
    shown: bytes = b""


@given(st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(), st.text(), st.binary())
def test_a_mark_stands_for_the_place_it_was_made_of(key: int | float | str, item: str, shown: bytes) -> None:
    place = Place(key, item, shown)
    text = marks.mark(place, (1, "newest"))
    assert marks.read(text, Place, (1, "newest")) == place
    assert text.isascii() and not set(text) & set("+/=&?#")


@given(st.text() | st.text("abcdefXYZ-_0129"))
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="another list"):
        marks.read(text, Place, 1)


@pytest.mark.parametrize("where", [0, 5, 9, -1])
def test_a_mark_with_one_letter_changed_is_refused(where: int) -> None:
    text = marks.mark(Place(7, "a" * 32, b"abc"), 1)
    letters = [*text]
    letters[where] = "B" if letters[where] == "A" else "A"
    with pytest.raises(BadValue):
        marks.read("".join(letters), Place, 1)


def test_a_mark_of_another_list_is_refused() -> None:
    text = marks.mark(Place(7, "a" * 32), ("person 1", "newest"))
    for other in (("person 2", "newest"), ("person 1", "title")):
        with pytest.raises(BadValue):
            marks.read(text, Place, other)
