"""`models known|pull|export`, as a running house, or a command alone, carries them out."""

from msgspec import Struct

from anagnorisis.api.checkpoint_orders import CheckpointOrder, about_checkpoints, checkpoints_here
from anagnorisis.api.known_models import KnownOut, all_known, known_out
from anagnorisis.embed import catalogue
from anagnorisis.jobs.pulling import Pulling


class KnownModels(Struct, frozen=True, tag="known models"):
    """`models known`"""


class PullModel(Struct, frozen=True, tag="pull model"):
    """`models pull NAME [--agree]`"""

    name: str
    agree: bool
    """To its licence, and to what the site stated of its files."""


KnownOrder = KnownModels | PullModel | CheckpointOrder


async def about_known(order: KnownOrder, pulling: Pulling) -> list[str]:
    """Carry out an order about known models. Raises what the verbs of these rooms raise."""
    if isinstance(order, KnownModels):
        return [*(line for one in all_known(pulling) for line in _known(one)), *checkpoints_here(pulling)]
    if isinstance(order, CheckpointOrder):
        return await about_checkpoints(order, pulling)
    return await _pull(order.name, order.agree, pulling)


async def _pull(name: str, agree: bool, pulling: Pulling) -> list[str]:
    """Have a model fetched once an owner agreed; before that, say to what."""
    pulls = pulling.pulls
    one, pull = catalogue.known(name, pulls.known), pulls.get(name)
    if not agree:
        return [
            *_known(known_out(one, pulling)),
            f"Read {one.licence_url} and then fetch it with: anagnorisis models pull {name} --agree",
        ]
    stated = {file: is_.sha256 for file, is_ in pull.sums.items()} if pull else None
    pull = await pulls.want(name, True, stated)
    if pull.state == "asking":
        return [
            f"{pulls.site} is asked what its files are; nothing is fetched yet. See its answer "
            f"with: anagnorisis models pull {name}"
        ]
    return [f"{one.title} is being fetched; `anagnorisis models known` says how far it is."]


def _known(one: KnownOut) -> list[str]:
    size = f"{one.bytes >> 20} MB" if one.bytes else "size not known here"
    words = "knows words" if one.words else "knows no words"
    lines = [f"{one.name}: {one.kind}, {one.dim} numbers, {size}, {words}, {one.licence}. {one.says}"]
    if one.installed:
        return [*lines, "  installed"]
    if pull := one.pull:
        lines.append(f"  {pull.state}: {pull.done >> 20} of {pull.total >> 20} MB. {pull.why}".rstrip())
        for file, is_ in (pull.stated or {}).items():
            lines.append(f"  {file}: {is_.bytes} bytes, SHA-256 {is_.sha256}, {pull.vouched}")
    return lines
