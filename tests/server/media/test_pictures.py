"""One picture made small: what it looks like, and which files are refused."""

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from tests.heif import heif

from anagnorisis.domain import Unreadable
from anagnorisis.media.pictures import shrink

RED, BLUE = (200, 30, 30), (30, 30, 200)


def saved(picture: Image.Image, format_: str, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, format_, **options)
    return out.getvalue()


def halves(width: int, height: int) -> Image.Image:
    """Left red, right blue."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (width // 2, 0, width, height))
    return picture


def shown(file: bytes, side: int = 160) -> Image.Image:
    picture = Image.open(BytesIO(shrink(file, side)))
    assert picture.format == "WEBP"
    return picture


def near(picture: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    pixel = picture.convert("RGB").getpixel(at)
    assert isinstance(pixel, tuple)
    return all(abs(a - b) < 40 for a, b in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("side", [160, 480, 1280])
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF"])
def test_the_longer_side_fits_and_the_shape_stays(format_: str, side: int) -> None:
    small = shown(saved(halves(2400, 1200), format_), side)
    assert small.size == (side, side // 2)
    assert near(small, (side // 8, side // 4), RED)
    assert near(small, (side - side // 8, side // 4), BLUE)


def test_a_small_picture_is_not_enlarged() -> None:
    assert shown(saved(halves(40, 30), "PNG")).size == (40, 30)


def test_a_phone_held_upright_gives_an_upright_picture() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    small = shown(saved(halves(800, 400), "JPEG", exif=exif.tobytes()))
    assert small.size == (80, 160)
    assert near(small, (40, 20), RED) and near(small, (40, 140), BLUE)
    assert not small.getexif()


def test_what_is_see_through_stays_so() -> None:
    glass = Image.new("RGBA", (400, 400), (200, 30, 30, 0))
    glass.paste((30, 30, 200, 255), (200, 0, 400, 400))
    small = shown(saved(glass, "PNG"))
    assert small.mode == "RGBA"
    assert [small.getpixel((x, 80))[3] for x in (20, 140)] == [0, 255]  # type: ignore[index]


def test_of_an_animation_the_first_frame_is_shown() -> None:
    frames = [Image.new("RGB", (300, 300), colour) for colour in (RED, BLUE)]
    small = shown(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert near(small, (80, 80), RED) and getattr(small, "n_frames", 1) == 1


def test_sixteen_bits_of_grey_keep_their_brightness() -> None:
    ramp = np.repeat(np.linspace(0, 65535, 400).astype(np.uint16)[None], 400, 0)
    small = shown(saved(Image.fromarray(ramp), "PNG"))
    assert near(small, (80, 80), (128, 128, 128)) and near(small, (157, 80), (250, 250, 250))


def test_a_picture_for_print_is_shown_in_screen_colours() -> None:
    assert near(shown(saved(halves(400, 400).convert("CMYK"), "JPEG")), (20, 80), RED)


def test_a_colour_profile_of_usual_size_is_kept() -> None:
    profile = b"\0" * 548
    assert shown(saved(halves(400, 400), "JPEG", icc_profile=profile)).info["icc_profile"] == profile
    assert "icc_profile" not in shown(saved(halves(400, 400), "JPEG", icc_profile=b"\0" * 500_000)).info


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is that large, and holds nearly nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


def test_a_picture_that_would_fill_the_memory_is_refused_by_its_size() -> None:
    with pytest.raises(Unreadable, match="30000 by 30000 pixels is too large"):
        shrink(png_of(30_000, 30_000), 160)


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        saved(halves(800, 800), "JPEG")[:2000],
        saved(halves(800, 800), "PNG")[:400],
        saved(halves(800, 800), "GIF")[:60],
        saved(halves(800, 800), "WEBP")[:100],
        saved(halves(80, 80), "BMP"),
        png_of(500, 500),
    ],
)
def test_a_broken_or_foreign_file_is_refused_in_words(file: bytes) -> None:
    with pytest.raises(Unreadable, match="damaged or of a format"):
        shrink(file, 160)


@pytest.mark.parametrize("tiles", [1, 2])
@pytest.mark.parametrize("quarters", [0, 1])
def test_a_phones_picture_is_shown_whole_and_upright(tiles: int, quarters: int) -> None:
    file = heif(halves(512, 256), tiles=tiles, quarters=quarters)
    small = shown(file)
    assert small.size == ((80, 160) if quarters else (160, 80))
    left, right = ((40, 140), (40, 20)) if quarters else ((20, 40), (140, 40))
    assert near(small, left, RED) and near(small, right, BLUE)


def test_half_of_a_phones_picture_is_refused_in_words() -> None:
    file = heif(halves(512, 256))
    with pytest.raises(Unreadable, match="damaged"):
        shrink(file[: len(file) // 2], 160)
