"""The audit of the door, for owners."""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from msgspec import Struct

from anagnorisis.store import audit
from anagnorisis.store.audit import NEWEST, Line
from anagnorisis.store.db import Store

PAGE = 100


class AuditPage(Struct, frozen=True):
    """Lines, newest first."""

    lines: list[Line]
    before: int | None
    """Ask with it for the lines before these; null at the end."""


@get("/audit")
async def list_audit(
    store: NamedDependency[Store],
    before: Annotated[int | None, QueryParameter(ge=0, le=NEWEST)] = None,
) -> AuditPage:
    """Who came, who was refused, and what was changed at the door."""
    lines = [*await audit.page(store.read, before, PAGE)]
    return AuditPage(lines, lines[-1].id if len(lines) == PAGE else None)
