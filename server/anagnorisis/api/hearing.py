"""Whom the house goes by in a person's scores, and how well each did."""

import asyncio

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from anagnorisis.domain import Kind
from anagnorisis.store import forecasts
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.hearing import Heard, heard
from anagnorisis.taste.learner import Learner


@get("/taste/blend")
async def get_blend(
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    learner: NamedDependency[Learner],
    kind: FromQuery[Kind],
) -> list[Heard]:
    """The models behind the scores of a kind for the person who asks, the most trusted first."""
    view = await learner.view(sight.person, kind)
    told = await forecasts.of(store.read, sight.person, kind)
    return await asyncio.to_thread(heard, view, told)
