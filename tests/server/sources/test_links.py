"""Addresses are found in whatever somebody pastes."""

import pytest

from anagnorisis.sources.pages import links

BOOKMARKS = """<!DOCTYPE NETSCAPE-Bookmark-file-1>
<DL><p><DT><A HREF="https://a.example/?x=1&amp;y=2" ADD_DATE="1">A</A><DT><A HREF="http://b.example/">B</A></DL>"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://a.example/x", ["https://a.example/x"]),
        ("a.example/x", ["https://a.example/x"]),
        ("Look at this: https://a.example/x. Good!", ["https://a.example/x"]),
        (
            "(see https://a.example/x_(y)) and <https://b.example>",
            ["https://a.example/x_(y)", "https://b.example"],
        ),
        (
            "https://a.example/1\nhttps://a.example/2\nhttps://a.example/1",
            ["https://a.example/1", "https://a.example/2"],
        ),
        ("“https://a.example/ä”, HTTPS://B.example", ["https://a.example/ä", "HTTPS://B.example"]),
        ("file:///etc/passwd javascript:alert(1)", []),
        ("no address at all. None", []),
        ("", []),
        (BOOKMARKS, ["https://a.example/?x=1&y=2", "http://b.example/"]),
    ],
)
def test_addresses_are_found_each_once_without_what_ends_the_sentence(text: str, found: list[str]) -> None:
    assert links.in_text(text) == found


def test_a_paste_without_end_is_cut() -> None:
    assert len(links.in_text("\n".join(f"https://a.example/{n}" for n in range(5000)))) == links.MOST


def test_bookmarks_are_told_from_a_page() -> None:
    assert links.is_list(BOOKMARKS.encode()) and links.is_list(b"\xef\xbb\xbf\n" + BOOKMARKS.encode())
    assert not links.is_list(b"<!doctype html><p>x") and not links.is_list(b"")
