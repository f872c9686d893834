"""Lists of feeds come in as other readers write them, and go out so that any reads them, folders kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anagnorisis.domain import Unreadable
from anagnorisis.sources.feeds import opml, outlines
from anagnorisis.sources.feeds.told import Outline

WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=12)
NAMES = WORDS.filter(lambda name: "/" not in name)
LISTS = st.lists(
    st.builds(
        Outline,
        st.integers(1, 10**6).map(lambda n: f"https://site.example/{n}?a=1&b=2"),
        NAMES,
        st.lists(NAMES, max_size=3).map("/".join),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda one: one.address,
)


@given(LISTS)
def test_a_list_comes_back_as_it_went_out(given: list[Outline]) -> None:
    back = opml.read(outlines.write(given).encode())
    assert {one.address: one for one in back} == {one.address: one for one in given}


def test_lists_of_other_readers_are_read() -> None:
    body = b"""
    <opml version="1.0"><head><title>Subscriptions</title></head><body>
    <outline text="Tech" title="Tech"><outline text="A" title="A" type="rss" xmlUrl="https://a.example/f"
    htmlUrl="https://a.example/"/><outline text="No address" type="rss"/></outline>
    <outline text="A again" xmlUrl="https://a.example/f" type="rss"/>
    <outline title="B only" type="atom" xmlUrl="https://b.example/f" /></body></opml>"""
    found = opml.read(body)
    assert [(one.address, one.folder) for one in found] == [
        ("https://a.example/f", "Tech"),
        ("https://b.example/f", ""),
    ]
    assert found[0].title == "A"


def test_a_feed_in_two_folders_keeps_the_first() -> None:
    line = '<outline text="A" type="rss" xmlUrl="https://a.example/f"/>'
    folders = f'<outline text="x">{line}</outline><outline text="y">{line}</outline>'
    body = f'<opml version="2.0"><body>{folders}</body></opml>'
    assert [one.folder for one in opml.read(body.encode())] == ["x"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"<opml/>",
        b"<html><body>x</body></html>",
        b"<opml version='2.0'><body></body></opml>",
        b"\0\xff",
    ],
)
def test_what_holds_no_feed_is_refused_with_what_to_do(body: bytes) -> None:
    with pytest.raises(Unreadable, match="OPML"):
        opml.read(body)


def test_a_thousand_feeds_are_read_and_written() -> None:
    given = [Outline(f"https://{n}.example/feed", f"Feed {n}", f"Folder {n % 20}") for n in range(1000)]
    assert opml.read(outlines.write(given).encode()) == sorted(given, key=lambda one: int(one.folder[7:]))


def test_entities_that_multiply_are_not_followed() -> None:
    bomb = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 9))
    line = "<outline text='&a8;' type='rss' xmlUrl='https://a.example/'/>"
    body = f"<!DOCTYPE o [<!ENTITY a0 'ha'>{bomb}]><opml><body>{line}"
    try:
        found = opml.read(f"{body}</body></opml>".encode())
    except Unreadable:
        return
    assert all(len(one.title) < 10_000 for one in found)
