"""Process-level settings: one frozen struct from defaults, a TOML file, the environment and flags.

People, sources and switches are rows of the store, not settings.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from anagnorisis.logs import Level

PREFIX = "ANAGNORISIS_"
LISTS = frozenset({"names", "trusted_proxies", "worker_devices"})
Tls = Literal["auto", "off", "own", "files", "acme", "proxy"]


def default_data() -> Path:
    """The folder of our own: `$XDG_DATA_HOME/anagnorisis`, else `~/.local/share/anagnorisis`."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local/share") / "anagnorisis"


class VectorSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How neighbours are searched; `anagnorisis bench vectors` measures what suits this machine."""

    engine: Literal["core", "usearch"] = "core"
    """`usearch` needs the extra `ann`; `store/approximate.py` says what it lacks."""
    mode: Literal["auto", "exact", "ivf"] = "auto"
    """Scan every row, only the lists that can matter, or whichever suits the number of rows."""
    ivf_from: Annotated[int, msgspec.Meta(ge=1)] = 300_000
    """Rows from which `auto` goes by lists."""
    threads: Annotated[int, msgspec.Meta(ge=1)] = msgspec.field(
        default_factory=lambda: min(4, os.cpu_count() or 1)
    )
    """Of one search: two or three reach all the bandwidth that memory has."""
    memory_mb: Annotated[int, msgspec.Meta(ge=0)] = 768
    """Room for codes in huge pages, then for their 4-bit form, in MiB and for each model: what a million rows
    of 512 numbers take. What does not fit is read from its file."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the process needs to know before it opens the store."""

    data: Path = msgspec.field(default_factory=default_data)
    host: str = "127.0.0.1"
    port: int = 8765
    cert: Path | None = None
    key: Path | None = None
    lan: bool = False
    """Let the phones of the home network in: every address, encrypted, with the guide for phones."""
    tls: Tls = "auto"
    """`auto`: the files where some are named, off on loopback, else a certificate of the house's own."""
    acme_directory: str = "https://acme-v02.api.letsencrypt.org/directory"
    """The authority that certificates for `names` are ordered from, with `tls = "acme"`."""
    acme_hook: Path | None = None
    """The program that puts a record into DNS: `HOOK present NAME VALUE`, `HOOK cleanup NAME VALUE`."""
    guide_port: int = 8080
    """Where the guide for phones answers in plain HTTP; the next free one when it is taken."""
    announce: bool = True
    """Say the house's name and address by multicast DNS; off where another program does that."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of proxies whose word on scheme, host and client is believed."""
    names: tuple[str, ...] = ()
    """Further host names this server answers to."""
    threads: int = msgspec.field(default_factory=lambda: max(1, (os.cpu_count() or 2) - 1))
    """Most threads background work may use."""
    worker_idle_s: float = 30.0
    """Seconds without work after which the worker process ends."""
    worker_devices: tuple[str | int, ...] = ()
    """Numbers of CUDA cards, or `cpu`: a worker process on each. None: every card there is where there are
    several, else one process that chooses for itself."""
    worker_mb: Annotated[int, msgspec.Meta(ge=256)] = 1024
    """Private memory the worker process may have, in MiB, beside four times the files of its models."""
    cache_mb: int = 512
    """Room on disk for thumbnails and for tracks coded anew, in MiB: half of it each."""
    log_level: Level = "warning"
    """From which on things are written to the console and to `<data>/logs`."""
    vectors: VectorSettings = VectorSettings()


def load(flags: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `<data>/anagnorisis.toml`, then `ANAGNORISIS_*`, then `flags`; later ones win.

    In the environment a list is parted by commas. The file lies in `data` and so cannot say where that is.
    A flag of None is not given. Raises `ValueError` naming the setting that does not fit.
    """
    environ = os.environ if environ is None else environ
    given = {name: value for name, value in flags.items() if value is not None}
    said: dict[str, Any] = {
        name.removeprefix(PREFIX).lower(): value for name, value in environ.items() if name.startswith(PREFIX)
    }
    for name in LISTS & said.keys():
        said[name] = [one.strip() for one in said[name].split(",") if one.strip()]
    data = Path(given.get("data") or said.get("data") or default_data())
    file = data / "anagnorisis.toml"
    try:
        written = tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
        if "data" in written:
            raise ValueError("`data` cannot be said here, as this file lies in it; use --data")
        if (inner := _taken(said, "vectors_")) and isinstance(written.get("vectors", {}), dict):
            written["vectors"] = {**written.get("vectors", {}), **inner}
        return msgspec.convert(
            {**written, **said, **given, "data": str(data)}, Settings, strict=False, dec_hook=_path
        )
    except (OSError, ValueError) as error:
        raise ValueError(f"The settings do not fit: {error}. See {file}, {PREFIX}* and the flags.") from error


def _taken(said: dict[str, str], prefix: str) -> dict[str, str]:
    """Take out of `said` what begins with `prefix`, which is cut off."""
    return {name.removeprefix(prefix): said.pop(name) for name in [*said] if name.startswith(prefix)}


def _path(type_: type, value: Any) -> Any:
    if type_ is Path:
        return Path(value).expanduser()
    raise NotImplementedError(type_)
