"""Which models see, hear and read here: those installed, the one at work, the one to come, the way back."""

from collections.abc import Sequence
from typing import Annotated, Literal

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from anagnorisis.api.known_models import KnownOut, all_known
from anagnorisis.domain import KINDS, Kind, Unknown
from anagnorisis.embed import EmbedderSpec
from anagnorisis.embed.description import Cost, Description
from anagnorisis.embed.workers import Workers
from anagnorisis.jobs.importing import Came, Importing
from anagnorisis.jobs.pulling import Pulling
from anagnorisis.library.changing import Changing

Digest = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]


class ModelOut(Struct, frozen=True):
    """An embedder, built in or made of installed models."""

    digest: str
    name: str
    title: str
    says: str
    dim: int
    words: bool
    """Whether words can be compared with what it saw."""
    models: tuple[str, ...]
    """Digests of the installed models it joins; none: it is built in."""
    runs_on: str
    """What it really ran on when it was last at work; "" before that, and where it needs no runtime."""


class ChangeOut(Struct, frozen=True):
    """A model that sees everything before it takes over; the job `model` does it and can be paused."""

    to: ModelOut
    done: int
    total: int


class Reading(Struct, frozen=True):
    """What reads a kind."""

    kind: Kind
    active: ModelOut
    candidate: ChangeOut | None
    previous: ModelOut | None
    """What could take over again at once."""


class InstalledOut(Struct, frozen=True):
    """A model whose files are in the house."""

    digest: str
    name: str
    kind: Kind
    title: str
    says: str
    dim: int
    words: bool
    licence: str
    source: str
    bytes: int
    cost: Cost | None


class ModelsOut(Struct, frozen=True):
    """All there is to say of models."""

    kinds: list[Reading]
    installed: list[InstalledOut]
    imported: list[Came]
    """What became of the folders that were pointed at last; the job `import` says how far it is."""
    known: list[KnownOut]
    """What could be fetched."""


class Pointed(Struct, frozen=True, forbid_unknown_fields=True):
    """Where models are: a folder of this machine with one, or with folders of them."""

    folder: Annotated[str, Meta(min_length=1, max_length=4096)]


class Choice(Struct, frozen=True, forbid_unknown_fields=True):
    """What shall read a kind: installed models, joined where there are several; none: the built-in one."""

    models: Annotated[list[Digest], Meta(max_length=8)]


@get("/models")
async def list_models(
    changing: NamedDependency[Changing],
    worker: NamedDependency[Workers],
    importing: NamedDependency[Importing],
    pulling: NamedDependency[Pulling],
) -> ModelsOut:
    """What reads each kind, and what could."""
    return await told(changing, worker, importing.came, pulling)


@put("/models/{kind:str}")
async def choose_models(
    kind: FromPath[Kind],
    data: JSONBody[Choice],
    changing: NamedDependency[Changing],
    worker: NamedDependency[Workers],
    importing: NamedDependency[Importing],
    pulling: NamedDependency[Pulling],
) -> ModelsOut:
    """Have a kind read by other models. They take over once they have seen everything; ratings stay."""
    await changing.choose_for(kind, list(dict.fromkeys(data.models)))
    return await told(changing, worker, importing.came, pulling)


@delete("/models/{kind:str}/{which:str}", status_code=200)
async def drop_model(
    kind: FromPath[Kind],
    which: FromPath[Literal["candidate", "previous"]],
    changing: NamedDependency[Changing],
    worker: NamedDependency[Workers],
    importing: NamedDependency[Importing],
    pulling: NamedDependency[Pulling],
) -> ModelsOut:
    """Take a choice back, or give up the way back; the disk of its vectors is given back."""
    await changing.drop(kind, which)
    return await told(changing, worker, importing.came, pulling)


@delete("/models/{kind:str}/installed/{digest:str}", status_code=200)
async def remove_model(
    kind: FromPath[Kind],
    digest: FromPath[Digest],
    changing: NamedDependency[Changing],
    worker: NamedDependency[Workers],
    importing: NamedDependency[Importing],
    pulling: NamedDependency[Pulling],
) -> ModelsOut:
    """Take an installed model out of the house. 409 while a kind is read by it."""
    if digest not in changing.registry.installed or changing.registry.installed[digest].kind != kind:
        raise Unknown(f"No such model of {kind} is installed.")
    await changing.remove(digest)
    return await told(changing, worker, importing.came, pulling)


@post("/models/imports", status_code=202)
async def import_models(
    data: JSONBody[Pointed],
    changing: NamedDependency[Changing],
    worker: NamedDependency[Workers],
    importing: NamedDependency[Importing],
    pulling: NamedDependency[Pulling],
) -> ModelsOut:
    """Take in the models of a folder, as `models import` does; `imported` says what became of each."""
    await importing.ask(data.folder)
    return await told(changing, worker, importing.came, pulling)


async def told(
    changing: Changing, worker: Workers, imported: Sequence[Came] = (), pulling: Pulling | None = None
) -> ModelsOut:
    """All there is to say of models now."""
    registry = changing.registry
    kinds = []
    for kind in KINDS:
        candidate, previous, change = registry.candidate(kind), registry.previous(kind), None
        if candidate is not None:
            how = await changing.progress(candidate)
            change = ChangeOut(_out(candidate, worker), how.done, how.total)
        before = _out(previous, worker) if previous else None
        kinds.append(Reading(kind, _out(registry.active(kind), worker), change, before))
    installed = [_installed(digest, one) for digest, one in registry.installed.items()]
    installed.sort(key=lambda one: (one.kind, one.name))
    return ModelsOut(kinds, installed, [*imported], all_known(pulling) if pulling else [])


def _out(spec: EmbedderSpec, worker: Workers) -> ModelOut:
    runs_on = worker.runs_on.get(spec.digest, "")
    return ModelOut(spec.digest, spec.name, spec.title, spec.says, spec.dim, spec.words, spec.models, runs_on)


def _installed(digest: str, one: Description) -> InstalledOut:
    size = sum(file.bytes for file in one.files.values())
    return InstalledOut(
        digest=digest,
        name=one.name,
        kind=one.kind,
        title=one.title or one.name,
        says=one.says,
        dim=one.content.width,
        words=one.speaks,
        licence=one.licence,
        source=one.source,
        bytes=size,
        cost=one.cost,
    )
