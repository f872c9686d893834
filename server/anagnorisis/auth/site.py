"""Under which name the house was opened; passkeys are bound to it."""

from msgspec import Struct


class Site(Struct, frozen=True):
    """`host` without its port, and the whole origin, as the browser sees them."""

    host: str
    origin: str
