"""What an examination comes to: something is well, stands in the way, or is good to know."""

from typing import Literal

from msgspec import Struct

Verdict = Literal["well", "wrong", "note"]
SIGNS: dict[Verdict, str] = {"well": "✓", "wrong": "✗", "note": "·"}


class Finding(Struct, frozen=True):
    """One sentence, or two where the second says what to do."""

    verdict: Verdict
    says: str

    def __str__(self) -> str:
        return f"{SIGNS[self.verdict]} {self.says}"


def well(says: str) -> Finding:
    """Something is as it should be."""
    return Finding("well", says)


def wrong(says: str) -> Finding:
    """Something stands in the way."""
    return Finding("wrong", says)


def note(says: str) -> Finding:
    """Something that may matter, which cannot be seen from here."""
    return Finding("note", says)
