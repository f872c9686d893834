"""Page marks: where a page ended, as text that a device hands back unread to get the next one."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from hashlib import blake2b
from typing import TypeVar

import msgspec

from anagnorisis.domain import BadValue

T = TypeVar("T")
SUM = 6
"""Bytes that tell a mark that was damaged or belongs to another list; a mark grants nothing by itself."""


def mark(place: msgspec.Struct, of: object) -> str:
    """`place` in the list described by `of` (anything that prints the same for the same list), as text."""
    body = msgspec.msgpack.encode(place)
    return urlsafe_b64encode(_sum(body, of) + body).decode().rstrip("=")


def read(text: str, type_: type[T], of: object) -> T:
    """The place a mark stands for. Raises `BadValue` when it is not one that `mark` made for this list."""
    try:
        whole = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if _sum(whole[SUM:], of) != whole[:SUM]:
            raise ValueError(text)
        return msgspec.msgpack.decode(whole[SUM:], type=type_)
    except (Error, ValueError, msgspec.MsgspecError) as error:
        raise BadValue("This page mark belongs to another list. Start again from its top.") from error


def _sum(body: bytes, of: object) -> bytes:
    return blake2b(body, digest_size=SUM, key=blake2b(repr(of).encode()).digest()).digest()
