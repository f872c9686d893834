"""The image embedder: upright and small whatever the file; near for a copy, far for others."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.heif import make_heif

from anagnorisis.domain import Unreadable
from anagnorisis.embed.image import SIDE, load, small_rgb

from .conftest import bomb, landscape


def row(path: Path) -> NDArray[np.float32]:
    made = load().row(bytes(path))
    assert made.shape == (691,)
    assert np.isfinite(made.astype(np.float16)).all()
    assert made.any()
    return made


def test_a_copy_in_another_format_and_size_is_nearer_than_other_colours(tmp_path: Path) -> None:
    landscape().save(tmp_path / "one.png")
    landscape().resize((360, 240)).save(tmp_path / "copy.jpg", quality=80)
    landscape(hill="firebrick", sky="lightyellow").save(tmp_path / "recoloured.png")
    one, copy, recoloured = (row(tmp_path / name) for name in ("one.png", "copy.jpg", "recoloured.png"))
    assert np.linalg.norm(one - copy) < 0.5 * np.linalg.norm(one - recoloured)


def test_a_copy_is_nearer_than_another_scene_in_the_same_colours(tmp_path: Path) -> None:
    landscape().save(tmp_path / "one.png")
    landscape().save(tmp_path / "copy.webp", quality=80)
    turned = landscape().rotate(180)
    turned.save(tmp_path / "turned.png")
    one, copy, other = (row(tmp_path / name) for name in ("one.png", "copy.webp", "turned.png"))
    assert np.linalg.norm(one - copy) < 0.5 * np.linalg.norm(one - other)


def test_the_same_file_gives_the_same_numbers(tmp_path: Path) -> None:
    landscape().save(tmp_path / "one.png")
    assert np.array_equal(row(tmp_path / "one.png"), row(tmp_path / "one.png"))


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (4000, 3), (2, 900), (1200, 900)])
def test_every_shape_of_picture_has_numbers(tmp_path: Path, size: tuple[int, int]) -> None:
    Image.new("RGB", size, "teal").save(tmp_path / "one.png")
    assert max(small_rgb(bytes(tmp_path / "one.png")).shape) <= SIDE
    row(tmp_path / "one.png")


def test_a_picture_is_turned_upright_as_its_exif_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter
    landscape().transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.png", exif=exif)
    landscape().save(tmp_path / "upright.png")
    turned, upright = (
        small_rgb(bytes(tmp_path / name)).astype(int) for name in ("turned.png", "upright.png")
    )
    assert turned.shape == upright.shape
    assert np.abs(turned - upright).mean() < 1


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    assert (small_rgb(bytes(tmp_path / "clear.png")) == 255).all()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_way_to_store_colours_comes_out_as_red_green_blue(tmp_path: Path, mode: str) -> None:
    name = tmp_path / ("one.jpg" if mode == "CMYK" else "one.png")
    if mode == "I;16":
        picture = Image.fromarray(np.full((9, 9), 0x8000, np.uint16))
    else:
        picture = Image.new("L", (9, 9), 128).convert("RGB" if mode == "CMYK" else "L").convert(mode)
    picture.save(name)
    small = small_rgb(bytes(name))
    assert small.shape == (9, 9, 3)
    assert small.dtype == np.uint8
    if mode != "1":
        assert (np.abs(small.astype(int) - 128) <= 4).all()


def test_of_a_moving_picture_the_first_frame_counts(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("blue", "red")]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    assert (small_rgb(bytes(tmp_path / "moving.gif"))[0, 0] == (0, 0, 255)).all()


def test_a_file_cut_short_has_a_reason(tmp_path: Path) -> None:
    landscape().save(tmp_path / "whole.jpg")
    whole = (tmp_path / "whole.jpg").read_bytes()
    for share in (0.02, 0.5):
        (tmp_path / "cut.jpg").write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(Unreadable, match="could not be decoded"):
            small_rgb(bytes(tmp_path / "cut.jpg"))


def test_a_format_that_is_not_ours_has_a_reason(tmp_path: Path) -> None:
    landscape().save(tmp_path / "one.jpg", "BMP")
    with pytest.raises(Unreadable, match="not a JPEG, PNG") as refusal:
        small_rgb(bytes(tmp_path / "one.jpg"))
    assert str(tmp_path) not in refusal.value.what, "people see reasons, and no paths"


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="3600 million pixels"):
        small_rgb(bomb(tmp_path / "bomb.png"))


def test_a_file_that_is_gone_has_a_reason(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="No such file"):
        load().row(bytes(tmp_path / "gone.png"))


@pytest.mark.parametrize("tiles", [1, 2])
def test_a_phones_picture_looks_like_the_same_picture_as_a_png(tiles: int, tmp_path: Path) -> None:
    make_heif(tmp_path / "a.heic", landscape().resize((256, 192)), tiles=tiles)
    landscape().resize((256, 192)).save(tmp_path / "a.png")
    landscape().resize((256, 192)).save(tmp_path / "a.tif")
    landscape().resize((256, 192)).save(tmp_path / "a.avif", quality=95)
    plain, *others = (row(tmp_path / f"a.{suffix}") for suffix in ("png", "heic", "tif", "avif"))
    for other in others:
        assert float(plain @ other) > 0.99
