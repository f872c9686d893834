"""`models export OWNER/NAME`: what the house does of it, as it runs or for a command alone: the fetching."""

import time
from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from anagnorisis.domain import Refused
from anagnorisis.jobs.pulling import Pulling
from anagnorisis.library.checkpoints import Checkpoints
from anagnorisis.library.pulls import Pull, State

POLL_S = 1.0


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
    """Of each checkpoint that takes disk how far it is."""
    return [
        f"{pull.name}: a checkpoint, {pull.state}: {_says(pull, pulling).rstrip('.')}. `anagnorisis models remove "
        f"{pull.name}` gives its disk back."
        for pull in pulling.pulls.all().values()
        if pull.origin
    ]


def brought(order: BringCheckpoint, carry_out: CarryOut, tell: Callable[[str], None]) -> Standing:
    """Have a checkpoint fetched to the end, by whoever carries orders out then. Blocks.

    Raises `Refused` with what ended it.
    """
    said, now = "", _decoded(carry_out(order))
    while now.state == "waiting":
        if now.says != said:
            tell(said := now.says)
        time.sleep(POLL_S)
        now = _decoded(carry_out(replace(order, agree=False)))
    if now.state != "whole":
        raise Refused(now.says)
    return now


def _decoded(lines: Sequence[str]) -> Standing:
    return msgspec.json.decode(lines[-1], type=Standing)


def _standing(pull: Pull, pulling: Pulling) -> Standing:
    origin = pull.origin
    assert origin is not None
    made_by = {"repository": pull.name, "revision": origin.revision, "digests": pull.vouched}
    source = f"{pulling.pulls.site}/{pull.name} at {origin.revision[:12]}"
    folder = str(pulling.pulls.home(pull.name).resolve())
    name = pull.name.partition("/")[2]
    return Standing(pull.state, folder, _says(pull, pulling), name, source, origin.licence, made_by)


def _says(pull: Pull, pulling: Pulling) -> str:
    done, total = pulling.pulls.progress(pull)
    far = f"{pull.name}: {done >> 20} of {max(1, total >> 20)} MB"
    if pull.state == "failed":
        return pull.why
    if pull.state == "waiting" and pulling.paused:
        return f"{far}; the job is paused, and goes on when somebody resumes it in the app"
    return far


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
    return lines if pull.state == "confirm" else [*lines, f"  {pull.state}: {_says(pull, pulling)}"]
