"""Pictures for models: as their makers prepare them, upright, on white, bounded, from a thumbnail or not."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.server.embed.conftest import bomb, landscape
from tests.server.embed.front import reference

from anagnorisis.domain import Unreadable
from anagnorisis.embed.front.picture import array
from anagnorisis.embed.front.recipes import PictureRecipe
from anagnorisis.media.pictures import shrink

SQUARE = PictureRecipe(32, 32, scale=1, mean=(0, 0, 0), std=(1, 1, 1))
SQUARE_CROP = PictureRecipe(64, 64, "crop", scale=1, mean=(0, 0, 0), std=(1, 1, 1))
CLIP = PictureRecipe(
    224, 224, "crop", interpolation="bicubic", mean=reference.CLIP_MEAN, std=reference.CLIP_STD
)
SIGLIP = PictureRecipe(256, 256, interpolation="bicubic")
MOBILENET = PictureRecipe(224, 224, "crop", shortest=256)
SIZES = [(640, 427), (427, 640), (300, 300), (1000, 257), (90, 61), (225, 1900)]


def noisy(size: tuple[int, int]) -> Image.Image:
    """A landscape with grain, so that every pixel counts."""
    pixels = np.asarray(landscape(size=size)).astype(int)
    grain = np.random.default_rng(3).integers(-40, 40, pixels.shape)
    return Image.fromarray((pixels + grain).clip(0, 255).astype(np.uint8))


def saved(image: Image.Image, path: Path, **how: Any) -> bytes:
    image.save(path, **how)
    return bytes(path)


@pytest.mark.parametrize("size", SIZES)
def test_a_picture_is_prepared_as_the_models_makers_did(tmp_path: Path, size: tuple[int, int]) -> None:
    image = noisy(size)
    path = saved(image, tmp_path / "one.png")
    for recipe, expected in [
        (CLIP, reference.clip(image, 224, reference.CLIP_MEAN, reference.CLIP_STD)),
        (SIGLIP, reference.siglip(image, 256)),
        (MOBILENET, reference.mobilenet(image)),
    ]:
        found = array(path, recipe)
        assert found.dtype == np.float32
        assert found.shape == expected.shape
        assert np.abs(found - expected).max() <= 1e-3


def test_a_reduced_jpeg_is_close_to_the_whole_one(tmp_path: Path) -> None:
    image = landscape(size=(4000, 3000))
    path = saved(image, tmp_path / "large.jpg", quality=90)
    whole = reference.clip(Image.open(tmp_path / "large.jpg"), 224, reference.CLIP_MEAN, reference.CLIP_STD)
    difference = np.abs(array(path, CLIP) - whole)
    assert difference.mean() < 0.01
    assert np.quantile(difference, 0.999) < 0.15


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_a_picture_on_its_side_is_turned_upright(tmp_path: Path, suffix: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter
    lying = landscape(size=(900, 500)).transpose(Image.Transpose.ROTATE_90)
    turned = array(saved(lying, tmp_path / f"turned.{suffix}", exif=exif), CLIP)
    upright = array(saved(landscape(size=(900, 500)), tmp_path / f"upright.{suffix}"), CLIP)
    assert np.abs(turned - upright).mean() < (0.03 if suffix == "jpg" else 1e-6)


def test_the_whole_picture_stands_in_the_middle_of_its_border(tmp_path: Path) -> None:
    path = saved(Image.new("RGB", (200, 100), (10, 20, 30)), tmp_path / "wide.png")
    recipe = PictureRecipe(64, 64, "pad", border=(1, 2, 3), scale=1, mean=(0, 0, 0), std=(1, 1, 1))
    found = array(path, recipe)
    assert found[:, 15, 20].tolist() == found[:, 48, 20].tolist() == [1, 2, 3]
    assert found[:, 16, 20].tolist() == found[:, 47, 20].tolist() == [10, 20, 30]


def test_scale_mean_deviation_and_layout_are_the_recipes(tmp_path: Path) -> None:
    path = saved(Image.new("RGB", (40, 40), (0, 128, 255)), tmp_path / "one.png")
    coral = PictureRecipe(32, 48, scale=1, mean=(128, 128, 128), std=(128, 128, 128), layout="NHWC")
    found = array(path, coral)
    assert found.shape == (48, 32, 3)
    assert found[5, 5].tolist() == [-1, 0, 127 / 128]


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    path = saved(Image.new("RGBA", (20, 20), (255, 0, 0, 0)), tmp_path / "clear.png")
    assert (array(path, SQUARE) == 255).all()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_way_to_store_colours_comes_out_as_red_green_blue(tmp_path: Path, mode: str) -> None:
    if mode == "I;16":
        picture = Image.fromarray(np.full((9, 9), 0x8000, np.uint16))
    else:
        picture = Image.new("L", (9, 9), 128).convert("RGB" if mode == "CMYK" else "L").convert(mode)
    found = array(saved(picture, tmp_path / ("one.jpg" if mode == "CMYK" else "one.png")), SQUARE)
    assert found.shape == (3, 32, 32)
    assert mode == "1" or (np.abs(found - 128) <= 4).all()


def test_of_a_moving_picture_the_first_frame_counts(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("blue", "red")]
    path = saved(frames[0], tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    assert array(path, SQUARE)[:, 0, 0].tolist() == [0, 0, 255]


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (60_000, 3), (2, 9000)])
@pytest.mark.parametrize("fit", ["stretch", "crop", "pad"])
def test_every_shape_of_picture_has_numbers(tmp_path: Path, size: tuple[int, int], fit: Any) -> None:
    path = saved(Image.new("RGB", size, "teal"), tmp_path / "one.png")
    found = array(path, PictureRecipe(64, 64, fit, border=(0, 128, 128), scale=1, std=(1, 1, 1)))
    assert found.shape == (3, 64, 64)
    assert np.allclose(found, np.array([-0.5, 127.5, 127.5])[:, None, None])


def test_of_a_thin_panorama_the_middle_is_seen(tmp_path: Path) -> None:
    panorama = Image.new("RGB", (60_001, 3), "blue")
    panorama.paste("red", (29_999, 0, 30_002, 3))
    found = array(saved(panorama, tmp_path / "thin.png"), SQUARE_CROP)
    assert found.shape == (3, 64, 64)
    assert found[0].mean() > 250 > 5 > found[2].mean()


def test_a_thumbnail_that_is_large_enough_is_taken(tmp_path: Path) -> None:
    path = saved(Image.new("RGB", (900, 600), "red"), tmp_path / "one.png")
    blue = shrink(saved_bytes(Image.new("RGB", (900, 600), "blue")), 480)
    recipe = PictureRecipe(224, 224, "crop", scale=1, mean=(0, 0, 0), std=(1, 1, 1))
    assert array(path, recipe, blue)[2].mean() > 200, "480 x 320 suffices"
    assert array(path, recipe, shrink(blue, 160))[0].mean() > 200, "160 x 107 does not"
    assert array(path, recipe, blue[:200])[0].mean() > 200, "one that is broken costs nothing"


def saved_bytes(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def test_a_thumbnail_gives_nearly_the_same_numbers(tmp_path: Path) -> None:
    image = landscape(size=(2000, 1500))
    path = saved(image, tmp_path / "one.jpg", quality=92)
    difference = np.abs(
        array(path, SIGLIP, shrink((tmp_path / "one.jpg").read_bytes(), 480)) - array(path, SIGLIP)
    )
    assert difference.mean() < 0.02


def test_the_same_file_gives_the_same_numbers(tmp_path: Path) -> None:
    path = saved(noisy((640, 427)), tmp_path / "one.jpg")
    assert np.array_equal(array(path, CLIP), array(path, CLIP))


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="3600 million pixels"):
        array(bomb(tmp_path / "bomb.png"), CLIP)


def test_a_jpeg_that_cannot_be_reduced_enough_is_refused(tmp_path: Path) -> None:
    Image.new("L", (64, 64)).save(tmp_path / "huge.jpg")
    data = bytearray((tmp_path / "huge.jpg").read_bytes())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = (19_000).to_bytes(2, "big") * 2
    (tmp_path / "huge.jpg").write_bytes(data)
    with pytest.raises(Unreadable, match="million pixels, more than can be decoded"):
        array(bytes(tmp_path / "huge.jpg"), PictureRecipe(4096, 4096))


def test_a_file_that_is_broken_or_gone_has_a_reason(tmp_path: Path) -> None:
    whole = Path(tmp_path / "whole.jpg")
    landscape().save(whole)
    whole.write_bytes(whole.read_bytes()[:3000])
    with pytest.raises(Unreadable, match="could not be decoded"):
        array(bytes(whole), CLIP)
    with pytest.raises(Unreadable, match="No such file"):
        array(bytes(tmp_path / "gone.png"), CLIP)
