"""What a person writes is taken apart as they meant it, in English and German, whatever they paste."""

import pytest

from anagnorisis.domain import BadValue
from anagnorisis.taste.wishes import LONGEST, LONGEST_PART, MOST, Wish, parse, plain

SAID = {
    "melancholic piano": ("melancholic piano", 1, "", None),
    "no celebrity news": ("celebrity news", -1, "", None),
    "But please no celebrity news!": ("celebrity news", -1, "", None),
    "long reads on biology": ("biology", 1, "long", "article"),
    "no long reads": ("", -1, "long", "article"),
    "less jazz": ("jazz", -1, "", None),
    "nothing with clowns": ("clowns", -1, "", None),
    "I don’t like clowns": ("clowns", -1, "", None),
    "more songs about the sea": ("the sea", 1, "", "music"),
    "sad songs": ("sad", 1, "", "music"),
    "pictures of foggy mountains": ("foggy mountains", 1, "", "image"),
    "long walks": ("long walks", 1, "", None),
    "lange Texte über Biologie": ("Biologie", 1, "long", "article"),
    "kurze Artikel": ("", 1, "short", "article"),
    "keine Promi-Nachrichten": ("Promi-Nachrichten", -1, "", None),
    "ohne Werbung": ("Werbung", -1, "", None),
    "nichts mit Clowns": ("Clowns", -1, "", None),
    "aber bitte kein Jazz": ("Jazz", -1, "", None),
    "traurige Lieder": ("traurige", 1, "", "music"),
    '"No Doubt"': ("No Doubt", 1, "", None),
    "northern lights": ("northern lights", 1, "", None),
    "Ein Bild von einem Berg": ("Ein Bild von einem Berg", 1, "", None),
}


@pytest.mark.parametrize("text", SAID)
def test_a_part_is_understood(text: str) -> None:
    assert parse(text) == (Wish(text, *SAID[text]),)


def test_a_text_is_taken_apart_in_order_and_what_is_said_twice_counts_once() -> None:
    text = "melancholic piano, foggy mountains,\nlong reads on biology; no celebrity news. foggy mountains"
    assert [(wish.about, wish.sign) for wish in parse(text)] == [
        ("melancholic piano", 1),
        ("foggy mountains", 1),
        ("biology", 1),
        ("celebrity news", -1),
    ]


def test_an_aversion_reaches_what_an_or_joins_to_it_and_no_further() -> None:
    told = [(wish.written, wish.about, wish.sign) for wish in parse("no gossip or sports, opera")]
    assert told == [("no gossip", "gossip", -1), ("no sports", "sports", -1), ("opera", "opera", 1)]


def test_the_wishes_written_out_again_say_the_same() -> None:
    text = "no gossip or sports, long reads on biology; keine Autos oder Züge"
    wishes = parse(text)
    assert parse("; ".join(wish.written for wish in wishes)) == wishes


@pytest.mark.parametrize(
    "name", ["Blue (Deluxe)", "  Kind  of Blue", "“Heroes”", "AC/DC", "STRASSE", "Straße"]
)
def test_a_name_is_met_by_who_writes_it(name: str) -> None:
    (wish,) = parse(name)
    assert wish.about.casefold() == plain(name)


@pytest.mark.parametrize("text", ["", "   ", ",;,.\n", "no", "\u202e\u0000", "<>", "!!!", "no no no"])
def test_nothing_said_is_no_wish(text: str) -> None:
    assert parse(text) == ()


def test_markup_control_characters_and_turned_writing_are_words_like_others() -> None:
    (one,) = parse("<script>alert(1)</script>")
    assert one.about == "script>alert(1)</script"
    assert [wish.about for wish in parse("شعر عربي\u202e, no \u2066רעש\u2069")] == ["شعر عربي", "רעש"]


def test_too_long_too_many_and_endless_parts_are_refused_with_the_limit() -> None:
    for text, limit in (
        ("x, " * 5000, f"{LONGEST:,}"),
        (", ".join(f"thing {n}" for n in range(MOST + 1)), str(MOST)),
        ("word " * 60, str(LONGEST_PART)),
    ):
        with pytest.raises(BadValue, match=limit):
            parse(text)
