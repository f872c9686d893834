"""The picture that goes with a track: in the file, or beside it."""

from tests.files import make_picture, make_text, make_track, png, retag

from anagnorisis.modality import music

from .conftest import Library


async def test_a_picture_called_cover_beside_tracks_is_their_cover_and_no_item(library: Library) -> None:
    make_track(library.folder / "Blue/a.mp3")
    picture = make_picture(library.folder / "Blue/Folder.JPG")
    await library.scan()
    found = await library.items()
    assert set(found) == {"Blue/a.mp3"}
    assert found["Blue/a.mp3"].cover == music.short_digest(picture.read_bytes())
    assert music.cover_bytes(bytes(library.folder / "Blue/a.mp3")) == picture.read_bytes()
    assert await library.problems() == {}


async def test_a_picture_in_the_file_goes_before_one_beside_it(library: Library) -> None:
    track = make_track(library.folder / "a.mp3")
    retag(track, "Sea", png(7))
    make_picture(library.folder / "cover.png")
    await library.scan()
    (item,) = (await library.items()).values()
    assert item.cover == music.short_digest(png(7))
    assert music.cover_bytes(bytes(track)) == png(7)


async def test_cover_goes_before_folder_and_front(library: Library) -> None:
    make_track(library.folder / "a.mp3")
    for seed, name in enumerate(("front.jpg", "folder.png", "cover.webp")):
        make_picture(library.folder / name, seed=seed)
    await library.scan()
    (item,) = (await library.items()).values()
    assert item.cover == music.short_digest((library.folder / "cover.webp").read_bytes())


async def test_a_track_without_a_picture_has_no_cover(library: Library) -> None:
    track = make_track(library.folder / "a.mp3")
    make_picture(library.folder / "holiday.jpg")
    await library.scan()
    found = await library.items()
    assert found["a.mp3"].cover == ""
    assert found["holiday.jpg"].kind == "image"
    assert music.cover_bytes(bytes(track)) is None


async def test_a_picture_called_cover_away_from_music_is_a_picture(library: Library) -> None:
    make_picture(library.folder / "Trips/cover.jpg")
    make_text(library.folder / "Trips/a.txt", "Words.")
    await library.scan()
    assert (await library.items())["Trips/cover.jpg"].kind == "image"


async def test_tracks_show_a_cover_that_comes_changes_and_goes(library: Library) -> None:
    make_track(library.folder / "Blue/a.mp3")
    make_track(library.folder / "Red/b.mp3", seed=1)
    await library.scan()
    covers = []
    picture = library.folder / "Blue/cover.jpg"
    for change in (lambda: make_picture(picture), lambda: make_picture(picture, seed=1), picture.unlink):
        change()
        assert (await library.settle("Blue/cover.jpg")).taken == 1
        found = await library.items()
        assert set(found) == {"Blue/a.mp3", "Red/b.mp3"}
        covers.append(found["Blue/a.mp3"].cover)
    assert covers[0] and covers[1] and covers[0] != covers[1]
    assert covers[2] == ""


async def test_a_cover_changed_while_nobody_watched_is_found_by_the_next_scan(library: Library) -> None:
    make_track(library.folder / "a.mp3")
    picture = make_picture(library.folder / "cover.jpg")
    await library.scan()
    make_picture(picture, seed=1)
    await library.scan()
    (item,) = (await library.items()).values()
    assert item.cover == music.short_digest(picture.read_bytes())
    assert (await library.scan()).taken == 0


async def test_a_picture_becomes_a_cover_when_music_joins_it_and_a_picture_when_it_leaves(
    library: Library,
) -> None:
    make_picture(library.folder / "cover.jpg")
    await library.scan()
    assert set(await library.items()) == {"cover.jpg"}
    track = make_track(library.folder / "a.mp3")
    await library.settle("a.mp3")
    assert set(await library.items()) == {"a.mp3"}
    track.unlink()
    await library.settle("a.mp3")
    assert set(await library.items()) == {"cover.jpg"}
