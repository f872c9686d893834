"""One-time codes: eight characters of Crockford's alphabet, shown in two groups, kept only as a hash."""

import hashlib
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH, GROUP = 8, 4
MEANT = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V", "-": None, " ": None})
"""What a person means who types a letter that the alphabet leaves out."""


def new_code() -> str:
    """A fresh code as a person reads it, 40 bits: `K7QF-2M9X`."""
    plain = drawn(LENGTH)
    return f"{plain[:GROUP]}-{plain[GROUP:]}"


def drawn(length: int) -> str:
    """Characters of the alphabet, 5 bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def hash_of(code: str) -> bytes:
    """SHA-256 of the code, however it was typed: case, spaces, dashes and O for 0 do not matter."""
    return hashlib.sha256(code.upper().translate(MEANT).encode()).digest()
