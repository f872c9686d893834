"""Lists of other players: read, matched with what is in the house, and written to be read again."""

from collections.abc import Sequence

import pytest
from tests.conftest import NOW, MakeItem

from anagnorisis.domain import BadValue, Item, Place, Source
from anagnorisis.library.m3u import Entry, compose, matched, parse
from anagnorisis.store import items, places, sources, written
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import HOUSE, Sight

WRITTEN = """\ufeff#EXTM3U
#PLAYLIST: By the sea
#EXTINF:181,Ida - The tide
D:\\Music\\Ida\\Sea\\01 Tide.mp3
#EXTINF:-1 tvg-id="x",Only a title

../Music/Ida/Sea/02 Shore.flac
# a remark
file:///home/ida/Music/03%20Waves.ogg
plain.mp3
"""


def test_a_list_is_read_whatever_wrote_it() -> None:
    told = parse(WRITTEN)
    assert told.name == "By the sea"
    assert told.entries == [
        Entry("/Music/Ida/Sea/01 Tide.mp3", "The tide", "Ida"),
        Entry("../Music/Ida/Sea/02 Shore.flac", "Only a title", ""),
        Entry("/home/ida/Music/03 Waves.ogg"),
        Entry("plain.mp3"),
    ]


def test_a_bare_list_of_names_is_one_and_nothing_is_none() -> None:
    assert parse("a.mp3\r\nb.mp3\r\n").entries == [Entry("a.mp3"), Entry("b.mp3")]
    assert parse("#EXTM3U\n\n# nothing\n").entries == []


def test_a_list_that_is_no_list_is_refused() -> None:
    with pytest.raises(BadValue, match="at most"):
        parse("x\n" * 20_001)


@pytest.fixture
async def shelf(store: Store, source: Source, make_item: MakeItem) -> dict[str, Item]:
    """Tracks by the path they lie at."""
    named = {
        "Ida/Sea/01 Tide.mp3": ("The tide", "Ida"),
        "Ida/Live/01 Tide.mp3": ("The tide (live)", "Ida"),
        "Bo/Sea/01 Tide.mp3": ("Tide", "Bo"),
        "Zo\u00eb/cafe\u0301.ogg": ("Café", "Zoë"),
        "loose.mp3": ("A - B", "Cy"),
    }
    shelf = {}
    for path, (title, creator) in named.items():
        folder, _, name = path.rpartition("/")
        item = make_item("music", title=title, creator=creator, seconds=181.4)
        place = Place(source.id, path.encode(), item.id, 1, 1, 1, folder, name, "")
        await store.write(lambda db, item=item: items.put(db, [(item, [])]))
        await store.write(lambda db, place=place: places.settle(db, source.id, [place], [], NOW))
        shelf[path] = item
    return shelf


async def found(store: Store, *entries: Entry, sight: Sight = HOUSE) -> tuple[Sequence[str], list[str]]:
    told = await matched(store, entries, sight)
    return told.items, told.missing


async def test_the_longest_common_tail_decides(store: Store, shelf: dict[str, Item]) -> None:
    for path, here in (
        ("/other/disk/Ida/Sea/01 Tide.mp3", "Ida/Sea/01 Tide.mp3"),
        ("X/ida/LIVE/01 tide.MP3", "Ida/Live/01 Tide.mp3"),
        ("../Bo/Sea/01 Tide.mp3", "Bo/Sea/01 Tide.mp3"),
        ("01%20Tide.mp3/../Bo/Sea/01%20Tide.mp3", "Bo/Sea/01 Tide.mp3"),
        ("loose.mp3", "loose.mp3"),
    ):
        assert await found(store, Entry(path)) == ([shelf[here].id], []), path


async def test_letters_with_marks_are_the_same_however_they_are_spelled(
    store: Store, shelf: dict[str, Item]
) -> None:
    for path in ("Zoe\u0308/caf\u00e9.ogg", "Zo\u00eb/cafe\u0301.ogg", "Zo%C3%AB/caf%C3%A9.ogg"):
        assert await found(store, Entry(path)) == ([shelf["Zo\u00eb/cafe\u0301.ogg"].id], []), path


async def test_title_and_artist_stand_in_for_a_path_that_leads_nowhere(
    store: Store, shelf: dict[str, Item]
) -> None:
    tide = shelf["Ida/Sea/01 Tide.mp3"].id
    assert await found(store, Entry("gone.mp3", "The Tide", "IDA")) == ([tide], [])
    assert await found(store, Entry("gone.mp3", "B", "A")) == ([shelf["loose.mp3"].id], [])
    assert (await found(store, Entry("gone.mp3", "The Tide", "Somebody")))[0] == []


async def test_lines_that_mean_nothing_here_are_told(store: Store, shelf: dict[str, Item]) -> None:
    entries = (Entry("a/b.mp3", "Nothing", "Nobody"), Entry("loose.mp3"), Entry(""), Entry("c.mp3"))
    ids, missing = await found(store, *entries)
    assert (ids, missing) == ([shelf["loose.mp3"].id], ["a/b.mp3 (Nobody - Nothing)", "", "c.mp3"])


async def test_what_is_hidden_is_not_matched(store: Store, shelf: dict[str, Item]) -> None:
    other = await store.write(lambda db: sources.add(db, "folder", "/elsewhere", "Other", NOW))
    sight = Sight(1, (other.id,))
    entries = (Entry("Ida/Sea/01 Tide.mp3"), Entry("x", "The tide", "Ida"))
    assert (await found(store, *entries, sight=sight))[0] == []
    assert await written.paths_of(store.read, [one.id for one in shelf.values()], sight) == {}


async def test_a_list_that_was_written_is_read_again_as_it_was(store: Store, shelf: dict[str, Item]) -> None:
    told = [*shelf.values(), shelf["loose.mp3"]]
    paths = await written.paths_of(store.read, [one.id for one in told], HOUSE)
    text = compose("By\nthe sea", told, paths)
    assert text.startswith("#EXTM3U\n#PLAYLIST:By the sea\n#EXTINF:181,Ida - The tide\nIda/Sea/01 Tide.mp3\n")
    again = parse(text)
    assert again.name == "By the sea"
    assert await found(store, *again.entries) == ([one.id for one in told], [])
    bare = "".join(line + "\n" for line in text.splitlines() if not line.startswith("#"))
    assert await found(store, *parse(bare).entries) == ([one.id for one in told], [])


async def test_what_has_no_file_is_left_out(shelf: dict[str, Item]) -> None:
    assert compose("A", [*shelf.values()], {}) == "#EXTM3U\n#PLAYLIST:A\n"
