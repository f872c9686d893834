"""Files that cannot be taken in: listed with a reason fit to show, never an error."""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.core_rs import surgery
from tests.core_rs.conftest import Look, Written
from tests.files import CODECS, make_picture, make_text, make_track, picture, png
from tests.heif import make_heif

PICTURES = ["jpg", "png", "webp", "gif", "avif"]
NOBODY = """
import json, os, sys
from anagnorisis import _core
if os.getuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
root = os.fsencode(sys.argv[1])
found = _core.walk(root, ["txt"])
files = [one.path for one in found if not one.problem]
facts = _core.read_files([root + b"/" + path for path in files], 1)
told = {os.fsdecode(path): fact.problem for path, fact in zip(files, facts)}
print(json.dumps(told | {os.fsdecode(one.path): one.problem for one in found if one.problem}))
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A whole file of every suffix."""
    folder = tmp_path_factory.mktemp("library")
    whole = {suffix: make_track(folder / f"whole.{suffix}", title="T") for suffix in CODECS}
    whole["heic"] = make_heif(folder / "whole.heic", picture(1).resize((200, 152)), tiles=2)
    whole |= {suffix: make_picture(folder / f"whole.{suffix}", size=(200, 150)) for suffix in PICTURES}
    return {suffix: path.read_bytes() for suffix, path in whole.items()}


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user of the machine may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def test_a_file_without_bytes_is_empty(written: Written, look: Look) -> None:
    for suffix in [*CODECS, *PICTURES, "txt", "html"]:
        told = look(written(f"a.{suffix}", b""))
        assert (told.problem, told.id, told.format) == ("is empty", "", "")


def test_a_half_written_file_ends_in_the_middle(
    library: dict[str, bytes], written: Written, look: Look
) -> None:
    for suffix, data in library.items():
        assert look(written(f"a.{suffix}", data)).problem == ""
        for share in (0.3, 0.5, 0.7, 0.9):
            cut = written(f"a.{suffix}", data[: int(len(data) * share)])
            assert (look(cut).problem, look(cut).id) == ("ends in the middle", ""), f"{suffix} at {share}"


def test_a_tag_that_is_longer_than_its_file_ends_in_the_middle(written: Written, look: Look) -> None:
    tag = surgery.id3({b"APIC": b"\0image/png\0\x03\0" + png(0) * 20})
    assert look(written("a.mp3", tag[: len(tag) // 2])).problem == "ends in the middle"
    assert look(written("a.mp3", tag)).problem == "ends in the middle"


def test_a_file_that_is_reserved_but_not_written_yet_is_told(written: Written, look: Look) -> None:
    told = look(written("a.mp3", bytes(100_000)))
    assert told.problem == "is named .mp3 but holds nothing but zeros"


def test_an_mp4_whose_index_has_not_come_yet_ends_in_the_middle(
    library: dict[str, bytes], written: Written, look: Look
) -> None:
    data = library["m4a"]
    assert look(written("a.m4a", data[: data.rindex(b"moov") - 4])).problem == "ends in the middle"


@pytest.mark.parametrize(
    ("name", "inside", "says"),
    [
        ("a.mp3", "png", "is named .mp3 but holds a PNG image"),
        ("a.JPG", "webp", "is named .jpg but holds a WebP image"),
        ("a.png", "jpg", "is named .png but holds a JPEG image"),
        ("a.flac", "mp3", "is named .flac but holds an MP3 track"),
        ("a.wav", "flac", "is named .wav but holds a FLAC track"),
        ("a.opus", "ogg", "is named .opus but holds an Ogg track"),
        ("a.mp3", "m4a", "is named .mp3 but holds an MP4 file"),
        ("a.txt", "gif", "is named .txt but holds a GIF image"),
        ("a.md", "opus", "is named .md but holds an Opus track"),
        ("a.gif", "wav", "is named .gif but holds a WAV track"),
        ("a.wav", "aiff", "is named .wav but holds an AIFF track"),
        ("a.aif", "wav", "is named .aif but holds a WAV track"),
        ("a.mp3", "wma", "is named .mp3 but holds a Windows Media file"),
        ("a.wma", "mp3", "is named .wma but holds an MP3 track"),
    ],
)
def test_a_misnamed_file_is_told_with_what_it_holds(
    name: str, inside: str, says: str, library: dict[str, bytes], written: Written, look: Look
) -> None:
    told = look(written(name, library[inside]))
    assert (told.problem, told.id) == (says, "")


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.jpg", b"<!doctype html><title>Not found</title>", "is named .jpg but holds text"),
        ("a.html", b"%PDF-1.7\n", "is named .html but holds a PDF document"),
        ("a.txt", b"PK\x03\x04\0\0", "is named .txt but holds a ZIP archive"),
        ("a.png", b"BM\0\0\0\0", "is named .png but holds a BMP image"),
        ("a.jpg", b"\0\0\0\x18ftypheic\0\0\0\0", "is named .jpg but holds a HEIF image"),
        ("a.mp3", b"\x01\x02\x03\x04" * 99, "is named .mp3 but holds something else"),
    ],
)
def test_a_stranger_under_our_suffix_is_named(
    name: str, data: bytes, says: str, written: Written, look: Look
) -> None:
    assert look(written(name, data)).problem == says


def test_a_video_in_an_ogg_file_holds_no_sound(written: Written, look: Look) -> None:
    page = surgery.ogg_pages([(b"\x80theora" + bytes(40), 0), (b"\x81theora", 0), (b"x" * 50, 9)], 255)
    assert look(written("a.ogg", page)).problem == "holds no sound that can be played"


def test_opus_and_vorbis_are_both_at_home_in_ogg(
    library: dict[str, bytes], written: Written, look: Look
) -> None:
    told = look(written("a.ogg", library["opus"]))
    assert (told.problem, told.format) == ("", "opus")


def test_what_is_no_file_is_told(tmp_path: Path, look: Look) -> None:
    os.mkfifo(tmp_path / "a.mp3")
    (tmp_path / "b.mp3").mkdir()
    assert look(tmp_path / "a.mp3").problem == look(tmp_path / "b.mp3").problem == "is not a regular file"
    assert look(tmp_path / "c.mp3").problem == "could not be read: no such file or directory"


def test_what_another_person_may_not_read_is_told_and_the_rest_is_read(open_folder: Path) -> None:
    make_text(open_folder / "open.txt", "Everybody may read this.")
    make_text(open_folder / "shut.txt", "Nobody may read this.").chmod(0)
    make_text(open_folder / "inner" / "a.txt", "Nobody gets here.")
    (open_folder / "inner").chmod(0)
    ran = subprocess.run(
        [sys.executable, "-c", NOBODY, str(open_folder)], capture_output=True, check=True, text=True
    )
    (open_folder / "inner").chmod(0o755)
    denied = "could not be read: permission denied"
    assert json.loads(ran.stdout) == {"open.txt": "", "shut.txt": denied, "inner": denied}


def test_no_mutation_of_a_file_raises_or_hangs(
    library: dict[str, bytes], written: Written, look: Look, capfd: pytest.CaptureFixture[str]
) -> None:
    rng = random.Random(3)
    moving = surgery.animated("gif", [picture(1), picture(2)])
    for suffix, data in [*library.items(), ("gif", moving)]:
        for _ in range(150):
            told = look(written(f"a.{suffix}", mutated(data, rng)))
            assert bool(told.problem) != bool(told.id)
            assert 0 <= told.seconds < float("inf")
    assert "panicked" not in capfd.readouterr().err


def mutated(data: bytes, rng: random.Random) -> bytes:
    """`data` with bytes changed, cut out and put in, mostly where the headers are."""
    bytes_ = bytearray(data)
    for _ in range(rng.choice([1, 2, 8, 32])):
        at = rng.randrange(min(len(bytes_), rng.choice([64, 600, len(bytes_)])))
        match rng.randrange(4):
            case 0:
                bytes_[at] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)])
            case 1:
                bytes_[at : at + 4] = rng.choice([b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", b"\0\0\0\1"])
            case 2:
                del bytes_[at : at + rng.randrange(1, 9)]
            case _:
                bytes_[at:at] = rng.randbytes(rng.randrange(1, 9))
    return bytes(bytes_)


def test_an_mp4_cannot_have_its_file_read_over_and_over(
    library: dict[str, bytes], written: Written, look: Look
) -> None:
    data = bytearray(library["m4a"])
    at = data.rindex(b"stsz")
    data[at + 8 : at + 16] = b"\x00\x00\xff\xff\xff\xff\xff\xff"
    at = data.rindex(b"stsc")
    data[at + 16 : at + 20] = b"\xff\xff\xff\xff"
    assert look(written("a.m4a", bytes(data))).problem == "ends in the middle"


def test_an_aiff_without_samples_or_a_common_chunk_holds_no_sound(
    library: dict[str, bytes], written: Written, look: Look
) -> None:
    chunks = dict(surgery.iff_chunks(library["aiff"]))
    common, sound = (b"COMM", chunks[b"COMM"]), (b"SSND", chunks[b"SSND"])
    for kept in ([common], [sound], [common, (b"SSND", bytes(8))], [common, (b"SSND", b"\xff" * 8)]):
        assert (
            look(written("a.aiff", surgery.iff(b"AIFF", kept))).problem == "holds no sound that can be played"
        )
    short = (b"COMM", chunks[b"COMM"][:10])
    assert look(written("a.aiff", surgery.iff(b"AIFF", [short, sound]))).problem == "is damaged"


def test_an_aiff_of_an_impossible_rate_has_no_length(
    library: dict[str, bytes], written: Written, look: Look
) -> None:
    chunks = dict(surgery.iff_chunks(library["aiff"]))
    for rate in (bytes(10), b"\x7f\xff" + bytes(8)):
        common = (b"COMM", chunks[b"COMM"][:8] + rate)
        told = look(written("a.aiff", surgery.iff(b"AIFF", [common, (b"SSND", chunks[b"SSND"])])))
        assert (told.problem, told.seconds) == ("", 0.0)


def test_windows_media_without_a_stream_of_sound_holds_none(
    library: dict[str, bytes], written: Written, look: Look
) -> None:
    wma, stream = library["wma"], bytes.fromhex("409e69f84d5bcf11a8fd00805f5c442b")
    silent = wma.replace(stream, bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b"))
    assert look(written("a.wma", silent)).problem == "holds no sound that can be played"


def test_a_header_of_windows_media_that_is_told_too_short_is_damaged(
    library: dict[str, bytes], written: Written, look: Look
) -> None:
    wma = bytearray(library["wma"])
    wma[46:54] = (3).to_bytes(8, "little")  # the length of its first object
    assert look(written("a.wma", bytes(wma))).problem == "is damaged"
    wma[16:24] = (2**63).to_bytes(8, "little")
    assert look(written("a.wma", bytes(wma))).problem == "ends in the middle"
