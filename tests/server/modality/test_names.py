"""Names fit for a list, from files, folders and documents."""

import pytest

from anagnorisis.modality import names
from anagnorisis.modality.documents import Document
from anagnorisis.modality.headline import headline, is_generic


@pytest.mark.parametrize(
    ("stem", "shown"),
    [
        ("main_theme", "Main theme"),
        ("time-machine-1", "Time machine 1"),
        ("Cat 10", "Cat 10"),
        ("IMG_2041", "IMG 2041"),
        ("Miles Davis - So What", "Miles Davis - So What"),
        ("___", "___"),
    ],
)
def test_a_file_name_is_made_readable(stem: str, shown: str) -> None:
    assert names.readable(stem) == shown


@pytest.mark.parametrize(
    ("file", "title"),
    [
        (b"x/03 - Sea.mp3", "Sea"),
        (b"x/03. sea.mp3", "Sea"),
        (b"x/1-12_rain.flac", "12 rain"),
        (b"99 Luftballons.mp3", "Luftballons"),
        (b"1999.mp3", "1999"),
        (b"07.mp3", "07"),
        (b"4'33.wav", "4'33"),
    ],
)
def test_a_track_number_in_front_is_left_out_of_a_title(file: bytes, title: str) -> None:
    assert names.track_title_of(file) == title


def test_a_file_at_the_top_belongs_to_the_folder_of_its_source() -> None:
    assert names.folder_of(b"/home/ida/my_music", b"a.mp3") == "My music"
    assert names.folder_of(b"/home/ida/my_music", b"Blue/Disc 1/a.mp3") == "Disc 1"


def test_names_that_are_not_utf_8_are_shown_with_a_mark() -> None:
    assert names.title_of(b"caf\xe9.txt") == "Caf�"


def test_years_become_moments_and_impossible_ones_nothing() -> None:
    assert names.start_of_year(1970) == 0
    assert names.start_of_year(1969) == -31_536_000
    assert names.start_of_year(0) is None
    assert names.start_of_year(99_999) is None
    assert names.start_of_year(None) is None


def test_genres_that_differ_in_case_or_space_are_one() -> None:
    assert names.distinct([" Rock", "rock", "Jazz  Fusion", "", "ROCK"]) == ("Rock", "Jazz Fusion")


def document(title: str = "", heading: str = "") -> Document:
    return Document(title=title, heading=heading, html="", plain="")


@pytest.mark.parametrize(
    "title", ["I", "xiv", "7.", "Chapter 12", "chapter iv", "Untitled", "", "ab", "index"]
)
def test_a_title_that_says_little_is_known_as_such(title: str) -> None:
    assert is_generic(title)


@pytest.mark.parametrize("title", ["Emma", "1984 revisited", "Mild", "Civic", "Part of the sea"])
def test_a_title_that_tells_is_known_as_such(title: str) -> None:
    assert not is_generic(title)


def test_a_telling_title_stands_as_it_is() -> None:
    assert headline(document("Of bees", "Chapter 1"), "Page 3", "Notes") == "Of bees"


def test_a_telling_heading_stands_in_for_a_title_that_says_little() -> None:
    assert headline(document("Untitled", "Of bees"), "x", "y") == "Of bees"


def test_a_bare_numeral_gives_way_to_a_file_name_that_ends_in_it() -> None:
    assert headline(document("IV", "IV"), "Time machine 4", "Articles") == "Time machine 4"


def test_a_bare_numeral_is_joined_with_another_file_name() -> None:
    assert headline(document("IV"), "The time machine", "Articles") == "The time machine · IV"
    assert headline(document("IV"), "Time machine 5", "Articles") == "Time machine 5 · IV"


def test_a_file_called_index_is_told_by_its_folder() -> None:
    assert headline(document(), "Index", "My garden") == "My garden · Index"


def test_a_text_without_title_has_the_name_of_its_file() -> None:
    assert headline(document(), "Shopping", "Notes") == "Shopping"


def test_a_first_line_as_long_as_a_sentence_is_no_title() -> None:
    assert headline(document(heading="so it went on and on " * 6), "Diary", "Notes") == "Diary"


def test_a_very_long_title_is_cut_between_words() -> None:
    cut = headline(document("word " * 80), "x", "y")
    assert len(cut) <= 160
    assert cut.endswith("word…")
