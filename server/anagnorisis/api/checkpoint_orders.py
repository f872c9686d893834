"""`models export OWNER/NAME`: what the house does of it, as it runs or for a command alone: the fetching."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from anagnorisis.api.model_orders import RemoveModel
from anagnorisis.domain import Refused
from anagnorisis.jobs.pulling import Pulling
from anagnorisis.library.checkpoints import Checkpoints, named
from anagnorisis.library.pulls import Pull, State

POLL_S = 1.0
GIVE_BACK = "  a checkpoint; its disk is given back by: anagnorisis models remove {}"


class LookAtCheckpoint(Struct, frozen=True, tag="look at checkpoint"):
    """`models export OWNER/NAME@REVISION INTO`"""

    name: str
    revision: str


class BringCheckpoint(Struct, frozen=True, tag="bring checkpoint"):
    """`models export OWNER/NAME@REVISION INTO --agree`; answered by one line, a `Standing` as JSON."""

    name: str
    revision: str
    agree: bool = True
    """An owner's word; without it what was agreed to before goes on."""
    licence: bool = False
    """Its terms are given with the command."""


class GiveBackCheckpoint(Struct, frozen=True, tag="give back checkpoint"):
    """`models remove OWNER/NAME`, and the end of an export."""

    name: str


class Standing(Struct, frozen=True):
    """How far a checkpoint is, and where it lies."""

    state: State
    folder: str
    says: str = ""
    why: str = ""
    """Of one that failed."""
    name: str = ""
    source: str = ""
    licence: str = ""
    made_by: dict[str, str] = {}


CheckpointOrder = LookAtCheckpoint | BringCheckpoint | GiveBackCheckpoint
CarryOut = Callable[[CheckpointOrder], Sequence[str]]


async def about_checkpoints(order: CheckpointOrder, pulling: Pulling) -> list[str]:
    """Carry out an order about a checkpoint. Raises what the verbs of these rooms raise."""
    checkpoints = Checkpoints(pulling.pulls)
    match order:
        case LookAtCheckpoint(name, revision):
            return _told(await checkpoints.look(name, revision), pulling)
        case GiveBackCheckpoint(name):
            await checkpoints.give_back(name)
            return [f"{name} is gone from the house's data, and its disk is given back."]
        case BringCheckpoint(name, revision, agree, licence):
            if agree:
                await checkpoints.agree(name, revision, licence)
            return [msgspec.json.encode(_standing(checkpoints.standing(name), pulling)).decode()]


def checkpoints_here(pulling: Pulling) -> list[str]:
    """Of each checkpoint that takes disk how far it is, and how that is given back."""
    there = [pull for pull in pulling.pulls.all().values() if pull.origin]
    return [line for pull in there for line in (_says(pull, pulling), GIVE_BACK.format(pull.name))]


def removal(name: str) -> GiveBackCheckpoint | RemoveModel:
    """What takes the model, or the checkpoint, of that name out of the house."""
    return GiveBackCheckpoint(name) if named(name) else RemoveModel(name)


@contextmanager
def brought(
    name: str, revision: str, licence: bool, carry_out: CarryOut, tell: Callable[[str], None]
) -> Iterator[Standing]:
    """A checkpoint, fetched to the end by whoever carries out orders then, and given back after the block.

    Raises `Refused` with what ended it. Blocks.
    """
    there = _whole(BringCheckpoint(name, revision, licence=licence), carry_out, tell)
    try:
        yield there
    finally:
        tell("\n".join(carry_out(GiveBackCheckpoint(name))))


def _whole(order: BringCheckpoint, carry_out: CarryOut, tell: Callable[[str], None]) -> Standing:
    said, now = "", _decoded(carry_out(order))
    while now.state == "waiting":
        if now.says != said:
            tell(said := now.says)
        time.sleep(POLL_S)
        now = _decoded(carry_out(replace(order, agree=False)))
    if now.state != "whole":
        raise Refused(now.why)
    return now


def _decoded(lines: Sequence[str]) -> Standing:
    return msgspec.json.decode(lines[-1], type=Standing)


def _standing(pull: Pull, pulling: Pulling) -> Standing:
    origin = pull.origin
    assert origin is not None
    folder = str(pulling.pulls.home(pull.name).resolve())
    return Standing(
        pull.state,
        folder,
        says=_says(pull, pulling),
        why=pull.why,
        name=pull.name.partition("/")[2],
        source=f"{pulling.pulls.site}/{pull.name} at {origin.revision[:12]}",
        licence=origin.licence,
        made_by={"repository": pull.name, "revision": origin.revision, "digests": pull.vouched},
    )


def _says(pull: Pull, pulling: Pulling) -> str:
    done, total = pulling.pulls.progress(pull)
    far = f"{pull.name}: {done >> 20} of {max(1, total >> 20)} MB"
    if pull.state == "waiting" and pulling.paused:
        return f"{far}; the job is paused, and goes on when somebody resumes it in the app"
    return f"{far}. {pull.why}".removesuffix(". ")


def _told(pull: Pull, pulling: Pulling) -> list[str]:
    """What an owner is to know before he agrees."""
    origin = pull.origin
    assert origin is not None
    size = max(1, sum(one.bytes for one in pull.sums.values()) >> 20)
    terms = origin.licence or "its card states no licence"
    lines = [
        f"{pull.name} ({origin.wanted}) at {origin.revision}: {size} MB, {terms}",
        f"  Its terms: {pulling.pulls.site}/{pull.name}",
    ]
    for path, is_ in pull.sums.items():
        must_be = f"SHA-256 {is_.sha256}" if is_.sha256 else f"git {origin.git_ids[path]}"
        lines.append(f"  {path}: {is_.bytes} bytes, {must_be}, {pull.vouched}")
    if pull.state != "confirm":
        lines.append(f"  {pull.state}: {_says(pull, pulling)}")
    return [*lines, "Fetch it, and have it exported, with the same command and --agree."]
