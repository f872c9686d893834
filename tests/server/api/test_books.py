"""PDFs and EPUBs in a folder are articles: listed, read, found, with a picture on their front."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from tests.books import epub, make_book, pdf
from tests.files import picture
from tests.heif import make_heif


@pytest.fixture
async def shelf(
    ada: httpx.AsyncClient, library: Path, items: Any, until: Callable[..., Any]
) -> dict[str, dict[str, Any]]:
    """A PDF, a book, a broken PDF and a phone's picture taken in: title → item."""
    make_book(library / "ferry.pdf", pdf([["The tide had gone out."]], Title="The ferry", Author="Ida"))
    make_book(
        library / "sea.epub", epub(["<h1>One</h1><p>It began at sea.</p>"], title="The Sea", cover=True)
    )
    make_book(library / "torn.pdf", b"%PDF-1.7 and nothing more")
    make_heif(library / "IMG_0001.HEIC", picture(7).resize((128, 64)), tiles=2, quarters=1)
    assert (await ada.post("/api/sources/1/scan")).status_code < 300

    async def there() -> bool:
        return len((await ada.get("/api/items?limit=100")).json()["picks"]) == len(items) + 3

    await until(there)
    picks = (await ada.get("/api/items?limit=100")).json()["picks"]
    return {pick["item"]["title"]: pick["item"] for pick in picks}


async def test_documents_are_read_and_found(ada: httpx.AsyncClient, shelf: dict[str, Any]) -> None:
    ferry, sea = shelf["The ferry"], shelf["The Sea"]
    assert (ferry["kind"], ferry["creator"], ferry["words"]) == ("article", "Ida", 5)
    assert "The tide had gone out." in (await ada.get(f"/media/{ferry['id']}/text")).text
    assert "It began at sea." in (await ada.get(f"/media/{sea['id']}/text")).text
    original = await ada.get(f"/media/{ferry['id']}")
    assert original.headers["content-type"] == "application/pdf" and original.content.startswith(b"%PDF")
    problems = (await ada.get("/api/sources/1/problems")).json()
    reasons = {one["name"]: one["reason"] for one in problems}
    assert reasons["library/torn.pdf"] == "is no whole PDF"


async def test_documents_have_a_picture_on_their_front(ada: httpx.AsyncClient, shelf: dict[str, Any]) -> None:
    for title, shape in (("The ferry", 3 / 4), ("The Sea", None)):
        item = shelf[title]
        front = await ada.get(f"/media/{item['id']}/small.webp", params={"v": item["cover"]})
        assert front.status_code == 200, title
        small = Image.open(BytesIO(front.content))
        assert small.format == "WEBP" and max(small.size) <= 160
        assert shape is None or abs(small.width / small.height - shape) < 0.02
    assert (await ada.get(f"/media/{shelf['On tea']['id']}/small.webp")).status_code == 404


async def test_a_phones_picture_is_shown_as_it_was_held(
    ada: httpx.AsyncClient, shelf: dict[str, Any]
) -> None:
    item = shelf["IMG 0001"]
    assert (item["kind"], item["width"], item["height"]) == ("image", 64, 128)
    small = Image.open(BytesIO((await ada.get(f"/media/{item['id']}/large.webp")).content))
    assert small.size == (64, 128)
