"""What a person writes beside a file, or is noted in it, is searched; neither makes an item of its own."""

from PIL import Image
from tests.files import make_picture, make_text, make_track, retag

from anagnorisis.modality.sidecars import MOST_CHARACTERS, MOST_LINES, words_beside
from anagnorisis.store import search
from anagnorisis.store.search import Within, Word
from anagnorisis.store.visibility import HOUSE

from .conftest import Library


async def found(library: Library, word: str) -> set[str]:
    """The paths of what a word finds, as the scan left the index."""
    ids = await search.found(library.store.read, [Word(word)], Within(), HOUSE, 9)
    return {path for path, item in (await library.items()).items() if item.id in ids}


async def test_a_sidecar_is_searched_and_is_no_item(library: Library) -> None:
    make_picture(library.folder / "a.png")
    (library.folder / "a.png.meta").write_text("Grandmother in Lisbon\n")
    (library.folder / "notes.meta").write_text("About nothing in Lisbon\n")
    await library.scan()
    assert set(await library.items()) == {"a.png"}
    assert await library.problems() == {}
    assert await found(library, "lisbon") == {"a.png"}
    assert (await library.scan()).taken == 0


async def test_one_that_comes_changes_and_goes_is_followed(library: Library) -> None:
    make_text(library.folder / "b.txt", "Some words.")
    await library.scan()
    sidecar = library.folder / "b.txt.meta"
    sidecar.write_text("spring")
    await library.settle("b.txt.meta")
    assert await found(library, "spring") == {"b.txt"}
    sidecar.write_text("autumn, late")
    await library.scan()
    assert (await found(library, "spring"), await found(library, "autumn")) == (set(), {"b.txt"})
    sidecar.unlink()
    await library.settle("b.txt.meta")
    assert await found(library, "autumn") == set()
    assert set(await library.items()) == {"b.txt"}


async def test_a_copy_without_one_takes_nothing_from_the_other(library: Library) -> None:
    make_picture(library.folder / "c.png", seed=3)
    (library.folder / "c.png.meta").write_text("harbour")
    await library.scan()
    make_picture(library.folder / "d.png", seed=3)
    await library.scan()
    assert await found(library, "harbour") == {"c.png", "d.png"}


async def test_what_is_very_long_is_read_at_its_beginning(library: Library) -> None:
    path = bytes(library.folder / "e.png")
    beside = library.folder / "e.png.meta"
    assert words_beside(path) == ""
    beside.write_text("line\n" * (MOST_LINES + 50))
    assert len(words_beside(path).splitlines()) == MOST_LINES
    beside.write_bytes(b"\xff\0x" * MOST_CHARACTERS * 2)
    assert len(words_beside(path)) <= MOST_CHARACTERS and "\0" not in words_beside(path)


async def test_what_cameras_and_taggers_noted_is_searched(library: Library) -> None:
    exif = Image.Exif()
    exif[0x010E] = "Harvest festival"  # ImageDescription
    exif.get_ifd(0x8769)[0xA434] = "Summilux 1:1.7/28"  # LensModel
    make_picture(library.folder / "f.jpg", exif=exif)
    make_track(library.folder / "g.mp3")
    retag(library.folder / "g.mp3", "Suite", composer="Hildegard")
    await library.scan()
    assert await found(library, "summilux") == await found(library, "harvest") == {"f.jpg"}
    assert await found(library, "hildegard") == {"g.mp3"}
