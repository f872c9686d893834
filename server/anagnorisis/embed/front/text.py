"""The text front end: texts as chunks of token numbers, batched by length, by the model's own tokenizer."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from anagnorisis.domain import BadValue, Unreadable
from anagnorisis.embed import LONGEST_TEXT
from anagnorisis.embed.front.recipes import TextRecipe

CHARACTERS = 16
"""Read of a text for each token that fits: more than words take in any language."""


class Chunk(Struct, frozen=True):
    """Some tokens of a text, the model's own first and last ones included."""

    ids: list[int]
    types: list[int]


class Batch(Struct, frozen=True):
    """What one run of the graph is given."""

    inputs: dict[str, NDArray[np.generic]]
    """Name of the input -> (b, t)."""
    rows: NDArray[np.intp]
    """(b,): the place among the chunks given that each row is of."""


class Reader:
    """A tokenizer and a recipe made ready; may be shared between threads.

    Raises `BadValue` when the file is no tokenizer.json, or nothing of a text would fit into a row.
    """

    def __init__(self, tokenizer: Path, recipe: TextRecipe) -> None:
        self._recipe = recipe
        self._whole = _loaded(tokenizer)
        self._readers = {words: self._cutter(tokenizer, words) for words in (False, True)}
        self._whole.enable_truncation(recipe.max_tokens)

    def chunks(self, text: str, words: bool = False) -> list[Chunk]:
        """A text as one chunk or more, each beginning `overlap` tokens before the one before it ends.

        With `words` it is a phrase to search by: one chunk. Raises `Unreadable` when there is nothing in it.
        """
        recipe = self._recipe
        before, most = (recipe.before_words, 1) if words else (recipe.before, recipe.chunks)
        text = text[: min(LONGEST_TEXT, CHARACTERS * recipe.max_tokens * most)].strip()
        text = text.lower() if recipe.lower else text
        first = self._readers[words].encode(text)
        if all(first.special_tokens_mask):
            raise Unreadable("There are no words in it.")
        parts = [first, *first.overflowing][:most]
        if before:
            parts = self._whole.encode_batch([before + _said(text, part) for part in parts])
        return [Chunk(part.ids, part.type_ids) for part in parts]

    def batches(self, chunks: Sequence[Chunk], most: int) -> Iterator[Batch]:
        """All `chunks`, at most `most` in a batch, the shortest first so that little is padding.

        A graph that is told of no mask takes padding for words: its rows are of one length.
        """
        long = np.array([len(chunk.ids) for chunk in chunks])
        order = np.argsort(long, kind="stable")
        blind = not (self._recipe.mask or self._recipe.fixed)
        for alike in np.split(order, np.flatnonzero(np.diff(long[order])) + 1) if blind else [order]:
            for start in range(0, len(alike), most):
                rows = alike[start : start + most]
                yield Batch(self._inputs([chunks[row] for row in rows]), rows)

    def _inputs(self, chunks: Sequence[Chunk]) -> dict[str, NDArray[np.generic]]:
        recipe = self._recipe
        long = recipe.max_tokens if recipe.fixed else max(len(chunk.ids) for chunk in chunks)
        shape, dtype = (len(chunks), long), np.dtype(recipe.dtype)
        ids, mask, types = (
            np.full(shape, recipe.pad_id, dtype),
            np.zeros(shape, dtype),
            np.zeros(shape, dtype),
        )
        for row, chunk in enumerate(chunks):
            ids[row, : len(chunk.ids)] = chunk.ids
            types[row, : len(chunk.ids)] = chunk.types
            mask[row, : len(chunk.ids)] = 1
        named = {recipe.ids: ids, recipe.mask: mask, recipe.types: types}
        return {name: values for name, values in named.items() if name}

    def _cutter(self, tokenizer: Path, words: bool) -> Tokenizer:
        """The tokenizer that cuts a text into chunks which leave room for what is put before each."""
        recipe = self._recipe
        before = recipe.before_words if words else recipe.before
        spent = len(self._whole.encode(before)) - len(self._whole.encode(""))
        room, overlap = recipe.max_tokens - spent, 0 if words else recipe.overlap
        if len(self._whole.encode("")) + overlap >= room:
            raise BadValue(f"A row of {recipe.max_tokens} tokens has no room for text. Raise max_tokens.")
        cutter = _loaded(tokenizer)
        cutter.enable_truncation(room, stride=overlap)
        return cutter


def _loaded(file: Path) -> Tokenizer:
    """The tokenizer in a file without the padding and truncation that stand there."""
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises nothing narrower
        raise BadValue(f"{file.name} cannot be read as a tokenizer: {error}.") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    # A text that says "[SEP]" or "<|endoftext|>" says these letters and does not end there.
    tokenizer.encode_special_tokens = True
    return tokenizer


def _said(text: str, part: Encoding) -> str:
    """The stretch of `text` that some of its tokens were made of."""
    spans = [span for span, own in zip(part.offsets, part.special_tokens_mask, strict=True) if not own]
    return text[spans[0][0] : spans[-1][1]]
