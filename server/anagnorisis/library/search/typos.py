"""What was likely meant by a word that stands nowhere: the known one that takes the fewest slips."""

from anagnorisis.store import search, spelling
from anagnorisis.store.connections import Reader
from anagnorisis.store.folded import folded, words_of
from anagnorisis.store.search import Within, Word
from anagnorisis.store.visibility import Sight

SHORT = 4
"""Letters up to which a word may differ by one slip only; longer ones by two."""


async def mended(read: Reader, words: tuple[Word, ...], sight: Sight) -> tuple[Word, ...]:
    """`words` with those that stand nowhere within `sight` made the nearest that does."""
    return tuple([await _mended(read, word, sight) for word in words])


async def _mended(read: Reader, word: Word, sight: Sight) -> Word:
    told = words_of(folded(word.text))
    if word.without or len(told) != 1 or await search.found(read, [word], Within(), sight, 1):
        return word
    slips = {known: slips_between(told[0], known) for known in await spelling.like(read, told[0])}
    for known in sorted(slips, key=lambda one: (slips[one], one)):
        if slips[known] > (1 if len(told[0]) <= SHORT else 2):
            break
        meant = Word(known, word.field)
        if await search.found(read, [meant], Within(), sight, 1):
            return meant
    return word


def slips_between(word: str, other: str) -> int:
    """Letters to add, leave out, change or swap with the next, at the least, to get from one to the other.

    Optimal string alignment: Damerau 1964, no part changed twice.
    """
    before: list[int] = []
    last: list[int] = [*range(len(other) + 1)]
    for i, letter in enumerate(word, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            cost: int = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
