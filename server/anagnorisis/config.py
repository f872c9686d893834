"""Process-level settings: one frozen struct from defaults, a TOML file, the environment and flags.

People, sources and switches are rows of the store, not settings.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from anagnorisis.logs import Level

PREFIX = "ANAGNORISIS_"


def default_data() -> Path:
    """The folder of our own: `$XDG_DATA_HOME/anagnorisis`, else `~/.local/share/anagnorisis`."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local/share") / "anagnorisis"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the process needs to know before it opens the store."""

    data: Path = msgspec.field(default_factory=default_data)
    host: str = "127.0.0.1"
    port: int = 8765
    cert: Path | None = None
    key: Path | None = None
    names: tuple[str, ...] = ()
    """Further host names this server answers to."""
    threads: int = msgspec.field(default_factory=lambda: max(1, (os.cpu_count() or 2) - 1))
    """Most threads background work may use."""
    worker_idle_s: float = 30.0
    """Seconds without work after which the worker process ends."""
    cache_mb: int = 512
    """Room for thumbnails on disk, in MiB."""
    log_level: Level = "warning"
    """From which on things are written to the console and to `<data>/logs`."""


def load(flags: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `<data>/anagnorisis.toml`, then `ANAGNORISIS_*`, then `flags`; later ones win.

    `ANAGNORISIS_NAMES` is parted by commas. The file lies in `data` and so cannot say where that is. A flag
    of None is not given. Raises `ValueError` naming the setting that does not fit.
    """
    environ = os.environ if environ is None else environ
    given = {name: value for name, value in flags.items() if value is not None}
    said: dict[str, Any] = {
        name.removeprefix(PREFIX).lower(): value for name, value in environ.items() if name.startswith(PREFIX)
    }
    if "names" in said:
        said["names"] = [name.strip() for name in said["names"].split(",") if name.strip()]
    data = Path(given.get("data") or said.get("data") or default_data())
    file = data / "anagnorisis.toml"
    try:
        written = tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
        if "data" in written:
            raise ValueError("`data` cannot be said here, as this file lies in it; use --data")
        return msgspec.convert(
            {**written, **said, **given, "data": str(data)}, Settings, strict=False, dec_hook=_path
        )
    except (OSError, ValueError) as error:
        raise ValueError(f"The settings do not fit: {error}. See {file}, {PREFIX}* and the flags.") from error


def _path(type_: type, value: Any) -> Any:
    if type_ is Path:
        return Path(value).expanduser()
    raise NotImplementedError(type_)
