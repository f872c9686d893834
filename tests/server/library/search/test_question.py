"""A question is taken apart as a person meant it, and nothing in it is an order to the database."""

import sqlite3

import pytest

from anagnorisis.domain import BadValue
from anagnorisis.library.search.question import LONGEST, read
from anagnorisis.store.search import Word, expression

Y1990, Y2000 = 631_152_000, 946_684_800


def test_words_fields_phrases_and_what_to_leave_out() -> None:
    asked = read('artist:"Nina Simone" -tag:live blue folder:Jazz moo')
    assert asked.words == (
        Word("Nina Simone", "creator"),
        Word("live", "tags", without=True),
        Word("blue"),
        Word("Jazz", "folder"),
        Word("moo", begins=True),
    )
    assert asked.plain == "blue moo"
    assert asked.terms == [
        ("nina", False),
        ("simone", False),
        ("blue", False),
        ("jazz", False),
        ("moo", True),
    ]


def test_a_finished_word_is_not_a_beginning() -> None:
    assert read("moon ").words == (Word("moon"),)
    assert read('"moon').words == (Word("moon"),)


@pytest.mark.parametrize(
    ("typed", "since", "until"),
    [
        ("year:1990", Y1990, Y1990 + 365 * 86_400),
        ("jahr:1990-1999", Y1990, Y2000),
        ("year:2000-", Y2000, None),
    ],
)
def test_years_are_a_span_of_time(typed: str, since: int, until: int | None) -> None:
    asked = read(typed)
    assert (asked.words, asked.since, asked.until) == ((), since, until)


def test_what_only_looks_like_a_field_is_words() -> None:
    assert read("re:zero ").words == (Word("re zero"),)
    assert read("year:soon ").words == (Word("year soon"),)


def test_a_question_too_long_is_refused() -> None:
    with pytest.raises(BadValue, match="at most 500"):
        read("a" * (LONGEST + 1))


@pytest.mark.parametrize(
    "typed",
    [
        '" OR 1 NEAR(a b) *',
        "a* AND NOT (b OR",
        "title:\x00 \x00",
        "{title} : x ^y + z",
        '--- -- - : :: """ \'\'',
        "'; DROP TABLE items; --",
        "\ud800 \uffff 💥",
        "-only -this",
        "rank:1 search:2 " + "x " * 200,
    ],
)
def test_no_question_is_an_order_to_the_database(typed: str) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE s USING fts5 (title, creator, collection, tags, folder, said, text)")
    for folders in (True, False):
        if match := expression(read(typed).words, folders):
            db.execute("SELECT rowid FROM s WHERE s MATCH ?", (match,)).fetchall()
