"""What the site of known models states of a model's files, at one commit."""

from urllib.parse import quote

import msgspec
from msgspec import Struct

from anagnorisis.domain import Refused
from anagnorisis.egress.client import Egress
from anagnorisis.egress.refusals import Unreachable
from anagnorisis.embed.catalogue import Known
from anagnorisis.embed.description import Sum


class _Lfs(Struct, frozen=True):
    oid: str
    """SHA-256."""
    size: int


class _Entry(Struct, frozen=True):
    path: str
    lfs: _Lfs | None = None
    """Of a large file."""


async def stated(egress: Egress, site: str, one: Known) -> dict[str, Sum]:
    """SHA-256 and bytes of each of its files, as the site states them without any of them being fetched.

    Raises `Refused` where it states none, and what `Egress.get` raises.
    """
    url = f"{site}/api/models/{quote(one.repository)}/tree/{one.revision}?recursive=true"
    answer = await egress.get("models", url)
    if answer.status in {401, 403, 404}:
        raise Refused(f"{one.repository} is not, or no longer, given by {site}: it answered {answer.status}.")
    if answer.status != 200:
        raise Unreachable(f"{site} answered {answer.status} for the list of files.", one.name)
    try:
        listed = {entry.path: entry.lfs for entry in msgspec.json.decode(answer.body, type=list[_Entry])}
    except msgspec.MsgspecError as error:
        raise Unreachable(f"{site} gave no list of files: {error}.", one.name) from error
    found = {}
    for name, wanted in one.files.items():
        large = listed.get(wanted.path)
        if large is None or len(large.oid) != 64 or large.size <= 0:
            raise Refused(f"{site} states no SHA-256 for {wanted.path} of {one.repository}.")
        found[name] = Sum(large.oid, large.size)
    return found
