"""Pages that somebody saves: by address, in a list, as a file; how far each is; its text found otherwise."""

from typing import Annotated, Literal

from litestar import Request, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct

from anagnorisis.api.feed import PageSize
from anagnorisis.api.items import find
from anagnorisis.api.numbers import LARGEST, InQuery
from anagnorisis.domain import BadValue, ItemId
from anagnorisis.egress.client import Egress
from anagnorisis.library.saving import PageWanted, Saving
from anagnorisis.sources.pages import links
from anagnorisis.store import pages
from anagnorisis.store.db import Store
from anagnorisis.store.pages import Page
from anagnorisis.store.visibility import Sight

LARGEST_PAGE = 10 << 20
NOTHING = "There is no address in this. An address begins with https://."
State = Literal["waiting", "off", "trying", "failed", "kept"]


class NewPages(Struct, frozen=True, forbid_unknown_fields=True):
    """What to save: addresses, a text with addresses in it, or both."""

    addresses: Annotated[list[str], Meta(max_length=1000)] = []
    text: str = ""


class PageOut(Struct, frozen=True):
    """A saved page and how far it is."""

    id: int
    address: str
    state: State
    """`off`: it waits until somebody switches Pages on; `trying`: it did not come yet and is asked again."""
    problem: str
    """Why it did not come, in plain words; empty when it did, or was not asked for yet."""
    note: str
    """What is missing of it, as a sentence; empty when nothing is known to be."""
    item: str | None
    engine: str
    """What found its text: `usual`, `trafilatura`, `readability` or `whole`."""
    saved_at: int
    due_at: int | None
    """Unix seconds of the next try, None when there is none."""


class PagesSaved(Struct, frozen=True):
    """What came of addresses, in the order they were given."""

    wanted: list[PageWanted]
    off: bool
    """Nobody allowed the house to fetch pages as yet: they wait for that."""


class PagesOut(Struct, frozen=True):
    """Saved pages, the newest first."""

    pages: list[PageOut]
    before: int | None
    """What to ask with for those after these; None when there are none."""


@post("/pages")
async def save_pages(
    data: JSONBody[NewPages], saving: NamedDependency[Saving], egress: NamedDependency[Egress]
) -> PagesSaved:
    """Have pages fetched, each once; those that did not come before are tried again. 400 without any."""
    asked = [one if "://" in one else f"https://{one.strip()}" for one in data.addresses if one.strip()]
    asked += links.in_text(data.text)
    if not asked:
        raise BadValue(NOTHING)
    return PagesSaved(await saving.save(asked), not await egress.is_on("pages"))


@post("/pages/file", request_max_body_size=LARGEST_PAGE)
async def save_file(
    request: Request,  # type: ignore[type-arg]
    saving: NamedDependency[Saving],
    egress: NamedDependency[Egress],
    address: FromQuery[str] = "",
) -> PagesSaved:
    """Keep the page whose HTML is the body, which came from `address`; nothing goes out for its text.

    The bookmarks of a browser are taken for what they are: a list of addresses. 422 when there is no text.
    """
    body = await request.body()
    if links.is_list(body):
        found = links.in_text(body.decode("utf-8", "replace"))
        return PagesSaved(await saving.save(found), not await egress.is_on("pages"))
    page = await saving.take_file(body, request.headers.get("content-type", ""), address.strip())
    return PagesSaved([PageWanted(page.answered, "new", page.id)], False)


@get("/pages")
async def list_pages(
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    egress: NamedDependency[Egress],
    item: FromQuery[str] = "",
    before: InQuery = LARGEST,
    limit: PageSize = 50,
) -> PagesOut:
    """Saved pages that the person sees, the newest first; of an `item` the one that it was saved as."""
    on = await egress.is_on("pages")
    if item:
        one = await pages.of_item(store.read, ItemId(item), sight)
        return PagesOut([told(one, on)] if one else [], None)
    found = await pages.newest(store.read, sight, before, limit)
    last = found[-1].id if len(found) == limit else None
    return PagesOut([told(page, on) for page in found], last)


@post("/pages/{item_id:str}/again", status_code=200)
async def find_again(
    item_id: FromPath[str],
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    saving: NamedDependency[Saving],
    egress: NamedDependency[Egress],
) -> PageOut:
    """The text of a saved page is wrong: find it by another engine, and those of its site from now on.

    404 for what was not saved as a page, 409 when it cannot be read again, 422 when no engine finds a text.
    """
    item = await find(store, sight, item_id)
    return told(await saving.again(item.id, sight), await egress.is_on("pages"))


@delete("/pages")
async def forget_page(page: InQuery, sight: NamedDependency[Sight], saving: NamedDependency[Saving]) -> None:
    """Let a saved page go. What was rated stays rated. 404 for none in sight."""
    await saving.forget(page, sight)


def told(page: Page, on: bool) -> PageOut:
    """A page as devices are told of it."""
    return PageOut(
        id=page.id,
        address=page.address or page.answered,
        state=_state(page, on),
        problem=page.problem,
        note=page.note,
        item=page.item,
        engine=page.engine,
        saved_at=page.saved_at,
        due_at=page.due_at,
    )


def _state(page: Page, on: bool) -> State:
    if page.due_at is None:
        return "kept" if page.item else "failed"
    if not on:
        return "off"
    return "trying" if page.problem else "waiting"
