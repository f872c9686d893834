"""Which folders may become sources, and which are suggested."""

import os
from pathlib import Path

import pytest

from anagnorisis.api.folders import checked, suggestions
from anagnorisis.domain import AnagnorisisError, BadValue, Conflict, Source, Unreadable


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("home/Music/jazz", "home/Pictures", "home/.config", "data/sample"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return tmp_path / "home"


def source(folder: Path) -> Source:
    return Source(1, "folder", str(folder), "Songs", "ready", 0, None)


def refusal(address: str, home: Path, *there: Source) -> AnagnorisisError:
    with pytest.raises(AnagnorisisError) as refused:
        checked(address, home.parent / "data", there)
    return refused.value


def test_a_folder_may_be_named_from_home_or_by_a_link(home: Path) -> None:
    (home / "link").symlink_to(home / "Music")
    for address in ("~/Music", str(home / "Music/"), str(home / "link"), str(home / "Pictures/../Music")):
        assert checked(address, home.parent / "data", [source(home / "Pictures")]) == home / "Music"


@pytest.mark.parametrize("address", ["Music", "", "./x", "/\0", "relative/path"])
def test_a_folder_is_named_from_the_top(home: Path, address: str) -> None:
    error = refusal(address, home)
    assert isinstance(error, BadValue) and "from the top" in error.what


def test_what_is_no_folder_is_refused(home: Path) -> None:
    (home / "song.mp3").touch()
    for address in ("~/Videos", "~/song.mp3", "~/song.mp3/x"):
        error = refusal(address, home)
        assert isinstance(error, BadValue) and "There is no folder" in error.what


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/", "whole disk"),
        ("~/Music", "is “Songs”"),
        ("~/Music/jazz", "lies in “Songs”"),
        ("~", "lies around “Songs”"),
        ("~/../data", "is the folder where this house keeps"),
        ("~/../data/sample", "lies in the folder where this house keeps"),
    ],
)
def test_folders_do_not_overlap(home: Path, address: str, says: str) -> None:
    error = refusal(address, home, source(home / "Music"))
    assert isinstance(error, Conflict) and says in error.what


def test_a_folder_whose_name_only_begins_alike_is_another(home: Path) -> None:
    (home / "Music of others").mkdir()
    assert checked("~/Music of others", home.parent / "data", [source(home / "Music")])


def test_a_folder_that_is_closed_to_us_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_: Path) -> None:
        raise PermissionError(13, "Permission denied")  # root may read everything, so it is said here

    monkeypatch.setattr(Path, "iterdir", closed)
    error = refusal("~/Music", home)
    assert isinstance(error, Unreadable) and "may not be read" in error.what


def test_the_desktops_own_names_are_suggested(home: Path) -> None:
    (home / ".config/user-dirs.dirs").write_text(
        '# made by the desktop\nXDG_MUSIC_DIR="$HOME/Musik"\nXDG_PICTURES_DIR="/srv/photos"\n'
    )
    (home / "Musik").mkdir()
    told = {one.address: (one.name, one.exists) for one in suggestions()}
    assert told == {
        str(home / "Musik"): ("Musik", True),
        "/srv/photos": ("photos", False),
        str(home / "Documents"): ("Documents", False),
    }


def test_without_a_desktop_the_usual_names_are_suggested(home: Path) -> None:
    assert [(one.name, one.exists) for one in suggestions()] == [
        ("Music", True),
        ("Pictures", True),
        ("Documents", False),
    ]


def test_the_whole_home_is_not_suggested(home: Path) -> None:
    (home / ".config/user-dirs.dirs").write_text('XDG_MUSIC_DIR="$HOME/"\n')
    assert [one.name for one in suggestions()] == ["Pictures", "Documents"]
    assert os.environ["HOME"] == str(home)
