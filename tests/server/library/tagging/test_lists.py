"""Lists of words: plain files that are their owner's, and what cannot be followed in one."""

from pathlib import Path

import pytest

from anagnorisis.domain import KINDS, BadValue, Kind
from anagnorisis.library.tagging import lists
from anagnorisis.library.tagging.lists import Listed, Lists, read


def test_a_line_is_a_tag_and_what_it_is_compared_with() -> None:
    text = "# Mine\n\nbeach\n  birthday : a party; a cake \nBeach\nlamp # over the table\n"
    assert read("image", text).listed == (
        Listed("beach", ("beach", "a photo of beach")),
        Listed("birthday", ("a party", "a cake")),
        Listed("lamp", ("lamp", "a photo of lamp")),
    )


def test_the_digest_moves_with_what_changes_a_guess_and_nothing_else() -> None:
    digest = read("image", "beach\n").digest
    assert read("image", "# A remark\n\n  beach\n").digest == digest
    assert read("image", "beach: sand\n").digest != digest
    assert read("music", "beach\n").digest != digest


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (": something\n", "Line 1 "),
        ("sea\nlake:\n", "Line 2 "),
        (f"{'x' * 65}\n", "up to 64 characters"),
        ("a\x07b\n", "Line 1 "),
        ("a: " + ";".join("abcdefghi") + "\n", "at most 8 phrases"),
        (f"a: {'x' * 257}\n", "256 characters"),
        ("\n".join(f"word {n}" for n in range(501)), "names 501; at most 500"),
    ],
)
def test_a_list_that_cannot_be_followed_says_where(text: str, says: str) -> None:
    with pytest.raises(BadValue, match=says):
        read("image", text)


@pytest.mark.parametrize("kind", KINDS)
def test_what_comes_with_the_program_is_written_once_and_then_left_alone(kind: Kind, tmp_path: Path) -> None:
    ours = Lists(tmp_path / "tags")
    assert len(ours.words(kind).listed) >= 60
    file = tmp_path / "tags" / f"{kind}.txt"
    assert file.read_text("utf-8") == Lists(None).text(kind)
    file.write_bytes("\ufeffmine\r\n".encode())
    assert [one.tag for one in ours.words(kind).listed] == ["mine"]


def test_a_file_that_is_no_text_is_refused_and_left(tmp_path: Path) -> None:
    ours = Lists(tmp_path)
    for body in (b"\xff\xfe\x00", b"x\n" * lists.LARGEST):
        (tmp_path / "image.txt").write_bytes(body)
        with pytest.raises(BadValue, match=r"tags/image\.txt is no text in UTF-8 of at most 256 KiB"):
            ours.words("image")
        assert (tmp_path / "image.txt").read_bytes() == body


def test_a_list_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    ours = Lists(tmp_path / "tags")
    ours.write("image", "sea\n")
    with pytest.raises(BadValue):
        ours.write("image", "lake:\n")
    assert ours.text("image") == "sea\n"
    assert [path.name for path in (tmp_path / "tags").iterdir()] == ["image.txt"]
    with pytest.raises(BadValue, match="keeps no lists"):
        Lists(None).write("image", "sea\n")
