"""`models list|import|use|remove|verify|bench`, as a running house, or a command alone, carries them out."""

from pathlib import Path

from msgspec import Struct

from anagnorisis.api.models import Reading, told
from anagnorisis.config import Settings
from anagnorisis.domain import Refused
from anagnorisis.embed import importing
from anagnorisis.embed.workers import Workers
from anagnorisis.library import pace
from anagnorisis.library.changing import Changing
from anagnorisis.store import items
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import HOUSE
from anagnorisis.taste.scores import MANY


class ListModels(Struct, frozen=True, tag="list models"):
    """`models list`"""


class ImportModel(Struct, frozen=True, tag="import model"):
    """`models import DIR`"""

    folder: str
    """An absolute path."""


class UseModels(Struct, frozen=True, tag="use models"):
    """`models use NAME…`"""

    names: list[str]


class RemoveModel(Struct, frozen=True, tag="remove model"):
    """`models remove NAME`"""

    name: str


class VerifyModels(Struct, frozen=True, tag="verify models"):
    """`models verify`"""


class BenchModels(Struct, frozen=True, tag="bench models"):
    """`models bench [NAME…]`"""

    names: list[str]


ModelOrder = BenchModels | ListModels | ImportModel | UseModels | RemoveModel | VerifyModels


async def about_models(
    order: ModelOrder, store: Store, changing: Changing, worker: Workers, settings: Settings
) -> list[str]:
    """Carry out an order about models. Raises what the verbs of these rooms raise."""
    match order:
        case BenchModels(names):
            return await _bench(names, store, changing, settings)
        case ListModels():
            return await _list(changing, worker)
        case ImportModel(folder):
            one = await importing.bring_in(Path(folder), store, changing.registry, worker)
            cost = f"{one.cost.ms:.0f} ms an item on {one.cost.provider}" if one.cost else ""
            return [
                f"{one.name} is installed, under {one.licence}: {cost}.",
                f"Have {MANY[one.kind]} seen through it with: anagnorisis models use {one.name}",
            ]
        case UseModels(names):
            spec = await changing.choose(names)
            if changing.registry.candidate(spec.kind) is None:
                return [f"{MANY[spec.kind].capitalize()} stay with {spec.name}."]
            return [
                f"{spec.name} sees all {MANY[spec.kind]} in the background and takes over then. Ratings stay "
                "as they are, and what serves now serves until then."
            ]
        case RemoveModel(name):
            return [f"{await changing.remove(name)} is gone, and its disk is given back."]
        case VerifyModels():
            found = await importing.verify(changing.registry)
            if found:
                raise Refused(" ".join(one.what for one in found))
            return [f"{len(changing.registry.installed)} models, every file as its description says."]


async def _bench(names: list[str], store: Store, changing: Changing, settings: Settings) -> list[str]:
    found = [one async for one in pace.measured(store, changing.embedding, settings, names)]
    counts = await items.counts(store.slow, HOUSE)
    advice = pace.advised(found, counts, settings.worker_mb)
    return [*pace.table(found), "", *(f"For {MANY[one.kind]}: {one.name}, {one.says}." for one in advice)]


async def _list(changing: Changing, worker: Workers) -> list[str]:
    now = await told(changing, worker)
    lines = [line for reading in now.kinds for line in _reading(reading)]
    for one in now.installed:
        words = "knows words" if one.words else "knows no words"
        lines.append(
            f"{one.digest[:8]}  {one.name}: {one.kind}, {one.dim} numbers, {one.bytes >> 20} MB, {words}, "
            f"{one.licence}"
        )
    return lines if now.installed else [*lines, "No model is installed; `models import DIR` takes one in."]


def _reading(reading: Reading) -> list[str]:
    where = f", on {reading.active.runs_on}" if reading.active.runs_on else ""
    lines = [f"{reading.kind}: {reading.active.name}{where}"]
    if change := reading.candidate:
        lines.append(f"  then {change.to.name}: {change.done} of {change.total} seen")
    if reading.previous:
        lines.append(f"  before {reading.previous.name}: could take over again")
    return lines
