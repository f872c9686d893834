"""Four digits that keep others of the house from listening as oneself.

scrypt of the standard library is enough here: ten thousand PINs are guessed from any hash, however slow,
and what protects them is that wrong ones are counted. It keeps a PIN from being read off the database.
"""

import hashlib
import re
import secrets
from hmac import compare_digest

from anagnorisis.domain import BadValue

SALT_BYTES = 16
COST, BLOCK, LANES = 2**14, 8, 1
"""16 MiB and some 40 ms."""
DIGITS = re.compile(r"[0-9]{4}")


def keep(pin: str) -> bytes:
    """What is kept of a PIN: salt and hash. Takes its time. Raises `BadValue` unless it has four digits."""
    if not DIGITS.fullmatch(pin):
        raise BadValue("A PIN has four digits.")
    salt = secrets.token_bytes(SALT_BYTES)
    return salt + _hash(pin, salt)


def fits(pin: str, kept: bytes) -> bool:
    """Whether `pin` is the one that was kept. Takes its time."""
    salt, hashed = kept[:SALT_BYTES], kept[SALT_BYTES:]
    return compare_digest(_hash(pin, salt), hashed)


def _hash(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=COST, r=BLOCK, p=LANES, dklen=32)
