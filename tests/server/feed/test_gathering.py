"""What belongs together: albums of one or of several artists, artists, genres, publications."""

from dataclasses import dataclass, field
from itertools import count

import pytest

from anagnorisis.domain import ItemId
from anagnorisis.feed import gathering
from anagnorisis.store.shelved import Shelved


@dataclass
class Shop:
    """Makes tracks as they lie on a disk."""

    numbers: count = field(default_factory=lambda: count(1))

    def track(
        self, title: str, creator: str = "", album: str = "", folder: str = "1:", name: str = ""
    ) -> Shelved:
        number = next(self.numbers)
        return Shelved(
            ItemId(f"{number:032x}"), title, creator, album, None, number, 60.0, "", folder, name or title
        )


@pytest.fixture
def shop() -> Shop:
    """A shop with nothing sold yet."""
    return Shop()


def told(groups: list[gathering.Gathered]) -> dict[str, list[str]]:
    return {f"{one.name} – {one.line}": [item.title for item in one.items] for one in groups}


def test_one_artist_makes_one_album_wherever_its_tracks_lie(shop: Shop) -> None:
    tracks = [
        shop.track("Two", "Ida", "Sea", "1:ida/sea/CD2", "01.mp3"),
        shop.track("One", "IDA", "sea", "1:ida/sea/CD1", "01.mp3"),
        shop.track("Extra", "Ida ", "Sea", "1:downloads", "extra.mp3"),
    ]
    assert told(gathering.albums(tracks)) == {"Sea – Ida": ["Extra", "One", "Two"]}


def test_two_artists_albums_of_the_same_name_are_two(shop: Shop) -> None:
    tracks = [
        shop.track("A", "Ida", "Greatest Hits", "1:ida"),
        shop.track("B", "Bo", "Greatest Hits", "1:bo"),
    ]
    assert told(gathering.albums(tracks)) == {"Greatest Hits – Ida": ["A"], "Greatest Hits – Bo": ["B"]}


def test_a_sampler_is_one_album_also_on_several_discs(shop: Shop) -> None:
    tracks = [
        shop.track("A", "Ida", "Sampler", "1:sampler/Disc 1", "02.mp3"),
        shop.track("B", "Bo", "Sampler", "1:sampler/Disc 1", "01.mp3"),
        shop.track("C", "Cy", "Sampler", "1:sampler/Disc 2", "01.mp3"),
        shop.track("D", "", "Sampler", "1:elsewhere", "01.mp3"),
    ]
    assert told(gathering.albums(tracks)) == {
        "Sampler – Various artists": ["B", "A", "C"],
        "Sampler – ": ["D"],
    }


def test_tracks_are_in_the_order_in_which_people_count(shop: Shop) -> None:
    names = ["10 z.mp3", "2 y.mp3", "1 x.mp3", "intro.mp3"]
    (album,) = gathering.albums([shop.track(name, "Ida", "Sea", "1:sea", name) for name in names])
    assert [item.name for item in album.items] == ["1 x.mp3", "2 y.mp3", "10 z.mp3", "intro.mp3"]


def test_a_track_in_two_places_is_in_its_album_once(shop: Shop) -> None:
    one = shop.track("A", "Ida", "Sea", "1:b")
    copy = Shelved(one.id, "A", "Ida", "Sea", None, 1, 60.0, "", "1:a", "A")
    assert told(gathering.albums([one, copy])) == {"Sea – Ida": ["A"]}
    assert gathering.albums([one, copy])[0].items == (copy,)


def test_what_names_no_album_or_artist_is_in_none(shop: Shop) -> None:
    loose = [shop.track("A"), shop.track("B")]
    assert gathering.albums(loose) == gathering.artists(loose) == []


def test_an_artist_has_albums_or_else_tracks(shop: Shop) -> None:
    tracks = [
        shop.track("A", "Ida", "Sea"),
        shop.track("B", "ida", "Land"),
        shop.track("C", "Bo"),
        shop.track("D", "Bo"),
    ]
    assert told(gathering.artists(tracks)) == {"Ida – 2 albums": ["A", "B"], "Bo – 2 tracks": ["C", "D"]}


def test_a_genre_has_artists_and_a_track_may_be_of_several(shop: Shop) -> None:
    a, b = shop.track("A", "Ida"), shop.track("B", "Bo")
    found = gathering.genres([a, b], {a.id: ["Jazz", "Folk"], b.id: ["jazz"]})
    assert told(found) == {"Jazz – 2 artists": ["A", "B"], "Folk – 1 artist": ["A"]}


def test_a_publication_begins_with_its_newest(shop: Shop) -> None:
    texts = [shop.track("Old", album="The Daily"), shop.track("New", album="The Daily")]
    assert told(gathering.publications(texts)) == {"The Daily – 2 articles": ["New", "Old"]}


def test_a_group_keeps_its_number_as_tracks_come_and_go(shop: Shop) -> None:
    a, b = shop.track("A", "Ida", "Sea"), shop.track("B", "Ida", "Sea")
    assert gathering.albums([a])[0].id == gathering.albums([b, a])[0].id
    assert gathering.albums([a])[0].id != gathering.artists([a])[0].id
