"""Known models: what could be fetched, under whose terms, how far it is, and an owner's word for it."""

from typing import Annotated, Literal

from litestar import delete, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from anagnorisis.domain import Kind
from anagnorisis.embed import catalogue
from anagnorisis.embed.catalogue import Known
from anagnorisis.embed.description import Sum
from anagnorisis.jobs.pulling import Pulling

Name = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9.-]{0,63}$")]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class PullOut(Struct, frozen=True):
    """How far a known model is that was asked for; the job `pull` fetches it and can be paused."""

    state: Literal["asking", "confirm", "waiting", "fetching", "paused", "failed"]
    """confirm: the site said what the files are, and an owner is to agree to `stated`."""
    done: int
    """Bytes."""
    total: int
    why: str
    """Of one that failed."""
    stated: dict[str, Sum] | None
    """In the state `confirm`: what each file is, as the site says."""
    vouched: str
    """Who says what the files must be."""


class KnownOut(Struct, frozen=True):
    """A model that can be fetched."""

    name: str
    kind: Kind
    title: str
    says: str
    licence: str
    licence_url: str
    source: str
    bytes: int
    """To fetch; 0 where only the site knows."""
    memory_mb: int
    """Roughly what it holds while it works."""
    dim: int
    words: bool
    installed: bool
    pinned: bool
    """Whether this program says what each file must be; else the site is asked, and an owner is to agree."""
    proof: str
    """Where those digests were found."""
    pull: PullOut | None


class Word(Struct, frozen=True, forbid_unknown_fields=True):
    """An owner's word for a model."""

    licence_seen: bool
    sha256: dict[str, Sha256] | None = None
    """By file: the stated digests that are agreed to."""


@put("/models/known/{name:str}")
async def pull_model(
    name: FromPath[Name], data: JSONBody[Word], pulling: NamedDependency[Pulling]
) -> KnownOut:
    """Have a known model fetched, try again, or agree to what the site stated. 409 says what comes first."""
    await pulling.pulls.want(name, data.licence_seen, data.sha256)
    return known_out(catalogue.known(name, pulling.pulls.known), pulling)


@delete("/models/known/{name:str}", status_code=200)
async def stop_pulling(name: FromPath[Name], pulling: NamedDependency[Pulling]) -> KnownOut:
    """Fetch it no further, and give back the disk of what came."""
    await pulling.pulls.stop(name)
    return known_out(catalogue.known(name, pulling.pulls.known), pulling)


def all_known(pulling: Pulling) -> list[KnownOut]:
    """Every known model, those of a kind together, the smaller ones first."""
    return [known_out(one, pulling) for one in pulling.pulls.known.values()]


def known_out(one: Known, pulling: Pulling) -> KnownOut:
    """What is said of a known model."""
    pull = _pull_out(one.name, pulling)
    return KnownOut(
        name=one.name,
        kind=one.kind,
        title=one.title,
        says=one.says,
        licence=one.licence,
        licence_url=one.licence_url,
        source=one.source,
        bytes=one.bytes or (pull.total if pull else 0),
        memory_mb=one.memory_mb,
        dim=one.content.width,
        words=one.speaks,
        installed=pulling.pulls.installed(one.name),
        pinned=one.pinned,
        proof=one.proof,
        pull=pull,
    )


def _pull_out(name: str, pulling: Pulling) -> PullOut | None:
    pull = pulling.pulls.get(name)
    if pull is None or pull.state == "whole":  # as only a checkpoint can be
        return None
    done, total = pulling.pulls.progress(pull)
    state: Literal["asking", "confirm", "waiting", "fetching", "paused", "failed"] = pull.state
    if pull.state in {"asking", "waiting"} and pulling.paused:
        state = "paused"
    elif pull.state == "waiting" and pulling.current == name:
        state = "fetching"
    stated = pull.sums if pull.state == "confirm" else None
    return PullOut(state, done, total, pull.why, stated, pull.vouched)
