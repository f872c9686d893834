"""Models as ONNX graphs, run in the worker: a front end, a graph, and one vector an item."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from anagnorisis import _core
from anagnorisis.domain import Refused, Unreadable
from anagnorisis.embed import image, runtime
from anagnorisis.embed.description import FILE, Description, Tower
from anagnorisis.embed.front import picture
from anagnorisis.embed.front.recipes import SoundRecipe, TextRecipe
from anagnorisis.embed.front.sound import Listener
from anagnorisis.embed.front.text import Reader

F32 = NDArray[np.float32]
Inputs = dict[str, NDArray[np.generic]]
Row = F32 | Unreadable

BATCH = 32
"""Rows given to a graph at a time, until memory says fewer."""
TINY = 1e-12
FAILS = "The model does not run on it: {}."
NO_NUMBERS = "The model made numbers of it that are not finite, so it cannot be compared."


class Graph:
    """One tower: its session, its front end, and what is done with its rows."""

    def __init__(self, folder: Path, tower: Tower, threads: int) -> None:
        """Raises `Refused` when the graph does not load or is not as described."""
        self.tower = tower
        self.session = runtime.session(folder / tower.file, threads)
        self._errors = runtime.errors()
        self.failed = ""
        """The runtime's words on the row that failed last."""
        self.most = _most(self.session)
        recipe = tower.recipe
        self._reader = Reader(folder / tower.tokenizer, recipe) if isinstance(recipe, TextRecipe) else None
        self._listener = Listener(recipe) if isinstance(recipe, SoundRecipe) else None
        self._types = {one.name: one.type for one in self.session.get_inputs()}
        _check_ends(self.session, tower)

    @property
    def provider(self) -> str:
        """What the session really runs on."""
        return str(self.session.get_providers()[0])

    def prepared(self, given: bytes, words: bool) -> Any:
        """What the front end makes of an item or a phrase: chunks, or the inputs of its rows."""
        if self._reader:
            return self._reader.chunks(given.decode("utf-8", "replace"), words)
        if self._listener:
            return self._listener.arrays(given)
        recipe = self.tower.picture
        assert recipe is not None
        return {recipe.input: picture.array(given, recipe)[None]}

    def rows(self, made: Sequence[Any]) -> list[Row]:
        """The vector of each of several things that are `prepared`."""
        owner = np.repeat(np.arange(len(made)), [self._count(one) for one in made])
        out = self._all_chunks(made) if self._reader else self._all_rows(made)
        if self.tower.normalised:
            out = unit(out)
        return [self._pooled(out[owner == n]) for n in range(len(made))]

    def _count(self, made: Any) -> int:
        return len(made) if self._reader else len(next(iter(made.values())))

    def _all_chunks(self, made: Sequence[Any]) -> F32:
        assert self._reader is not None
        chunks = [chunk for one in made for chunk in one]
        out = np.empty((len(chunks), self.tower.dim), np.float32)
        for batch in self._reader.batches(chunks, self.most):
            out[batch.rows] = self.run(batch.inputs)
        return out

    def _all_rows(self, made: Sequence[Inputs]) -> F32:
        names = list(made[0])
        whole = {name: np.concatenate([one[name] for one in made]) for name in names}
        return self.run(whole)

    def run(self, inputs: Inputs) -> F32:
        """The graph's rows (n, dim). A batch that memory cannot hold is halved, and those after it too.

        One that fails for anything else is halved until the row is found that fails alone: it is NaN, and
        `failed` says why. Raises `MemoryError` when not even one row can be held.
        """
        total, at, parts, step = len(next(iter(inputs.values()))), 0, [], self.most
        while at < total:
            step = min(step, self.most, total - at)
            part = {name: self._typed(name, values[at : at + step]) for name, values in inputs.items()}
            try:
                (out,) = self.session.run([self.tower.output], part)
                parts.append(self._one_row(np.asarray(out, np.float32), part).reshape(step, -1))
            except self._errors as error:
                if runtime.is_memory(error):
                    if step == 1:
                        raise MemoryError(str(error)) from error
                    self.most = step // 2
                    continue
                if step > 1:
                    step //= 2
                    continue
                self.failed = runtime.reason(error)
                parts.append(np.full((1, self.tower.dim), np.nan, np.float32))
            at, step = at + step, self.most
        return np.concatenate(parts)

    def _one_row(self, out: F32, given: Inputs) -> F32:
        """Of rows of tokens (b, t, dim) one each."""
        recipe = self.tower.recipe
        if not self.tower.tokens or not isinstance(recipe, TextRecipe):
            return out
        mask = given[recipe.mask].astype(np.float32)
        if self.tower.tokens == "last":
            ends = mask.sum(axis=1).astype(np.intp) - 1
            return np.asarray(out[np.arange(len(out)), ends], np.float32)
        return np.asarray((out * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True), np.float32)

    def _typed(self, name: str, values: NDArray[np.generic]) -> NDArray[np.generic]:
        return values.astype(np.float16) if self._types.get(name) == "tensor(float16)" else values

    def _pooled(self, rows: F32) -> Row:
        if not np.isfinite(rows).all():
            return Unreadable(FAILS.format(self.failed) if self.failed else NO_NUMBERS)
        row = rows.mean(axis=0)
        if self.tower.pooling == "mean+deviation":
            row = np.concatenate([row, rows.std(axis=0)])
        return unit(row) if self.tower.normalised else row


class Joined:
    """The embedder of one model, or of several whose rows, each brought to length 1, are joined."""

    def __init__(self, folders: Sequence[str], threads: int) -> None:
        told = [_description(Path(one)) for one in folders]
        self._several = len(told) > 1
        self._kind = told[0].kind
        self._content = [Graph(Path(at), one.content, threads) for at, one in zip(folders, told, strict=True)]
        self._told, self._folders, self._threads = told, folders, threads
        self._words: list[Graph] | None = None
        self._hands = ThreadPoolExecutor(threads)
        self.provider = ", ".join(dict.fromkeys(graph.provider for graph in self._content))

    def rows(self, given: Sequence[bytes], words: bool = False) -> list[Row]:
        """The vector (dim,) of each item or phrase, or why it has none. Raises `MemoryError`."""
        graphs = self._speaking() if words else self._content
        parts = [self._of(graph, given, words) for graph in graphs]
        return [self._join(one) for one in zip(*parts, strict=True)]

    def marks(self, given: Sequence[bytes]) -> list[int | None]:
        """Of pictures that can be read the bits that tell near-duplicates; None for everything else."""
        return [*self._hands.map(_mark, given)] if self._kind == "image" else [None] * len(given)

    def _of(self, graph: Graph, given: Sequence[bytes], words: bool) -> list[Row]:
        made = [*self._hands.map(lambda one: _tried(graph.prepared, one, words), given)]
        sound = [one for one in made if not isinstance(one, Unreadable)]
        rows = iter(graph.rows(sound) if sound else [])
        return [one if isinstance(one, Unreadable) else next(rows) for one in made]

    def _join(self, parts: Sequence[Row]) -> Row:
        rows: list[F32] = []
        for part in parts:
            if isinstance(part, Unreadable):
                return part
            rows.append(unit(part) if self._several else part)
        return np.concatenate(rows)

    def _speaking(self) -> list[Graph]:
        """The graphs that know words, loaded when they are first asked."""
        if self._words is None:
            self._words = [
                Graph(Path(at), told.words, self._threads) if told.words else graph
                for at, told, graph in zip(self._folders, self._told, self._content, strict=True)
            ]
        return self._words


def _description(folder: Path) -> Description:
    """What a model of the house says of itself. Raises `Refused` when its files are not there."""
    try:
        told = msgspec.json.decode((folder / FILE).read_bytes(), type=Description)
    except (OSError, msgspec.MsgspecError) as error:
        raise Refused(f"A model cannot be read: {error}. `anagnorisis models verify` says which.") from error
    for name in told.files:
        if not (folder / name).is_file():
            raise Refused(f"{told.name} lacks its file {name}. Remove the model and import it again.")
    return told


def _tried(make: Callable[[bytes, bool], Any], given: bytes, words: bool) -> Any:
    try:
        return make(given, words)
    except Unreadable as error:
        return error


def _mark(path: bytes) -> int | None:
    try:
        return _core.picture_mark(image.small_rgb(path))
    except Unreadable:
        return None


def unit(rows: F32) -> F32:
    """Rows (..., d) with length 1; zeros stay zeros."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, TINY), np.float32)


def _most(session: Any) -> int:
    """Rows that a graph takes at a time: of some that are fixed, one."""
    sizes = [one.shape[0] for one in session.get_inputs() if one.shape]
    return 1 if 1 in sizes else BATCH


def _check_ends(session: Any, tower: Tower) -> None:
    """Raises `Refused` where the graph asks for, or gives, something else than its description says."""
    outputs = {one.name: one.shape for one in session.get_outputs()}
    if tower.output not in outputs:
        raise Refused(f"{tower.file} gives {', '.join(outputs)}, and not {tower.output}.")
    dim = outputs[tower.output][-1] if outputs[tower.output] else None
    if isinstance(dim, int) and dim != tower.dim:
        raise Refused(f"{tower.output} of {tower.file} is {dim} wide, and not {tower.dim}.")
    recipe = tower.recipe
    if isinstance(recipe, TextRecipe):
        given = {recipe.ids, recipe.mask, recipe.types} - {""}
    elif isinstance(recipe, SoundRecipe):
        given = {recipe.input, recipe.longer} - {""}
    else:
        given = {recipe.input}
    asked = {one.name for one in session.get_inputs()}
    if asked != given:
        wants, gets = ", ".join(sorted(asked)), ", ".join(sorted(given))
        raise Refused(f"{tower.file} asks for {wants}, and would be given {gets}.")


def load(*folders: str, threads: int = 1) -> Joined:
    """The embedder of the models in `folders`. Raises `Refused` when one cannot be used."""
    return Joined(folders, threads)
