"""Which item a text is, whatever is done to its file."""

import shutil
from pathlib import Path

from tests.files import make_text

from anagnorisis.library.recognise import bits_apart

from .conftest import Library

STORY = Path(__file__).read_text("utf-8").split('"""')[0] + " ".join(
    f"On day {n} the ship passed island number {n * 7 % 31} and the crew counted {n * n % 97} gulls."
    for n in range(60)
)
"""Some eight hundred words."""
EDITED = (
    STORY.replace("day 7 ", "the seventh day ").replace("On day 30", "At noon of day 30")
    + " Then they landed."
)
OTHER = " ".join(
    f"Take {n} grams of flour, {n % 5} eggs and knead for {n % 11} minutes until it shines."
    for n in range(60)
)


def test_marks_of_either_sign_are_compared_bit_by_bit() -> None:
    assert bits_apart(-1, 0) == 64
    assert bits_apart(-1, -1) == 0
    assert bits_apart(1, -(1 << 63)) == 2
    assert bits_apart(0b1011, 0b0010) == 2


async def only(library: Library) -> str:
    """The id of the only present text."""
    (item,) = {item.id for item in (await library.items()).values()}
    return item


async def test_an_edited_text_is_the_same_item_with_the_new_text(library: Library) -> None:
    file = make_text(library.folder / "a.txt", STORY)
    await library.scan()
    before = await only(library)
    file.write_text(OTHER)
    await library.scan()
    assert await only(library) == before
    (item,) = (await library.items()).values()
    assert item.words == len(OTHER.split())


async def test_the_same_text_elsewhere_is_a_copy(library: Library) -> None:
    make_text(library.folder / "a.txt", STORY)
    await library.scan()
    make_text(library.folder / "b.md", STORY)
    await library.scan()
    found = await library.items()
    assert found["a.txt"].id == found["b.md"].id


async def test_two_new_files_of_the_same_words_are_one_item(library: Library) -> None:
    make_text(library.folder / "a.txt", STORY)
    make_text(library.folder / "b.txt", STORY.replace(" ", "\n"))
    await library.scan()
    assert len({item.id for item in (await library.items()).values()}) == 1


async def test_a_copy_of_a_text_that_was_edited_before_is_a_copy(library: Library) -> None:
    file = make_text(library.folder / "a.txt", STORY)
    await library.scan()
    file.write_text(OTHER)
    await library.scan()
    shutil.copy(file, library.folder / "b.txt")
    await library.scan()
    found = await library.items()
    assert found["a.txt"].id == found["b.txt"].id


async def test_the_old_words_of_an_edited_text_elsewhere_are_another_item(library: Library) -> None:
    file = make_text(library.folder / "a.txt", STORY)
    await library.scan()
    file.write_text(OTHER)
    make_text(library.folder / "b.txt", STORY)
    await library.scan()
    found = await library.items()
    assert found["a.txt"].id != found["b.txt"].id
    assert (await library.scan()).taken == 0


async def test_a_moved_text_is_the_same_item(library: Library) -> None:
    file = make_text(library.folder / "a.txt", STORY)
    await library.scan()
    before = await only(library)
    file.rename(library.folder / "b.txt")
    await library.settle("a.txt", "b.txt")
    assert await only(library) == before


async def test_a_text_moved_and_edited_is_the_one_that_vanished(library: Library) -> None:
    make_text(library.folder / "other.txt", OTHER)
    file = make_text(library.folder / "a.txt", STORY)
    await library.scan()
    before = (await library.items())["a.txt"]
    await library.rate(before, 9.0)
    file.unlink()
    make_text(library.folder / "b.txt", EDITED)
    await library.scan()
    assert (await library.items())["b.txt"].id == before.id
    assert list((await library.ratings()).values()) == [9.0]


async def test_it_is_the_same_if_it_comes_a_moment_after_it_went(library: Library) -> None:
    file = make_text(library.folder / "a.txt", STORY)
    await library.scan()
    before = await only(library)
    file.unlink()
    await library.settle("a.txt")
    make_text(library.folder / "b.txt", EDITED)
    await library.settle("b.txt")
    assert await only(library) == before


async def test_a_new_text_unlike_the_one_that_vanished_is_a_new_item(library: Library) -> None:
    file = make_text(library.folder / "a.txt", STORY)
    await library.scan()
    before = await only(library)
    file.unlink()
    make_text(library.folder / "b.txt", OTHER)
    await library.scan()
    assert await only(library) != before


async def test_a_text_like_one_that_is_still_there_is_a_new_item(library: Library) -> None:
    make_text(library.folder / "a.txt", STORY)
    await library.scan()
    make_text(library.folder / "b.txt", EDITED)
    await library.scan()
    found = await library.items()
    assert found["a.txt"].id != found["b.txt"].id


async def test_of_two_vanished_texts_each_new_one_is_the_one_it_is_most_like(library: Library) -> None:
    for name, text in (("a.txt", STORY), ("b.txt", EDITED)):
        make_text(library.folder / name, text)
    await library.scan()
    before = await library.items()
    for name in before:
        (library.folder / name).unlink()
    make_text(library.folder / "c.txt", EDITED + " And slept.")
    make_text(library.folder / "d.txt", STORY + " And slept.")
    await library.scan()
    after = await library.items()
    assert (after["c.txt"].id, after["d.txt"].id) == (before["b.txt"].id, before["a.txt"].id)


async def test_editing_one_of_two_copies_leaves_the_other_what_it_was(library: Library) -> None:
    for name in ("a.txt", "b.txt"):
        make_text(library.folder / name, STORY)
    await library.scan()
    before = await only(library)
    make_text(library.folder / "b.txt", OTHER)
    await library.scan()
    found = await library.items()
    assert found["a.txt"].id == before
    assert found["b.txt"].id != before


async def test_editing_both_copies_at_once_loses_no_item(library: Library) -> None:
    for name in ("a.txt", "b.txt"):
        make_text(library.folder / name, STORY)
    await library.scan()
    before = await only(library)
    make_text(library.folder / "a.txt", OTHER)
    make_text(library.folder / "b.txt", STORY + " The end of it.")
    await library.scan()
    assert before in {item.id for item in (await library.items()).values()}


async def test_a_text_cut_to_nothing_and_written_again_is_the_same_item(library: Library) -> None:
    file = make_text(library.folder / "a.txt", STORY)
    await library.scan()
    before = await only(library)
    file.write_text("")
    await library.settle("a.txt")
    assert list(await library.problems()) == ["Library/a.txt"]
    file.write_text(EDITED)
    await library.settle("a.txt")
    assert await only(library) == before


async def test_layout_does_not_make_a_text_another(library: Library) -> None:
    file = make_text(library.folder / "a.html", "<h1>Bees</h1><p>They hum.</p>")
    await library.scan()
    file.unlink()
    make_text(library.folder / "b.md", "# Bees\n\nThey\nhum.\n")
    await library.scan()
    assert len(await library.present()) == 1
    (item,) = (await library.items()).values()
    assert item.title == "Bees"
