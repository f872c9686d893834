"""What the site of models states of a known model's files, or of a checkpoint, at one commit."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct

from anagnorisis.domain import Refused
from anagnorisis.egress.client import Egress
from anagnorisis.egress.refusals import Unreachable
from anagnorisis.embed.catalogue import Known
from anagnorisis.embed.description import Sum
from anagnorisis.export.plan import NEEDED, PICKLED, READ
from anagnorisis.library.pulls import Origin

WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
SHA1, SHA256 = re.compile("[0-9a-f]{40}"), re.compile("[0-9a-f]{64}")


class _Lfs(Struct, frozen=True):
    oid: str
    """SHA-256."""
    size: int


class _Entry(Struct, frozen=True):
    path: str
    lfs: _Lfs | None = None
    """Of a large file."""


class _Stored(Struct, frozen=True):
    sha256: str
    size: int


class _File(Struct, frozen=True, rename={"path": "rfilename", "git_id": "blobId"}):
    path: str
    size: int | None = None
    git_id: str = ""
    lfs: _Stored | None = None
    """Of a large file."""


class _Told(Struct, frozen=True, rename={"commit": "sha", "files": "siblings", "card": "cardData"}):
    commit: str
    files: list[_File]
    card: dict[str, Any] | None = None
    gated: bool | str = False
    """Whether it is given only to people whom its makers let in."""


async def stated(egress: Egress, site: str, one: Known) -> dict[str, Sum]:
    """SHA-256 and bytes of each of its files, as the site states them without any of them being fetched.

    Raises `Refused` where it states none, and what `Egress.get` raises.
    """
    body = await _asked(egress, site, one.repository, f"tree/{one.revision}?recursive=true")
    try:
        listed = {entry.path: entry.lfs for entry in msgspec.json.decode(body, type=list[_Entry])}
    except msgspec.MsgspecError as error:
        raise Unreachable(f"{site} gave no list of files: {error}.", one.name) from error
    found = {}
    for name, wanted in one.files.items():
        large = listed.get(wanted.path)
        if large is None or len(large.oid) != 64 or large.size <= 0:
            raise Refused(f"{site} states no SHA-256 for {wanted.path} of {one.repository}.")
        found[name] = Sum(large.oid, large.size)
    return found


async def checkpoint(
    egress: Egress, site: str, repository: str, revision: str
) -> tuple[Origin, dict[str, Sum]]:
    """Of a checkpoint its commit and licence, and of each file that an export reads what it must be.

    A file whose SHA-256 is not stated, as is the way with small ones, has none in its sum; git's name of its
    content stands in the origin then. Raises `Refused` where something is missing that an export needs, or
    there are pickles only, and what `Egress.get` raises.
    """
    body = await _asked(egress, site, repository, f"revision/{quote(revision, safe='')}?blobs=true")
    try:
        told = msgspec.json.decode(body, type=_Told)
    except msgspec.MsgspecError as error:
        raise Unreachable(f"{site} does not say what its files are: {error}.", repository) from error
    if told.gated:
        raise Refused(
            f"{repository} is given only to people whom its makers let in; the house has no account there."
        )
    if not SHA1.fullmatch(told.commit):
        raise Unreachable(f"{site} names no commit: {told.commit!r}.", repository)
    listed = {one.path: one for one in told.files if one.size or one.lfs}
    sums, git_ids = {}, {}
    for path in _read(repository, listed):
        one = listed[path]
        if one.lfs and SHA256.fullmatch(one.lfs.sha256) and one.lfs.size > 0:
            sums[path] = Sum(one.lfs.sha256, one.lfs.size)
        elif not path.endswith(".safetensors") and one.size and SHA1.fullmatch(one.git_id):
            sums[path], git_ids[path] = Sum("", one.size), one.git_id
        else:
            raise Refused(f"{site} does not state what {path} of {repository} must be.")
    return Origin(repository, revision, told.commit, _licence(told.card or {}), git_ids), sums


async def _asked(egress: Egress, site: str, repository: str, what: str) -> bytes:
    """What the site answers about a repository. Raises `Refused` where there is none."""
    answer = await egress.get("models", f"{site}/api/models/{quote(repository)}/{what}")
    if answer.status in {401, 403, 404}:
        raise Refused(f"{repository} is not, or no longer, given by {site}: it answered {answer.status}.")
    if answer.status != 200:
        raise Unreachable(f"{site} answered {answer.status} for the list of files.", repository)
    return answer.body


def _read(repository: str, listed: Mapping[str, _File]) -> list[str]:
    """Of its files those that an export reads, the weights last; no other is ever fetched."""
    if lacking := [name for name in NEEDED if name not in listed]:
        raise Refused(f"{repository} lacks {', '.join(lacking)}, which an export needs.")
    plain, shards = [name for name in READ if name in listed], sorted(filter(SHARD.fullmatch, listed))
    if WEIGHTS in listed:
        return [*plain, WEIGHTS]
    if INDEX in listed and shards:
        return [*plain, INDEX, *shards]
    pickled = next((name for name in PICKLED if name in listed), "no weights")
    raise Refused(
        f"{repository} has {pickled} and no {WEIGHTS}. Pickles may hold programs and are not opened: choose "
        "a checkpoint in safetensors."
    )


def _licence(card: Mapping[str, Any]) -> str:
    """As its makers say on its card, "" where they do not."""
    said = card.get("license")
    said = card.get("license_name") or said if said == "other" else said
    return ", ".join(map(str, said)) if isinstance(said, list) else str(said or "")
