"""The house's name on the home network, kept for ever: installed apps, their data and passkeys hang on it."""

from pathlib import Path

from anagnorisis.domain import BadValue

FIRST = "anagnorisis"
FILE = "lan-name"
MOST = 99


def kept_name(data: Path) -> str | None:
    """The name chosen at an earlier start, without `.local`; None when none was. Raises `BadValue`."""
    try:
        name = (data / FILE).read_text("utf-8").strip()
    except FileNotFoundError:
        return None
    if name not in candidates():
        raise BadValue(f"{data / FILE} holds “{name}”, which is no name of a house. Write “{FIRST}” into it.")
    return name


def keep_name(data: Path, name: str) -> None:
    """Remember `name`."""
    beside = data / f".{FILE}.new"
    beside.write_text(name + "\n", "utf-8")
    beside.rename(data / FILE)


def candidates() -> list[str]:
    """The names a house may have, in the order they are tried."""
    return [FIRST, *(f"{FIRST}-{n}" for n in range(2, MOST + 1))]
