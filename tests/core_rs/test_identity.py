"""The id of a file is that of its content: one test a suffix rewrites everything else."""

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.core_rs import surgery
from tests.core_rs.conftest import IdOf, Written
from tests.files import make_picture, make_text, make_track, picture, png
from tests.heif import make_heif

COVER = png(9)


def other_track(tmp_path: Path, suffix: str) -> Path:
    return make_track(tmp_path / f"other.{suffix}", seed=1)


def test_mp3_keeps_its_id_through_any_tags(tmp_path: Path, written: Written, id_of: IdOf) -> None:
    track = make_track(tmp_path / "a.mp3", title="One")
    bare = surgery.remuxed(
        track, tmp_path / "bare.mp3", {"write_xing": "0", "id3v2_version": "0"}
    ).read_bytes()
    tag = surgery.id3({b"TIT2": b"\0Two", b"APIC": b"\0image/png\0\x03\0" + COVER})
    tail = surgery.ape({b"Title": b"Three"}) + surgery.id3v1(b"Three")
    same = {
        id_of(track),
        id_of(surgery.remuxed(track, tmp_path / "re.mp3", title="Two", artist="Somebody")),
        id_of(written("bare2.mp3", bare)),
        id_of(written("both.mp3", tag + bare + tail)),
        id_of(written("twice.mp3", tag + tag + track.read_bytes() + tail)),
    }
    assert len(same) == 1
    assert id_of(other_track(tmp_path, "mp3")) not in same


def test_flac_keeps_its_id_through_any_blocks(tmp_path: Path, written: Written, id_of: IdOf) -> None:
    track = make_track(tmp_path / "a.flac", title="One")
    flac = track.read_bytes()
    told = surgery.flac_with(flac, (4, surgery.comments("TITLE=Two")), (6, surgery.picture_block(COVER)))
    same = {
        id_of(track),
        id_of(surgery.remuxed(track, tmp_path / "re.flac", title="Two")),
        id_of(written("bare.flac", surgery.flac_with(flac))),
        id_of(written("told.flac", told)),
        id_of(written("padded.flac", surgery.flac_with(flac, (1, bytes(5000))))),
        id_of(written("id3.flac", surgery.id3({b"TIT2": b"\0Two"}) + flac + surgery.id3v1(b"Two"))),
        id_of(written("ape.flac", flac + surgery.ape({b"Title": b"Two"}))),
    }
    assert len(same) == 1
    assert id_of(other_track(tmp_path, "flac")) not in same


@pytest.mark.parametrize("suffix", ["ogg", "opus"])
def test_ogg_and_opus_keep_their_id_through_tags_and_paging(
    suffix: str, tmp_path: Path, written: Written, id_of: IdOf
) -> None:
    track = make_track(tmp_path / f"a.{suffix}", title="One")
    packets = surgery.ogg_packets(track.read_bytes())
    mark = b"OpusTags" if suffix == "opus" else b"\x03vorbis"
    assert packets[1][0].startswith(mark)
    retold = [*packets]
    retold[1] = (mark + surgery.comments("TITLE=Two", surgery.cover_comment(COVER)), 0)
    changed = [*packets]
    changed[-2] = (changed[-2][0][:-1] + bytes([changed[-2][0][-1] ^ 1]), changed[-2][1])
    same = {
        id_of(track),
        id_of(surgery.remuxed(track, tmp_path / f"re.{suffix}", {"page_duration": "20000"}, title="Two")),
        id_of(written(f"long.{suffix}", surgery.ogg_pages(packets, 255))),
        id_of(written(f"short.{suffix}", surgery.ogg_pages(packets, 3, serial=99))),
        id_of(written(f"retold.{suffix}", surgery.ogg_pages(retold, 200))),
    }
    assert len(same) == 1
    assert id_of(other_track(tmp_path, suffix)) not in same
    assert id_of(written(f"changed.{suffix}", surgery.ogg_pages(changed, 255))) not in same


def test_the_volume_noted_in_an_opus_header_is_not_part_of_it(
    tmp_path: Path, written: Written, id_of: IdOf
) -> None:
    track = make_track(tmp_path / "a.opus")
    (head, granule), *rest = surgery.ogg_packets(track.read_bytes())
    louder = written(
        "b.opus", surgery.ogg_pages([(head[:16] + b"\x00\x03" + head[18:], granule), *rest], 255)
    )
    skipped = written(
        "c.opus", surgery.ogg_pages([(head[:10] + b"\x00\x03" + head[12:], granule), *rest], 255)
    )
    assert id_of(track) == id_of(louder) != id_of(skipped)


def test_m4a_keeps_its_id_wherever_its_boxes_are(tmp_path: Path, written: Written, id_of: IdOf) -> None:
    track = make_track(tmp_path / "a.m4a", title="One")
    tags = {b"\xa9nam": (1, b"Two"), b"covr": (14, COVER)}
    pieces = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    same = {
        id_of(track),
        id_of(surgery.remuxed(track, tmp_path / "re.m4a", title="Two")),
        id_of(surgery.remuxed(track, tmp_path / "front.m4a", {"movflags": "faststart"}, title="A" * 900)),
        id_of(surgery.remuxed(track, tmp_path / "pieces.m4a", pieces)),
        id_of(written("told.m4a", surgery.m4a_with(track.read_bytes(), tags))),
        id_of(written("tail.m4a", track.read_bytes() + surgery.id3v1(b"Two"))),
    }
    assert len(same) == 1
    assert id_of(other_track(tmp_path, "m4a")) not in same


def test_wav_keeps_its_id_through_other_chunks(tmp_path: Path, written: Written, id_of: IdOf) -> None:
    track = make_track(tmp_path / "a.wav", title="One")
    chunks = dict(surgery.riff_chunks(track.read_bytes()))
    sound = [(b"fmt ", chunks[b"fmt "]), (b"data", chunks[b"data"])]
    plain = chunks[b"fmt "][:16]
    extended = b"\xfe\xff" + plain[2:] + struct.pack("<HHI", 22, 16, 4) + plain[:2] + bytes(14)
    faster = plain[:4] + struct.pack("<II", 96_000, 192_000) + plain[12:]
    info = (b"LIST", b"INFO" + b"INAM" + struct.pack("<I", 4) + b"Two\0")
    same = {
        id_of(track),
        id_of(written("bare.wav", surgery.riff(b"WAVE", sound))),
        id_of(written("before.wav", surgery.riff(b"WAVE", [info, *sound]))),
        id_of(
            written("id3.wav", surgery.riff(b"WAVE", [*sound, (b"id3 ", surgery.id3({b"TIT2": b"\0Two"}))]))
        ),
        id_of(written("extended.wav", surgery.riff(b"WAVE", [(b"fmt ", extended), sound[1]]))),
    }
    assert len(same) == 1
    assert id_of(other_track(tmp_path, "wav")) not in same
    assert id_of(written("faster.wav", surgery.riff(b"WAVE", [(b"fmt ", faster), sound[1]]))) not in same


@pytest.mark.parametrize("suffix", ["aif", "aiff"])
def test_aif_and_aiff_keep_their_id_through_other_chunks(
    suffix: str, tmp_path: Path, written: Written, id_of: IdOf
) -> None:
    track = make_track(tmp_path / f"a.{suffix}", title="One")
    chunks = dict(surgery.iff_chunks(track.read_bytes()))
    common, sound = (b"COMM", chunks[b"COMM"]), (b"SSND", chunks[b"SSND"])
    tag = (b"ID3 ", surgery.id3({b"TIT2": b"\0Two", b"APIC": b"\0image/png\0\x03\0" + COVER}))
    name, packed = (b"NAME", b"Two"), (b"COMM", chunks[b"COMM"] + b"NONE\x0enot compressed\0")
    shifted = (b"SSND", struct.pack(">II", 6, 0) + bytes(6) + sound[1][8:])
    same = {
        id_of(track),
        id_of(surgery.remuxed(track, tmp_path / f"re.{suffix}", title="Two", artist="Somebody")),
        id_of(written(f"bare.{suffix}", surgery.iff(b"AIFF", [common, sound]))),
        id_of(written(f"told.{suffix}", surgery.iff(b"AIFF", [name, common, tag, sound]))),
        id_of(written(f"turned.{suffix}", surgery.iff(b"AIFF", [sound, tag, common]))),
        id_of(written(f"shifted.{suffix}", surgery.iff(b"AIFF", [common, shifted]))),
        id_of(written(f"packed.{suffix}", surgery.iff(b"AIFC", [packed, sound]))),
    }
    assert len(same) == 1
    assert id_of(other_track(tmp_path, suffix)) not in same
    swapped = (b"COMM", chunks[b"COMM"] + b"sowt\0\0")
    assert id_of(written(f"swapped.{suffix}", surgery.iff(b"AIFC", [swapped, sound]))) not in same


def test_wma_keeps_its_id_through_any_header(tmp_path: Path, written: Written, id_of: IdOf) -> None:
    track = make_track(tmp_path / "a.wma", title="One")
    wma = track.read_bytes()
    same = {
        id_of(track),
        id_of(surgery.remuxed(track, tmp_path / "re.wma", title="Two", artist="Somebody")),
        id_of(written("told.wma", surgery.asf_with(wma, {"WM/AlbumTitle": "Two", "WM/Genre": "Rock"}))),
        id_of(written("bare.wma", surgery.asf_with(wma, {}))),
        id_of(written("tail.wma", wma + surgery.id3v1(b"Two"))),
    }
    assert len(same) == 1
    assert id_of(other_track(tmp_path, "wma")) not in same
    assert id_of(written("changed.wma", wma[:-9] + bytes([wma[-9] ^ 1]) + wma[-8:])) not in same


def test_alac_keeps_its_id_wherever_its_boxes_are(tmp_path: Path, written: Written, id_of: IdOf) -> None:
    track = make_track(tmp_path / "a.m4a", codec="alac", title="One")
    tags = {b"\xa9nam": (1, b"Two"), b"covr": (14, COVER)}
    same = {
        id_of(track),
        id_of(surgery.remuxed(track, tmp_path / "front.m4a", {"movflags": "faststart"}, title="A" * 900)),
        id_of(written("told.m4a", surgery.m4a_with(track.read_bytes(), tags))),
    }
    assert len(same) == 1
    assert id_of(make_track(tmp_path / "aac.m4a")) not in same


@pytest.mark.parametrize("suffix", ["jpg", "jpeg"])
def test_jpg_and_jpeg_keep_their_id_through_segments(
    suffix: str, tmp_path: Path, written: Written, id_of: IdOf
) -> None:
    photo = make_picture(tmp_path / f"a.{suffix}", size=(320, 240))
    data = photo.read_bytes()
    notes = surgery.segment(0xE1, b"Exif\0\0" + surgery.exif_block(surgery.photo_notes()))
    said = surgery.segment(0xFE, b"hello \xff\xd9 there")
    profile = surgery.segment(0xE2, b"ICC_PROFILE\0" + bytes(70))
    first = surgery.segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    assert data[2 : 2 + len(first)] == first
    same = {
        id_of(photo),
        id_of(make_picture(tmp_path / f"noted.{suffix}", size=(320, 240), exif=surgery.photo_notes())),
        id_of(written(f"bare.{suffix}", data[:2] + data[2 + len(first) :])),
        id_of(written(f"told.{suffix}", data[:2] + notes + said + profile + data[2:])),
        id_of(written(f"tail.{suffix}", data + b"a video may be appended here")),
    }
    assert len(same) == 1
    assert id_of(make_picture(tmp_path / f"other.{suffix}", seed=1, size=(320, 240))) not in same
    flipped = bytearray(data)
    flipped[-100] ^= 1
    assert id_of(written(f"flipped.{suffix}", bytes(flipped))) not in same


def test_a_progressive_jpg_counts_all_its_scans(written: Written, tmp_path: Path, id_of: IdOf) -> None:
    photo = tmp_path / "a.jpg"
    picture(size=(320, 240)).save(photo, progressive=True)
    data = photo.read_bytes()
    assert data.count(b"\xff\xda") > 2
    last = data.rindex(b"\xff\xda")
    shorter = written("b.jpg", data[:last] + b"\xff\xd9")
    assert id_of(photo) != id_of(shorter)


def test_png_keeps_its_id_through_chunks_and_cuts(tmp_path: Path, written: Written, id_of: IdOf) -> None:
    image = make_picture(tmp_path / "a.png")
    chunks = surgery.png_chunks(image.read_bytes())
    pixels = b"".join(body for name, body in chunks if name == b"IDAT")
    cut = [(b"IDAT", pixels[i : i + 100]) for i in range(0, len(pixels), 100)]
    notes = [
        (b"tEXt", b"Title\0Two"),
        (b"eXIf", surgery.exif_block(surgery.photo_notes())),
        (b"tIME", bytes(7)),
    ]
    same = {
        id_of(image),
        id_of(make_picture(tmp_path / "noted.png", exif=surgery.photo_notes())),
        id_of(written("cut.png", surgery.png_of([chunks[0], *notes, *cut, notes[0], chunks[-1]]))),
    }
    assert len(same) == 1
    assert id_of(make_picture(tmp_path / "other.png", seed=1)) not in same


def test_the_palette_of_a_png_is_part_of_it(tmp_path: Path, written: Written, id_of: IdOf) -> None:
    image = tmp_path / "a.png"
    picture().quantize(16).save(image)
    chunks = surgery.png_chunks(image.read_bytes())
    inverted = [(k, bytes(255 - b for b in v) if k == b"PLTE" else v) for k, v in chunks]
    assert id_of(image) != id_of(written("b.png", surgery.png_of(inverted)))


def test_webp_keeps_its_id_through_chunks(tmp_path: Path, written: Written, id_of: IdOf) -> None:
    image = tmp_path / "a.webp"
    picture().save(image)
    chunks = surgery.riff_chunks(image.read_bytes())
    assert [name for name, _ in chunks] == [b"VP8 "]
    features = (b"VP8X", bytes([0x0C, 0, 0, 0, 63, 0, 0, 47, 0, 0]))
    notes = [(b"EXIF", surgery.exif_block(surgery.photo_notes())), (b"XMP ", b"<x/>")]
    same = {
        id_of(image),
        id_of(make_picture(tmp_path / "noted.webp", exif=surgery.photo_notes())),
        id_of(written("told.webp", surgery.riff(b"WEBP", [features, *chunks, *notes]))),
    }
    assert len(same) == 1
    assert id_of(make_picture(tmp_path / "other.webp", seed=1)) not in same


def test_gif_keeps_its_id_through_comments(tmp_path: Path, written: Written, id_of: IdOf) -> None:
    frames = [picture(seed) for seed in range(3)]
    data = surgery.animated("gif", frames, duration=100, loop=0)
    at = 13 + (3 << (data[10] & 7) + 1)
    said = b"\x21\xfe\x05hello\x00"
    noted = b"\x21\xff\x0bXMP DataXMP\x03<x/\x00"
    same = {
        id_of(written("a.gif", data)),
        id_of(written("b.gif", data[:at] + said + noted + data[at:])),
        id_of(written("c.gif", data[:-1] + said + data[-1:] + b"tail")),
    }
    assert len(same) == 1
    slower = surgery.animated("gif", frames, duration=200, loop=0)
    once = surgery.animated("gif", frames, duration=100, loop=1)
    fewer = surgery.animated("gif", frames[:2], duration=100, loop=0)
    others = {id_of(written(f"{i}.gif", other)) for i, other in enumerate([slower, once, fewer])}
    assert len(others) == 3 and not others & same


@pytest.mark.parametrize("suffix", ["txt", "md", "html", "htm", "xhtml"])
def test_txt_md_html_htm_and_xhtml_are_what_they_say(suffix: str, tmp_path: Path, id_of: IdOf) -> None:
    page = make_text(tmp_path / f"a.{suffix}", "<p>One thing.</p>\n")
    copy = make_text(tmp_path / "elsewhere" / f"b.{suffix}", "<p>One thing.</p>\n")
    other = make_text(tmp_path / f"c.{suffix}", "<p>Another thing.</p>\n")
    assert id_of(page) == id_of(copy) != id_of(other)


@pytest.mark.parametrize("tiles", [1, 2])
def test_heif_keeps_its_id_through_notes_turns_and_order(tiles: int, tmp_path: Path, id_of: IdOf) -> None:
    image = picture(3).resize((128, 64))
    ways = [
        {},
        {"exif": surgery.exif_block(surgery.photo_notes())},
        {"quarters": 1},
        {"shuffled": True},
        {"padding": 5000},
        {"brand": b"mif1"},
    ]
    same = {id_of(make_heif(tmp_path / f"{n}.heic", image, tiles=tiles, **way)) for n, way in enumerate(ways)}
    assert len(same) == 1
    others = [picture(4).resize((128, 64)), image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    assert not same & {id_of(make_heif(tmp_path / "other.heic", one, tiles=tiles)) for one in others}
    assert id_of(make_heif(tmp_path / "tiled.heic", image, tiles=3 - tiles)) not in same


def test_avif_keeps_its_id_through_notes(tmp_path: Path, id_of: IdOf) -> None:
    image, notes = picture(3).resize((96, 64)), surgery.photo_notes()
    for name, one, exif in (("a", image, b""), ("b", image, notes), ("c", picture(5).resize((96, 64)), b"")):
        one.save(tmp_path / f"{name}.avif", exif=exif)
    assert id_of(tmp_path / "a.avif") == id_of(tmp_path / "b.avif") != id_of(tmp_path / "c.avif")


def test_of_tiff_the_whole_file_counts(tmp_path: Path, id_of: IdOf) -> None:
    for name, seed in (("a", 3), ("copy", 3), ("other", 4)):
        picture(seed).resize((96, 64)).save(tmp_path / f"{name}.tif", compression="tiff_lzw")
    assert id_of(tmp_path / "a.tif") == id_of(tmp_path / "copy.tif") != id_of(tmp_path / "other.tif")


@pytest.mark.parametrize("format", ["webp", "png"])
def test_every_frame_of_a_moving_picture_counts(format: str, written: Written, id_of: IdOf) -> None:
    frames = [picture(seed) for seed in range(4)]
    one = written(f"a.{format}", surgery.animated(format, frames[:3], duration=100))
    other = written(f"b.{format}", surgery.animated(format, [*frames[:2], frames[3]], duration=100))
    assert id_of(one) != id_of(other)


def test_a_file_larger_than_any_window_counts_to_its_end(written: Written, id_of: IdOf) -> None:
    sound = np.random.default_rng(0).bytes(3_000_000)
    chunks = [(b"fmt ", struct.pack("<HHIIHH", 1, 2, 44_100, 176_400, 4, 16)), (b"data", sound)]
    long = written("a.wav", surgery.riff(b"WAVE", chunks))
    chunks[1] = (b"data", sound[:-1] + bytes([sound[-1] ^ 1]))
    assert id_of(long) != id_of(written("b.wav", surgery.riff(b"WAVE", chunks)))


def test_formats_never_share_an_id(tmp_path: Path, id_of: IdOf) -> None:
    square = Image.new("RGB", (8, 8))
    for suffix in ("jpg", "png", "webp", "gif"):
        square.save(tmp_path / f"a.{suffix}")
    for suffix in ("mp3", "flac", "ogg", "opus", "m4a", "wav", "aif", "wma"):
        make_track(tmp_path / f"a.{suffix}", seconds=0.1)
    ids = {id_of(path) for path in tmp_path.iterdir()}
    assert len(ids) == 12
