"""A checkpoint into a folder that `models import` takes: graphs, compared; tokenizer; description."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import msgspec
import torch
from msgspec.structs import replace
from torch import nn

from anagnorisis.domain import Refused
from anagnorisis.embed import description
from anagnorisis.embed.description import FILE, Description, Sum, Tower
from anagnorisis.embed.front.recipes import SoundRecipe, TextRecipe
from anagnorisis.embed.onnx import Graph
from anagnorisis.export import eight, given
from anagnorisis.export.eight import Near
from anagnorisis.export.given import Arrays, Real
from anagnorisis.export.plan import TOKENIZER, Asked, Plan
from anagnorisis.export.towers import towers

OPSET = 20
EXACT, EIGHT_BITS = 1e-4, 2e-2
"""Largest cosine distance from torch that a graph may have, in f32 and with weights of 8 bits."""
NEIGHBOURS = 0.6
"""Least share of torch's nearest neighbours that a graph keeps."""
OUTPUT = "direction"
Tell = Callable[[str], None]


def export(asked: Asked, plan: Plan, tell: Tell) -> Description:
    """Write the folder `asked.into`: all of it or nothing.

    Raises `Refused` when a graph says otherwise than torch, or there is something at that place.
    """
    into, checkpoint = Path(asked.into), Path(asked.checkpoint)
    if into.exists():
        raise Refused(f"{into} is there already. Choose another folder.")
    into.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{into.name}-", dir=into.parent))
    try:
        told = _made(asked, plan, checkpoint, made, tell)
        made.chmod(0o755)
        made.rename(into)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return told


def _made(asked: Asked, plan: Plan, checkpoint: Path, folder: Path, tell: Tell) -> Description:
    shutil.copyfile(checkpoint / TOKENIZER, folder / TOKENIZER)
    described: dict[str, Tower] = {}
    by = (
        asked.made_by
        | {name: version(name) for name in ("torch", "transformers", "onnx")}
        | {"opset": str(OPSET)}
    )
    for part, module in towers(checkpoint, plan).items():
        tower = _tower(part, plan, _width(module, part, plan))
        tell(f"{part}: writing the graph")
        _graph(module, tower, folder / tower.file)
        on = given.real(tower, folder, asked.given if part == "content" else "")
        near = nearness(module, tower, folder, folder / tower.file, on.items)
        _agrees(part, near, EXACT, "", tell)
        if asked.eight_bits:
            by[f"{part}_weights"], near = _eight(part, module, tower, folder, on, tell)
        described[part] = tower
        by[f"{part}_cosine_distance"] = f"{near.apart:.3g}"
        if near.kept is not None:
            by[f"{part}_neighbours_kept"] = f"{near.kept:.3f}"
    told = Description(
        name=asked.name,
        kind=plan.kind,
        content=described["content"],
        words=described.get("words"),
        shared_space="words" in described,
        licence=asked.licence,
        source=asked.source,
        files={one.name: _sum(one) for one in sorted(folder.iterdir())},
        made_by=by,
    )
    (folder / FILE).write_bytes(msgspec.json.format(msgspec.json.encode(description.check(told))))
    return told


def _tower(part: str, plan: Plan, width: int) -> Tower:
    reads = part == "words" or plan.kind == "article"
    return Tower(
        f"{part}.onnx",
        OUTPUT,
        width,
        text=plan.text if reads else None,
        picture=None if reads else plan.picture,
        sound=None if reads else plan.sound,
        tokenizer=TOKENIZER if reads else "",
        pooling="none" if plan.picture and not reads else "mean",
        normalised=True,
    )


def _width(module: nn.Module, part: str, plan: Plan) -> int:
    """Numbers of a row: the module is asked."""
    with torch.no_grad():
        return int(module(**_example(_tower(part, plan, 1))).shape[-1])


def _example(tower: Tower) -> dict[str, torch.Tensor]:
    """Two rows of what the tower is given, of any content."""
    recipe = tower.recipe
    if isinstance(recipe, TextRecipe):
        length = recipe.max_tokens if recipe.fixed else 8
        # Tensors of their own, and padding in one: what is alike or all ones would be taken for a constant.
        mask = torch.ones(2, length, dtype=torch.int64)
        mask[1, -2:] = 0
        inputs = {recipe.ids: mask.clone(), recipe.mask: mask, recipe.types: torch.zeros_like(mask)}
        return {name: one for name, one in inputs.items() if name}
    if isinstance(recipe, SoundRecipe):
        frames = recipe.patch or recipe.mel.frames(recipe.samples)
        inputs = {recipe.input: torch.zeros(2, recipe.channels, frames, recipe.mel.bands)}
        return inputs | ({recipe.longer: torch.zeros(2, 1, dtype=torch.bool)} if recipe.longer else {})
    return {recipe.input: torch.zeros(2, 3, recipe.height, recipe.width)}


def _graph(module: nn.Module, tower: Tower, path: Path) -> None:
    inputs, recipe = _example(tower), tower.recipe
    free = {0: torch.export.Dim.DYNAMIC}
    if isinstance(recipe, TextRecipe) and not recipe.fixed:
        free[1] = torch.export.Dim.DYNAMIC
    signature = [name for name in _named(module) if name in inputs]
    program = torch.onnx.export(
        module,
        tuple(inputs[name] for name in signature),
        input_names=signature,
        output_names=[OUTPUT],
        dynamic_shapes=tuple(free for _ in signature),
        dynamo=True,
        opset_version=OPSET,
        external_data=False,
        verbose=False,
    )
    assert program is not None
    program.save(path)


def _named(module: nn.Module) -> list[str]:
    code = module.forward.__code__
    return list(code.co_varnames[1 : code.co_argcount])


def _eight(
    part: str, module: nn.Module, tower: Tower, folder: Path, on: Real, tell: Tell
) -> tuple[str, Near]:
    """Bring the weights to 8 bits: how it was done, and how near to torch it is. Raises `Refused`."""
    tell(f"{part}: weights to 8 bits")
    enough = (on.own or bool(tower.tokenizer)) and len(on.items) >= eight.LEAST
    if not enough:
        tell(
            f"{part}: not calibrated, as that needs {eight.LEAST} things of one's own to see or hear; "
            "name a folder of yours with --on"
        )

    def near(graph: Path, items: Sequence[Arrays]) -> Near:
        return nearness(module, tower, folder, graph, items)

    way, best, found = eight.closer(folder / tower.file, on.items, enough, near)
    for tried, one in found.items():
        tell(f"{part}: {tried}, at most {one.apart:.2g} from torch, by cosine")
    _agrees(part, best, EIGHT_BITS, f"{way}, ", tell)
    return f"8 bits, {way}", best


def _agrees(part: str, near: Near, limit: float, how: str, tell: Tell) -> None:
    """Raises `Refused` with the figure when a graph is farther from torch than it may be."""
    if not near.apart <= limit:
        raise Refused(
            f"{part} is {near.apart:.2g} from torch by cosine, more than {limit:g}: nothing is kept."
        )
    if near.kept is not None and near.kept < NEIGHBOURS:
        raise Refused(
            f"{part} keeps {near.kept:.0%} of the nearest neighbours that torch finds, less than "
            f"{NEIGHBOURS:.0%}: nothing is kept."
        )
    order = "" if near.kept is None else f", and {near.kept:.0%} of the nearest neighbours are the same"
    tell(f"{part}: {how}at most {near.apart:.2g} from torch, by cosine{order}")


def nearness(module: nn.Module, tower: Tower, folder: Path, graph: Path, items: Sequence[Arrays]) -> Near:
    """How near the graph in a file is to torch, given what the front end gives; `folder` has a tokenizer."""
    runs = Graph(folder, replace(tower, file=graph.name), 1)
    said, told = [], []
    for one in items:
        said.append(runs.run(one))
        with torch.no_grad():
            told.append(module(**{name: torch.as_tensor(values) for name, values in one.items()}).numpy())
    return eight.compared(said, told)


def _sum(file: Path) -> Sum:
    body = file.read_bytes()
    return Sum(hashlib.sha256(body).hexdigest(), len(body))
