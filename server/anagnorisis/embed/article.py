"""The article embedder, run in the worker: a text is the weighted sum of a table row a word."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from anagnorisis.domain import Unreadable
from anagnorisis.embed import LONGEST_TEXT

DATA = Path(__file__).parent / "data"


class WordTable:
    """Rows of half bytes and a gain for each token, as `make_table` wrote them."""

    def __init__(self, folder: Path = DATA) -> None:
        with np.load(folder / "table.npz") as table:
            self.rows, self.gain = table["rows"], table["gain"]
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))

    def row(self, given: bytes) -> NDArray[np.float32]:
        """The unit vector (256,) of a text in UTF-8: the sum over its tokens of sqrt(count) x gain x row.

        Raises `Unreadable` when not one of its words has a weight.
        """
        text = given.decode("utf-8")[:LONGEST_TEXT]
        ids = self.tokenizer.encode(text, add_special_tokens=False).ids
        tokens, counts = np.unique(np.array(ids, np.int64), return_counts=True)
        shares = self.gain[tokens] * np.sqrt(counts, dtype=np.float32)
        pairs = self.rows[tokens]
        halves = [shares @ (half.astype(np.float32) - 8) for half in (pairs & 15, pairs >> 4)]
        total: NDArray[np.float32] = np.concatenate(halves)
        length = float(np.linalg.norm(total))
        if length < 1e-6:
            raise Unreadable("No word in it is known to the built-in reader, so it cannot be compared.")
        return total / np.float32(length)

    def phrase(self, words: bytes) -> NDArray[np.float32]:
        """The same for a few words: a text is where its words are. Raises as `row` does."""
        try:
            return self.row(words)
        except Unreadable:
            raise Unreadable("The built-in reader knows none of these words.") from None


def load() -> WordTable:
    """The embedder with its table and tokenizer, read once for each worker process."""
    return WordTable()
