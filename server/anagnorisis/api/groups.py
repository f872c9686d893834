"""Albums, artists, genres and publications: what of the library belongs together."""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from anagnorisis.api.feed import PageSize
from anagnorisis.feed.gathering import By
from anagnorisis.feed.gatherings import Gatherings, GroupDetail, GroupPage, Order
from anagnorisis.store.visibility import Sight


@get("/groups/{by:str}")
async def list_groups(
    by: FromPath[By],
    sight: NamedDependency[Sight],
    gatherings: NamedDependency[Gatherings],
    order: FromQuery[Order] = "name",
    limit: PageSize = 50,
    skip: Annotated[int, QueryParameter(ge=0)] = 0,
) -> GroupPage:
    """Groups of one sort from the `skip`th on; `for_me` begins with what the person likes best."""
    return await gatherings.page(sight, by, order, skip, limit)


@get("/groups/{by:str}/{group_id:str}")
async def get_group(
    by: FromPath[By],
    group_id: FromPath[str],
    sight: NamedDependency[Sight],
    gatherings: NamedDependency[Gatherings],
) -> GroupDetail:
    """A group with its items. 404 when there is none of that number within the person's sight."""
    return await gatherings.one(sight, by, group_id)
