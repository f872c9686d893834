"""Pictures of articles are fetched once, kept within limits, and never lead into the home."""

import sqlite3
from pathlib import Path

import pytest
from tests.feeds import NOW, Site
from tests.internet import BAD, PUBLIC, World, said

from anagnorisis.domain import Item, ItemId
from anagnorisis.egress.client import Egress
from anagnorisis.egress.pace import Pace
from anagnorisis.egress.refusals import SwitchedOff
from anagnorisis.media import fetched
from anagnorisis.media.cache import Cache
from anagnorisis.media.fetched import Pictures, kind_of
from anagnorisis.store import entries, items, pages
from anagnorisis.store.db import Store

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 992
SITE = "http://site.example"


class House:
    """Articles with pictures, of a site of a played internet."""

    def __init__(self, store: Store, egress: Egress, folder: Path, item: Item) -> None:
        self.store, self.egress, self.item = store, egress, item
        self.seen, self.archive = Cache(folder / "seen", 1 << 30), Cache(folder / "archive", 1 << 30)
        self.pictures = Pictures(store, egress, self.seen, self.archive)

    async def show(self, *addresses: str) -> None:
        """The article shows these; their marks are 0, 1, 2 …"""

        def verb(db: sqlite3.Connection) -> None:
            items.put(db, [(self.item, ())])
            entries.show(db, self.item.id, {f"{n:016x}": one for n, one in enumerate(addresses)})

        await self.store.write(verb)

    def archived(self, most: int = 9) -> list[bool]:
        return [self.archive.get(f"{n:016x}") is not None for n in range(most)]


@pytest.fixture
async def site(world: World) -> Site:
    made = Site(PNG)
    await world.serve(PUBLIC, made)
    return made


@pytest.fixture
async def house(store: Store, world: World, site: Site, tmp_path: Path, make_item) -> House:
    egress = Egress(store, "Anagnorisis/test", resolve=world.resolve, wire=world, pace=Pace(0.0))
    await egress.switch("pages", True)
    return House(store, egress, tmp_path, make_item("article"))


async def test_every_picture_is_archived_and_fetched_once(house: House, world: World) -> None:
    await house.show(*(f"{SITE}/{n}.png" for n in range(3)))
    await house.pictures.archive(house.item.id)
    await house.pictures.archive(house.item.id)
    assert house.archived(4) == [True, True, True, False]
    assert len(world.asked) == 3


async def test_what_was_seen_already_is_archived_without_asking(house: House, world: World) -> None:
    await house.show(f"{SITE}/0.png")
    house.seen.put(f"{0:016x}", PNG)
    await house.pictures.archive(house.item.id)
    assert house.archived(1) == [True] and world.asked == []


async def test_what_is_no_picture_and_what_is_gone_is_left_out(house: House, site: Site) -> None:
    site.pages |= {"/0.png": said("404 No"), "/1.svg": said("200 OK", b"<svg onload=x()>")}
    await house.show(f"{SITE}/0.png", f"{SITE}/1.svg", f"{SITE}/2.png", "http://nowhere.example/3.png")
    await house.pictures.archive(house.item.id)
    assert house.archived(4) == [False, False, True, False]


async def test_a_page_of_many_pictures_has_only_so_many_archived(house: House, monkeypatch) -> None:
    monkeypatch.setattr(fetched, "MOST_ARCHIVED", 2)
    await house.show(*(f"{SITE}/{n}.png" for n in range(4)))
    await house.pictures.archive(house.item.id)
    assert house.archived(4) == [True, True, False, False]


async def test_pictures_of_one_page_take_only_so_much_room(house: House, monkeypatch) -> None:
    monkeypatch.setattr(fetched, "ROOM_ARCHIVED", 2500)
    await house.show(*(f"{SITE}/{n}.png" for n in range(4)))
    await house.pictures.archive(house.item.id)
    assert house.archived(4) == [True, True, False, False]


async def test_nothing_is_fetched_while_nobody_allowed_it(house: House, world: World) -> None:
    await house.egress.switch("pages", False)
    await house.show(f"{SITE}/0.png")
    with pytest.raises(SwitchedOff):
        await house.pictures.archive(house.item.id)
    assert world.looked_up == []


@pytest.mark.parametrize(
    ("saved", "reached"), [("http://nas.home/page", True), (f"{SITE}/page", False), ("", False)]
)
async def test_a_picture_at_home_is_for_pages_that_somebody_saved_there(
    house: House, world: World, saved: str, reached: bool
) -> None:
    await world.serve(BAD, Site(PNG))
    await house.egress.allow("nas.home")
    await house.show("http://nas.home/0.png")

    def verb(db: sqlite3.Connection) -> None:
        page, _ = pages.want(db, pages.source_of(db, NOW), saved.encode() or b"file#1", saved, NOW)
        kept = pages.Kept(ItemId(house.item.id), "http://nas.home/claimed", "usual", "", "", False)
        pages.keep(db, page, kept)

    await house.store.write(verb)
    await house.pictures.archive(house.item.id)
    assert house.archived(1) == [reached]
    assert (BAD in world.connected) == reached


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
        (b"\0\0\0\x20ftypavif", "image/avif"),
        (b"RIFF\0\0\0\0WAVE", ""),
        (b"<svg xmlns='x'>", ""),
        (b"<!doctype html>", ""),
        (b"", ""),
    ],
)
def test_a_picture_is_told_by_its_first_bytes(body: bytes, kind: str) -> None:
    assert kind_of(body) == kind
