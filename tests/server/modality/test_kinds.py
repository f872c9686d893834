"""Which file is of which kind, and the numbers that say what it is like before any model looks."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.files import make_picture, make_text, make_track, png, retag

from anagnorisis import _core
from anagnorisis.domain import Guessed, Item, Kind, Unreadable
from anagnorisis.modality import MODALITIES, WIDTH, Described, Seen, music, of_name


@pytest.mark.parametrize(
    ("kind", "suffixes"),
    [
        ("music", "mp3 flac ogg opus m4a wav aif aiff wma"),
        ("image", "jpg jpeg png webp gif"),
        ("article", "txt md html htm xhtml"),
    ],
)
def test_suffixes_say_the_kind_whatever_their_case(kind: Kind, suffixes: str) -> None:
    for suffix in suffixes.split():
        assert of_name(b"deep/a." + suffix.encode()) is MODALITIES[kind]
        assert of_name(b"A." + suffix.upper().encode()) is MODALITIES[kind]


@pytest.mark.parametrize("name", [b"mp3", b"a.exe", b"a.mp3.part", b"a", b"README.md", b"x/readme.TXT"])
def test_other_files_are_of_no_kind(name: bytes) -> None:
    assert of_name(name) is None


def describe(path: Path, cover: str = "") -> Described:
    """The item that a file on the disk makes."""
    (facts,) = _core.read_files([bytes(path)], 1)
    modality = of_name(bytes(path))
    assert modality is not None
    assert facts.problem == ""
    return modality.describe(facts, Seen(bytes(path.parent), path.name.encode(), 1_700_000_000, cover))


@pytest.mark.parametrize("suffix", ["mp3", "flac", "ogg", "opus", "m4a", "wav", "aif", "aiff", "wma"])
def test_a_track_of_every_suffix_is_described(tmp_path: Path, suffix: str) -> None:
    path = make_track(
        tmp_path / f"a.{suffix}", seconds=2, title="Sea", artist="Ida", album="Blue", genre="Folk"
    )
    told = describe(path)
    assert (told.item.kind, told.item.title, told.item.creator) == ("music", "Sea", "Ida")
    assert told.item.seconds == pytest.approx(2, abs=0.1)
    assert told.tags == ("Folk",)


@pytest.mark.parametrize("suffix", ["jpg", "jpeg", "png", "webp", "gif"])
def test_a_picture_of_every_suffix_is_described(tmp_path: Path, suffix: str) -> None:
    item = describe(make_picture(tmp_path / f"cat_one.{suffix}", size=(80, 40))).item
    assert (item.kind, item.title, item.width, item.height) == ("image", "Cat one", 80, 40)


def test_a_picture_knows_its_camera_its_moment_and_which_way_is_up(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Canon", "Canon EOS 6D", 6
    exif.get_ifd(0x8769)[0x9003] = "2019:07:01 12:00:00"
    item = describe(make_picture(tmp_path / "a.jpg", size=(80, 40), exif=exif)).item
    assert "EOS 6D" in item.creator
    assert item.made_at == 1_561_982_400
    assert (item.width, item.height) == (40, 80)


@pytest.mark.parametrize("suffix", ["txt", "md", "html", "htm", "xhtml"])
def test_a_text_of_every_suffix_is_described(tmp_path: Path, suffix: str) -> None:
    told = describe(make_text(tmp_path / f"Notes/of_bees.{suffix}", "Bees hum.\n\nThey do."))
    assert (told.item.kind, told.item.words, told.item.collection) == ("article", 4, "Notes")
    assert told.text is not None
    assert told.text.plain == "Bees hum.\nThey do." if suffix in ("txt", "md") else "Bees hum. They do."


def test_the_id_of_a_text_is_that_of_its_words(tmp_path: Path) -> None:
    page = make_text(tmp_path / "a.html", "<title>x</title><h1>Bees</h1><p>They <b>hum</b>.</p>")
    note = make_text(tmp_path / "b.md", "# Bees\n\nThey hum.")
    assert describe(page).item.id == describe(note).item.id


def test_words_are_counted_in_scripts_without_spaces_too(tmp_path: Path) -> None:
    assert describe(make_text(tmp_path / "a.txt", "日本語 isn't hard")).item.words == 5


def test_a_page_gives_its_author_date_and_keywords_to_its_item(tmp_path: Path) -> None:
    page = """<meta name=author content="Ida Moss"><meta name=date content="1970-01-02">
        <meta name=keywords content="Bees, bees , Summer"><h1>Of bees</h1>"""
    told = describe(make_text(tmp_path / "a.html", page))
    assert (told.item.title, told.item.creator, told.item.made_at) == ("Of bees", "Ida Moss", 86_400)
    assert told.tags == ("Bees", "Summer")


def test_a_date_that_is_none_is_passed_over(tmp_path: Path) -> None:
    page = make_text(tmp_path / "a.html", '<meta name="date" content="last summer"><p>Words.</p>')
    assert describe(page).item.made_at is None


def test_a_page_without_words_is_refused(tmp_path: Path) -> None:
    page = make_text(tmp_path / "a.html", "<p>* * *</p><img src=x.jpg>")
    with pytest.raises(Unreadable, match="no words"):
        describe(page)


def test_an_embedded_cover_is_told_by_its_digest(tmp_path: Path) -> None:
    track = make_track(tmp_path / "a.mp3")
    retag(track, "Sea", png())
    assert describe(track, cover="f" * 16).item.cover == music.short_digest(png())
    assert describe(make_track(tmp_path / "b.mp3", seed=1), cover="f" * 16).item.cover == "f" * 16


def item(kind: Kind, **facts: object) -> Item:
    """An item of which little is known."""
    plain = dict.fromkeys(("title", "creator", "collection", "cover"), "")
    numbers = dict.fromkeys(("added_at", "seconds", "width", "height", "words"), 0)
    return Item(**{"id": "0" * 32, "kind": kind, "made_at": None, **plain, **numbers, **facts})


EXTREMES = [
    {},
    {"made_at": -(10**10), "seconds": 1e9, "width": 1, "height": 10**9, "words": 10**9},
    {"made_at": 10**11, "seconds": 0.001, "width": 10**9, "height": 1, "words": 1, "cover": "f" * 16},
    {"creator": "Ida", "collection": "Blue", "made_at": 0},
]


@pytest.mark.parametrize("kind", ["music", "image", "article"])
@pytest.mark.parametrize("facts", EXTREMES)
def test_numbers_are_bounded_and_repeatable_whatever_is_known(kind: Kind, facts: dict[str, object]) -> None:
    row = MODALITIES[kind].numbers(item(kind, **facts), ["Folk", "Slow"])
    assert (row.shape, row.dtype) == ((WIDTH,), np.float32)
    assert np.isfinite(row).all()
    assert np.abs(row).max() <= 1.3
    assert np.array_equal(row, MODALITIES[kind].numbers(item(kind, **facts), ["Folk", "Slow"]))


@pytest.mark.parametrize("kind", ["music", "image", "article"])
def test_nothing_known_is_no_signal(kind: Kind) -> None:
    assert not MODALITIES[kind].numbers(item(kind), [])[8:].any()


def test_items_of_one_artist_are_alike_in_their_numbers_and_of_another_are_not() -> None:
    first, second, other = (
        MODALITIES["music"].numbers(item("music", creator=name), []) for name in ("Ida", "IDA", "Nils")
    )
    assert np.array_equal(first, second)
    assert not np.array_equal(first[16:24], other[16:24])


def test_the_season_and_the_hour_of_a_picture_go_round() -> None:
    new_year, summer = 1_577_836_800, 1_593_561_600
    rows = [
        MODALITIES["image"].numbers(item("image", made_at=at), []) for at in (new_year, new_year - 60, summer)
    ]
    assert np.abs(rows[0][2:6] - rows[1][2:6]).max() < 0.03
    assert np.abs(rows[0][2:4] - rows[2][2:4]).max() > 1.5


@pytest.mark.parametrize("kind", ["music", "article", "image"])
def test_a_guessed_tag_is_a_name_that_is_not_counted(kind: Kind) -> None:
    said, guessed, none = (
        MODALITIES[kind].numbers(item(kind), tags) for tags in (["sea"], [Guessed("sea")], [])
    )
    assert np.array_equal(said[8:], guessed[8:]) and not np.array_equal(guessed, none)
    assert np.array_equal(guessed[:8], none[:8])
