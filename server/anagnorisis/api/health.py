"""Whether the house is well, for whatever restarts it when not; without a session, so it says no more."""

from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from anagnorisis.api import VERSION
from anagnorisis.store.db import Store

PATIENCE_S = 5.0
"""A batch of a scan may hold the writer up for a moment; what takes longer than this is stuck."""


class Health(Struct, frozen=True):
    """`ok` is false when nothing can be saved."""

    ok: bool
    version: str


@get("/health", include_in_schema=False)
async def get_health(store: NamedDependency[Store]) -> Response[Health]:
    """200 while requests are answered and the writer takes work, else 503."""
    ok = await store.answers(PATIENCE_S)
    return Response(Health(ok, VERSION), status_code=200 if ok else 503)
