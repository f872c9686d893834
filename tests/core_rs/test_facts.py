"""What the core tells of a file beside its id: tags, covers, length, pixels, the camera's notes."""

import struct
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from tests.core_rs import surgery
from tests.core_rs.conftest import Look, Written
from tests.files import CODECS, make_picture, make_text, make_track, picture, png
from tests.heif import make_heif

from anagnorisis import _core

COVER, BACK = png(1), png(2)
FORMATS = {"aif": "aiff"}


def test_tags_are_read_from_every_kind_of_track(tmp_path: Path, look: Look) -> None:
    for suffix in CODECS:
        told = look(
            make_track(
                tmp_path / f"a.{suffix}",
                title="Tïtle",
                artist="Ärtist 東京",
                album="Album",
                genre="Jazz",
                date="1999-05-01",
                track="3/12",
            )
        )
        assert (told.title, told.artist, told.album) == ("Tïtle", "Ärtist 東京", "Album"), suffix
        assert (told.genres, told.year, told.track, told.format) == (
            ["Jazz"],
            1999,
            3,
            FORMATS.get(suffix, suffix),
        )


def test_a_track_without_tags_has_empty_ones(tmp_path: Path, look: Look) -> None:
    for suffix in CODECS:
        told = look(make_track(tmp_path / f"a.{suffix}"))
        assert (told.title, told.artist, told.album, told.cover) == ("", "", "", ""), suffix
        assert (told.genres, told.year, told.track, told.camera) == ([], None, None, "")


def test_the_length_of_a_track_is_that_of_its_sound(tmp_path: Path, look: Look) -> None:
    for suffix in sorted(set(CODECS) - {"ogg"}):
        told = look(make_track(tmp_path / f"a.{suffix}", seconds=2.5))
        assert told.seconds == pytest.approx(2.5, abs=0.06), suffix


def test_the_length_of_vorbis_is_its_last_granule_position(
    tmp_path: Path, written: Written, look: Look
) -> None:
    packets = surgery.ogg_packets(make_track(tmp_path / "a.ogg").read_bytes())
    packets[-1] = (packets[-1][0], 3 * 48_000)
    assert look(written("b.ogg", surgery.ogg_pages(packets, 255))).seconds == 3.0


def test_a_stream_saved_in_the_middle_is_not_as_long_as_the_broadcast(
    tmp_path: Path, written: Written, look: Look
) -> None:
    packets = surgery.ogg_packets(make_track(tmp_path / "a.ogg").read_bytes())
    late = [(packet, granule + 10**9 if granule else 0) for packet, granule in packets]
    seconds = [
        look(written(f"{i}.ogg", surgery.ogg_pages(p, 3))).seconds for i, p in enumerate([packets, late])
    ]
    assert 0 < seconds[1] <= seconds[0]


def test_tracks_in_a_chain_are_as_long_as_all_together(tmp_path: Path, look: Look, written: Written) -> None:
    one, two = (make_track(tmp_path / f"{seed}.opus", seed=seed) for seed in (1, 2))
    chain = look(written("chain.opus", one.read_bytes() + two.read_bytes()))
    assert chain.seconds == pytest.approx(look(one).seconds + look(two).seconds)
    assert chain.id not in (look(one).id, look(two).id)


def test_a_fragmented_m4a_is_as_long_as_its_fragments(tmp_path: Path, look: Look) -> None:
    track = make_track(tmp_path / "a.m4a", seconds=2.0)
    pieces = surgery.remuxed(track, tmp_path / "b.m4a", {"movflags": "frag_keyframe+empty_moov"})
    assert look(pieces).seconds == pytest.approx(look(track).seconds, abs=0.03)


def test_covers_are_found_wherever_they_are_kept(tmp_path: Path, written: Written, look: Look) -> None:
    flac, ogg = make_track(tmp_path / "a.flac").read_bytes(), make_track(tmp_path / "a.opus").read_bytes()
    m4a, wav = make_track(tmp_path / "a.m4a").read_bytes(), make_track(tmp_path / "a.wav").read_bytes()
    aiff, wma = make_track(tmp_path / "a.aiff").read_bytes(), make_track(tmp_path / "a.wma").read_bytes()
    front = surgery.id3({b"APIC": b"\0image/png\0\x03\0" + COVER})
    packets = surgery.ogg_packets(ogg)
    packets[1] = (b"OpusTags" + surgery.comments(surgery.cover_comment(COVER)), 0)
    tracks = [
        written("b.mp3", front + make_track(tmp_path / "a.mp3").read_bytes()),
        written("b.flac", surgery.flac_with(flac, (6, surgery.picture_block(COVER)))),
        written("b.opus", surgery.ogg_pages(packets, 255)),
        written("b.m4a", surgery.m4a_with(m4a, {b"covr": (14, COVER)})),
        written("b.wav", surgery.riff(b"WAVE", [*surgery.riff_chunks(wav), (b"id3 ", front)])),
        written("b.aiff", surgery.iff(b"AIFF", [*surgery.iff_chunks(aiff), (b"ID3 ", front)])),
        written("b.wma", surgery.asf_with(wma, {"WM/Picture": surgery.asf_picture(COVER)})),
    ]
    for track in tracks:
        assert look(track).cover == _core.digest(COVER)[:16], track.name
        assert _core.embedded_cover(bytes(track)) == COVER


def test_the_front_cover_is_preferred_and_what_is_no_picture_is_left_out(
    tmp_path: Path, written: Written, look: Look
) -> None:
    flac = make_track(tmp_path / "a.flac").read_bytes()

    def cover(*pictures: tuple[bytes, int]) -> bytes | None:
        blocks = [(6, surgery.picture_block(picture, kind)) for picture, kind in pictures]
        track = written("b.flac", surgery.flac_with(flac, *blocks))
        embedded = _core.embedded_cover(bytes(track))
        assert look(track).cover == (_core.digest(embedded)[:16] if embedded else "")
        return embedded

    assert cover((BACK, 4), (COVER, 3)) == COVER
    assert cover((BACK, 4)) == BACK
    assert cover((b"<html>no picture</html>", 3), (BACK, 4)) == BACK
    assert cover((b"", 3)) is None


def test_a_large_cover_does_not_hide_the_tags(tmp_path: Path, written: Written, look: Look) -> None:
    large = COVER + bytes(20 << 20)
    tag = surgery.id3({b"TIT2": b"\0Title", b"APIC": b"\0image/png\0\x03\0" + large})
    told = look(written("b.mp3", tag + make_track(tmp_path / "a.mp3").read_bytes()))
    assert (told.title, told.cover) == ("Title", _core.digest(large)[:16])


def test_no_cover_comes_from_what_is_no_track(tmp_path: Path) -> None:
    assert _core.embedded_cover(bytes(make_picture(tmp_path / "a.png"))) is None
    assert _core.embedded_cover(bytes(tmp_path / "gone.mp3")) is None


def test_genres_are_told_apart(tmp_path: Path, written: Written, look: Look) -> None:
    flac = make_track(tmp_path / "a.flac").read_bytes()
    lines = surgery.comments("GENRE=Jazz", "genre=Soul; Funk", "GENRE=Jazz")
    assert look(written("b.flac", surgery.flac_with(flac, (4, lines)))).genres == ["Jazz", "Soul", "Funk"]
    mp3 = make_track(tmp_path / "a.mp3").read_bytes()
    assert look(written("b.mp3", surgery.id3({b"TCON": b"\0(17)"}) + mp3)).genres == ["Rock"]


def test_an_album_artist_stands_in_for_a_missing_artist(tmp_path: Path, written: Written, look: Look) -> None:
    flac = make_track(tmp_path / "a.flac").read_bytes()
    lines = surgery.comments("ALBUMARTIST=Various", "YEAR=2004")
    told = look(written("b.flac", surgery.flac_with(flac, (4, lines))))
    assert (told.artist, told.year) == ("Various", 2004)


def test_a_tag_is_one_line_and_bounded(tmp_path: Path, written: Written, look: Look) -> None:
    flac = make_track(tmp_path / "a.flac").read_bytes()
    lines = surgery.comments("TITLE= one\ntwo\0three ", "ALBUM=" + "x" * 100_000)
    told = look(written("b.flac", surgery.flac_with(flac, (4, lines))))
    assert told.title == "one two"
    assert len(told.album) == 1000


def test_tags_that_make_no_sense_do_not_hide_the_track(tmp_path: Path, written: Written, look: Look) -> None:
    flac = make_track(tmp_path / "a.flac")
    told = look(written("b.flac", surgery.flac_with(flac.read_bytes(), (4, b"\xff" * 40))))
    assert (told.problem, told.title, told.id) == ("", "", look(flac).id)


def test_a_picture_has_its_size_in_pixels(tmp_path: Path, look: Look) -> None:
    for suffix, format in [
        ("jpg", "jpeg"),
        ("jpeg", "jpeg"),
        ("png", "png"),
        ("webp", "webp"),
        ("gif", "gif"),
    ]:
        told = look(make_picture(tmp_path / f"a.{suffix}", size=(70, 30)))
        assert (told.width, told.height, told.format, told.seconds) == (70, 30, format, 0.0)
    for lossless in (True, False):
        picture(size=(71, 31)).save(tmp_path / "b.webp", lossless=lossless)
        told = look(tmp_path / "b.webp")
        assert (told.width, told.height) == (71, 31)
    (tmp_path / "c.webp").write_bytes(surgery.animated("webp", [picture(1), picture(2)]))
    assert look(tmp_path / "c.webp").width == 64


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_the_notes_of_the_camera_are_read(suffix: str, tmp_path: Path, look: Look) -> None:
    told = look(make_picture(tmp_path / f"a.{suffix}", exif=surgery.photo_notes()))
    moment = datetime(2019, 5, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert told.taken_at == moment.timestamp()
    assert told.camera == "Canon EOS 5D"
    assert told.numbers == pytest.approx([400, 2.8, 0.004, 50])


def test_a_moment_without_an_offset_is_taken_for_utc(tmp_path: Path, look: Look) -> None:
    notes = surgery.photo_notes()
    del notes.get_ifd(0x8769)[0x9011]
    told = look(make_picture(tmp_path / "a.jpg", exif=notes))
    assert told.taken_at == datetime(2019, 5, 1, 12, tzinfo=UTC).timestamp()


def test_a_picture_without_notes_has_empty_ones(tmp_path: Path, look: Look) -> None:
    told = look(make_picture(tmp_path / "a.jpg"))
    assert (told.taken_at, told.camera, told.numbers, told.way) == (None, "", [0, 0, 0, 0], 0)


def test_a_picture_that_is_shown_turned_has_its_sides_exchanged(tmp_path: Path, look: Look) -> None:
    for orientation in range(1, 9):
        notes = surgery.photo_notes(orientation=orientation)
        told = look(make_picture(tmp_path / "a.jpg", size=(80, 20), exif=notes))
        assert (told.width, told.height) == ((80, 20) if orientation < 5 else (20, 80))
        assert told.way == orientation


def test_notes_that_make_no_sense_do_not_hide_the_picture(
    tmp_path: Path, written: Written, look: Look
) -> None:
    data = make_picture(tmp_path / "a.jpg").read_bytes()
    for block in (b"", b"MM\0*", b"II*\0" + b"\xff" * 30, bytes(100), struct.pack("<2sHIH", b"II", 42, 8, 9)):
        told = look(written("b.jpg", data[:2] + surgery.segment(0xE1, b"Exif\0\0" + block) + data[2:]))
        assert (told.problem, told.taken_at, told.width) == ("", None, 64)


def test_answers_stand_in_the_order_of_the_paths(tmp_path: Path) -> None:
    paths = [make_text(tmp_path / f"{i}.txt", f"text {i}") for i in range(200)]
    many = _core.read_files([bytes(path) for path in paths], 4)
    assert [one.id for one in many] == [_core.read_files([bytes(path)], 1)[0].id for path in paths]
    assert _core.read_files([], 4) == []


def test_a_digest_is_32_hex_digits_of_blake3() -> None:
    assert _core.digest(b"") == "af1349b9f5f9a1a6a0404dea36dcc949"
    assert _core.digest(b"abc") == "6437b3ac38465133ffb63b75273a8db5"


@pytest.mark.parametrize("tiles", [1, 2])
@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_phones_picture_is_as_it_is_shown_and_says_when_it_was_taken(
    tiles: int, quarters: int, tmp_path: Path, look: Look
) -> None:
    notes = surgery.exif_block(surgery.photo_notes(orientation=6))
    image = picture(3).resize((128, 64))
    told = look(make_heif(tmp_path / "a.heic", image, tiles=tiles, quarters=quarters, exif=notes))
    assert (told.format, told.camera) == ("heif", "Canon EOS 5D")
    assert (told.width, told.height) == ((64, 128) if quarters % 2 else (128, 64))
    assert told.taken_at == datetime(2019, 5, 1, 12, tzinfo=timezone(timedelta(hours=2))).timestamp()
    assert told.way == 0, "the file turns its picture by itself"


def test_pictures_of_other_kinds_tell_their_size(tmp_path: Path, look: Look) -> None:
    for suffix, named, more in (("avif", "avif", {}), ("tif", "tiff", {"compression": "tiff_lzw"})):
        image, path = picture(2).resize((96, 64)), tmp_path / f"a.{suffix}"
        image.save(path, exif=surgery.photo_notes(), **more)
        told = look(path)
        assert (told.format, told.width, told.height, told.problem) == (named, 96, 64, "")
    assert told.camera == "Canon EOS 5D"


def test_a_tiff_that_lies_on_its_side_is_told_as_it_is_shown(tmp_path: Path, look: Look) -> None:
    picture(2).resize((96, 64)).save(tmp_path / "a.tif", exif=surgery.photo_notes(orientation=6))
    told = look(tmp_path / "a.tif")
    assert (told.width, told.height, told.way) == (64, 96, 6)
