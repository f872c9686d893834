"""What the house may go out for: a literal table. Each purpose is off until a person switches it on."""

from collections.abc import Mapping
from typing import Literal, get_args

from msgspec import Struct

PurposeName = Literal["models", "feeds", "pages", "certificates", "time"]
NAMES: tuple[PurposeName, ...] = get_args(PurposeName)
SWITCH = "egress:"
"""Before the name of a purpose in the names of switches."""


class Purpose(Struct, frozen=True):
    """A reason to go out, in words fit to show."""

    title: str
    says: str


PURPOSES: Mapping[PurposeName, Purpose] = {
    "models": Purpose(
        "Models",
        "Fetches larger models from huggingface.co, when somebody asks for one. They then run in this house.",
    ),
    "feeds": Purpose(
        "Feeds and podcasts",
        "Asks the sites that somebody follows for what is new. Each learns the address of this house.",
    ),
    "pages": Purpose(
        "Pages",
        "Reads the pages that feeds and saved links lead to, with their pictures, so they open offline.",
    ),
    "certificates": Purpose(
        "Certificates", "Renews the certificate of a domain of your own with the authority that you chose."
    ),
    "time": Purpose(
        "Time", "Compares the clock of this machine with one outside, when a check-up is asked for."
    ),
}
