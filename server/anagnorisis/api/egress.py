"""What goes out of the house: the switches, the machines at home that may be reached, and what went where."""

import asyncio
from typing import Annotated

from litestar import delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from anagnorisis.egress.client import Egress
from anagnorisis.egress.purposes import PURPOSES
from anagnorisis.store import ledger
from anagnorisis.store.db import Store
from anagnorisis.store.ledger import Entry, Total

NEWEST = 50
MOST_TOTALS = 200


class PurposeOut(Struct, frozen=True):
    """A reason to go out, in words, and whether somebody switched it on."""

    name: str
    title: str
    says: str
    on: bool


class EgressOut(Struct, frozen=True):
    """All that a person can know and decide about what goes out."""

    purposes: list[PurposeOut]
    local_hosts: list[str]
    """Machines at home that may be reached, by name."""
    totals: list[Total]
    """By purpose and host over the last 90 days, the most bytes first; at most 200."""
    newest: list[Entry]
    """The last 50 requests, the newest first."""


class Turned(Struct, frozen=True, forbid_unknown_fields=True):
    """On or off."""

    on: bool


class LocalHost(Struct, frozen=True):
    """A machine at home, in the spelling that counts."""

    name: str


HostName = Annotated[str, Meta(min_length=1, max_length=253)]


@get("/egress")
async def get_egress(egress: NamedDependency[Egress], store: NamedDependency[Store]) -> EgressOut:
    """What goes out: purposes, allowed machines at home, totals by host, the newest requests."""
    purposes = [
        PurposeOut(name, one.title, one.says, await egress.is_on(name)) for name, one in PURPOSES.items()
    ]
    allowed, totals, newest = await asyncio.gather(
        egress.local_hosts(), ledger.totals(store.slow), ledger.newest(store.read, NEWEST)
    )
    return EgressOut(purposes, list(allowed), list(totals[:MOST_TOTALS]), list(newest))


@put("/egress/purposes/{name:str}", status_code=204)
async def switch_purpose(
    name: FromPath[str], data: JSONBody[Turned], egress: NamedDependency[Egress]
) -> None:
    """Switch a purpose on or off; what is under way is finished. 404 for an unknown purpose."""
    await egress.switch(name, data.on)


@put("/egress/hosts/{host:str}")
async def allow_host(host: FromPath[HostName], egress: NamedDependency[Egress]) -> LocalHost:
    """Let a machine at home be reached by its name or address. 400 for what is no name of a host."""
    return LocalHost(await egress.allow(host))


@delete("/egress/hosts/{host:str}")
async def forbid_host(host: FromPath[HostName], egress: NamedDependency[Egress]) -> None:
    """Take the permission back. 404 when there was none."""
    await egress.forbid(host)
