"""A checkpoint into a folder that `models import` takes: graphs, compared; tokenizer; description."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

from anagnorisis.domain import Refused
from anagnorisis.embed import description, trial
from anagnorisis.embed.description import FILE, Description, Sum, Tower
from anagnorisis.embed.front import picture
from anagnorisis.embed.front.recipes import SoundRecipe, TextRecipe
from anagnorisis.embed.front.sound import Listener
from anagnorisis.embed.front.text import Reader
from anagnorisis.embed.onnx import Graph
from anagnorisis.export.plan import TOKENIZER, Asked, Plan
from anagnorisis.export.towers import towers

OPSET = 20
EXACT, EIGHT_BITS = 1e-4, 2e-2
"""Largest cosine distance from torch that a graph may have, in f32 and with weights of 8 bits."""
OUTPUT = "direction"
Arrays = dict[str, NDArray[Any]]
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
    by = {name: version(name) for name in ("torch", "transformers", "onnx")} | {"opset": str(OPSET)}
    for part, module in towers(checkpoint, plan).items():
        tower, limit = _tower(part, plan, _width(module, part, plan)), EXACT
        tell(f"{part}: writing the graph")
        _graph(module, tower, folder / tower.file)
        if asked.eight_bits:
            tell(f"{part}: weights to 8 bits")
            _quantised(folder / tower.file)
            limit = EIGHT_BITS
        apart = farthest(module, tower, folder)
        tell(f"{part}: at most {apart:.2g} from torch, by cosine")
        if not apart <= limit:
            raise Refused(
                f"{part} is {apart:.2g} from torch by cosine, more than {limit:g}: nothing is kept."
            )
        described[part] = tower
        by[f"{part}_cosine_distance"] = f"{apart:.3g}"
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
        given = {recipe.ids: mask.clone(), recipe.mask: mask, recipe.types: torch.zeros_like(mask)}
        return {name: one for name, one in given.items() if name}
    if isinstance(recipe, SoundRecipe):
        frames = recipe.patch or recipe.mel.frames(recipe.samples)
        given = {recipe.input: torch.zeros(2, recipe.channels, frames, recipe.mel.bands)}
        return given | ({recipe.longer: torch.zeros(2, 1, dtype=torch.bool)} if recipe.longer else {})
    return {recipe.input: torch.zeros(2, 3, recipe.height, recipe.width)}


def _graph(module: nn.Module, tower: Tower, path: Path) -> None:
    given, recipe = _example(tower), tower.recipe
    free = {0: torch.export.Dim.DYNAMIC}
    if isinstance(recipe, TextRecipe) and not recipe.fixed:
        free[1] = torch.export.Dim.DYNAMIC
    signature = [name for name in _named(module) if name in given]
    program = torch.onnx.export(
        module,
        tuple(given[name] for name in signature),
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


def _quantised(path: Path) -> None:
    """Weights of matrix products to 8 bits, a scale for each channel; activations as they come."""
    small = path.with_suffix(".small")
    quantize_dynamic(path, small, per_channel=True, weight_type=QuantType.QInt8)
    small.replace(path)


def farthest(module: nn.Module, tower: Tower, folder: Path) -> float:
    """The largest cosine distance between rows of the graph and of torch, given what the front end gives."""
    graph, far = Graph(folder, tower, 1), 0.0
    for given in real(tower, folder):
        said = graph.run(given)
        with torch.no_grad():
            told = module(**{name: torch.as_tensor(values) for name, values in given.items()}).numpy()
        lengths = np.linalg.norm(said, axis=1) * np.linalg.norm(told, axis=1)
        near = (said * told).sum(axis=1) / np.maximum(lengths, np.finfo(np.float32).tiny)
        far = max(far, float(1 - near.min())) if np.isfinite(near).all() else float("inf")
    return far


def real(tower: Tower, folder: Path) -> Iterator[Arrays]:
    """What the front end makes of pictures, tracks or texts, as the graph is given it."""
    recipe = tower.recipe
    if isinstance(recipe, TextRecipe):
        reader = Reader(folder / tower.tokenizer, recipe)
        texts = [one.decode() for one in trial.TEXTS]
        for text in [*texts, " ".join(texts * 12)]:
            for batch in reader.batches(reader.chunks(text), 8):
                yield dict(batch.inputs)
        return
    with tempfile.TemporaryDirectory(prefix="anagnorisis-export-") as made:
        listener = Listener(recipe) if isinstance(recipe, SoundRecipe) else None
        for one in trial.samples("music" if listener else "image", Path(made)):
            if listener:
                yield dict(listener.arrays(one))
            else:
                assert tower.picture is not None
                yield {tower.picture.input: picture.array(one, tower.picture)[None]}


def _sum(file: Path) -> Sum:
    body = file.read_bytes()
    return Sum(hashlib.sha256(body).hexdigest(), len(body))
