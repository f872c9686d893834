"""What a look means, given what is known: nothing is read and nothing is asked."""

from anagnorisis.domain import ItemId
from anagnorisis.library.compare import Known, differences
from anagnorisis.sources import EVERYWHERE, Found, Sight

ITEM = ItemId("1" * 32)
Row = tuple[int, int, int, ItemId | None]


def found(path: str, size: int = 1, mtime_ns: int = 1, inode: int = 1, problem: str = "") -> Found:
    return Found(path.encode(), size, mtime_ns, inode, problem)


def sight(*there: Found, under: tuple[bytes, ...] = (EVERYWHERE,)) -> Sight:
    return Sight(list(there), under, (1, 1))


def known(**rows: Row) -> Known:
    return {name.replace("__", "/").replace("_", ".").encode(): row for name, row in rows.items()}


def names(found: list[Found]) -> list[str]:
    return [one.path.decode() for one in found]


SAME: Row = (1, 1, 1, ITEM)


def test_new_files_are_read_and_known_ones_left_alone() -> None:
    todo = differences(sight(found("a.mp3"), found("b.mp3")), known(a_mp3=SAME))
    assert (names(todo.changed), todo.gone) == (["b.mp3"], [])


def test_a_readme_is_about_its_folder_and_no_item() -> None:
    todo = differences(sight(found("d/README.md"), found("readme.txt"), found("readme first.txt")), {})
    assert names(todo.changed) == ["readme first.txt"]


def test_another_size_or_time_is_a_change() -> None:
    for other in (found("a.mp3", size=2), found("a.mp3", mtime_ns=2)):
        todo = differences(sight(other), known(a_mp3=SAME))
        assert (names(todo.changed), todo.renumbered) == (["a.mp3"], [])


def test_another_inode_alone_is_noted_and_not_read() -> None:
    rows = known(a_mp3=SAME, b_mp3=(1, 1, 2, ITEM))
    todo = differences(sight(found("a.mp3", inode=7), found("b.mp3", inode=2)), rows)
    assert (names(todo.changed), names(todo.renumbered)) == ([], ["a.mp3"])


def test_two_files_that_changed_places_are_read() -> None:
    rows = known(a_mp3=SAME, b_mp3=(1, 1, 2, ITEM))
    todo = differences(sight(found("a.mp3", inode=2), found("b.mp3", inode=1)), rows)
    assert (names(todo.changed), todo.renumbered) == (["a.mp3", "b.mp3"], [])


def test_a_file_with_a_problem_is_tried_again_only_when_it_changes() -> None:
    assert differences(sight(found("a.mp3")), known(a_mp3=(1, 1, 1, None))).changed == []
    assert names(differences(sight(found("a.mp3", size=2)), known(a_mp3=(1, 1, 1, None))).changed) == [
        "a.mp3"
    ]


def test_what_was_not_found_where_it_was_looked_for_is_gone() -> None:
    rows = known(a_mp3=SAME, d__b_mp3=SAME, dd__c_mp3=SAME)
    assert sorted(differences(sight(), rows).gone) == [b"a.mp3", b"d/b.mp3", b"dd/c.mp3"]
    assert differences(sight(under=(b"d",)), rows).gone == [b"d/b.mp3"]
    assert differences(sight(under=(b"a.mp3", b"e")), rows).gone == [b"a.mp3"]


def test_what_lies_in_a_folder_that_cannot_be_read_is_not_gone() -> None:
    todo = differences(sight(found("d", problem="could not be read")), known(d__b_mp3=SAME, e__c_mp3=SAME))
    assert todo.gone == [b"e/c.mp3"]
    assert differences(sight(found("", problem="could not be read")), known(a_mp3=SAME)).gone == []


def test_a_cover_beside_tracks_is_no_item() -> None:
    todo = differences(sight(found("d/Cover.JPG"), found("d/a.mp3"), found("e/cover.jpg")), {})
    assert names(todo.covers) == ["d/Cover.JPG"]
    assert names(todo.changed) == ["d/a.mp3", "e/cover.jpg"]


def test_a_known_cover_is_left_alone() -> None:
    rows = known(d__cover_jpg=(1, 1, 1, None), d__a_mp3=SAME)
    todo = differences(sight(found("d/cover.jpg"), found("d/a.mp3")), rows)
    assert (todo.covers, todo.changed, todo.gone) == ([], [], [])


def test_tracks_are_read_again_when_their_cover_comes_changes_or_goes() -> None:
    track, rows = found("d/a.mp3"), known(d__a_mp3=SAME, e__b_mp3=SAME)
    other, with_cover = found("e/b.mp3"), known(d__a_mp3=SAME, e__b_mp3=SAME, d__cover_jpg=(1, 1, 1, None))
    assert names(differences(sight(found("d/cover.jpg"), track, other), rows).changed) == ["d/a.mp3"]
    assert names(differences(sight(found("d/cover.jpg", size=2), track, other), with_cover).changed) == [
        "d/a.mp3"
    ]
    assert names(differences(sight(track, other), with_cover).changed) == ["d/a.mp3"]


def test_a_picture_becomes_a_cover_with_the_first_track_beside_it_and_a_picture_again_without() -> None:
    as_picture = known(d__cover_jpg=SAME)
    todo = differences(sight(found("d/cover.jpg"), found("d/a.mp3")), as_picture)
    assert (names(todo.covers), names(todo.changed)) == (["d/cover.jpg"], ["d/a.mp3"])
    as_cover = known(d__cover_jpg=(1, 1, 1, None), d__a_mp3=SAME)
    todo = differences(sight(found("d/cover.jpg")), as_cover)
    assert (names(todo.changed), todo.gone) == (["d/cover.jpg"], [b"d/a.mp3"])
