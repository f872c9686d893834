"""Known models that an owner asked for: the word itself, what they must be, and how much of them is here.

Each has a folder beside the installed models, with what has come of its files and a record of all that must
outlive a restart; to give one up is to remove its folder.
"""

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from anagnorisis.domain import BadValue, Conflict, Refused, Unknown
from anagnorisis.egress.client import Egress
from anagnorisis.egress.download import Download
from anagnorisis.egress.purposes import PURPOSES
from anagnorisis.embed import catalogue
from anagnorisis.embed.catalogue import Known
from anagnorisis.embed.description import FILE, Sum
from anagnorisis.embed.registry import Registry
from anagnorisis.store.changes import Changes

SITE = "https://huggingface.co"
FOLDER = ".pull-"
"""Before a known model's name; a folder with a dot is none of an installed model."""
RECORD, WEIGHTS = "pull.json", ".safetensors"
PINNED = "pinned in this program"
KEPT_S = 7 * 86_400
"""How long a checkpoint stays for which nobody came back."""
State = Literal["asking", "confirm", "waiting", "failed", "whole"]
"""asking: the site is to be asked what the files are. confirm: it was, and an owner is to agree. waiting: to
be fetched. failed: `why` says what ended it. whole: a checkpoint that is here, for an export to read."""


class Origin(Struct, frozen=True):
    """Of a checkpoint, what the site said of it at one commit."""

    repository: str
    wanted: str
    """The branch, tag or commit that was asked for."""
    revision: str
    """The commit."""
    licence: str
    """"": not stated."""
    git_ids: dict[str, str]
    """Of files whose SHA-256 is not stated, what git calls their content."""


class Pull(Struct, frozen=True):
    """What is kept of a model that was asked for."""

    name: str
    """Of a known model; a checkpoint's is that of its repository."""
    state: State
    asked_at: int
    """Unix seconds."""
    sums: dict[str, Sum] = field(default_factory=dict)
    """What each file must be: as pinned, or as the site stated it. None: not known yet."""
    vouched: str = PINNED
    """Who said that they are these."""
    why: str = ""
    origin: Origin | None = None
    """Of a checkpoint."""


class Pulls:
    """The models that were asked for, in folders beside those of `registry`."""

    def __init__(
        self,
        egress: Egress,
        registry: Registry,
        changes: Changes,
        *,
        known: Mapping[str, Known] | None = None,
        site: str = SITE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.egress, self.registry, self.site = egress, registry, site
        self.known = catalogue.catalogue() if known is None else known
        self._changes, self._clock = changes, clock

    def installed(self, name: str) -> bool:
        """Whether the known model of that name is in the house."""
        return any(one.name == name for one in self.registry.installed.values())

    def all(self) -> dict[str, Pull]:
        """By name, the one that was asked for first before the others."""
        if self.registry.folder is None:
            return {}
        there = [pull for home in self.registry.folder.glob(f"{FOLDER}*") if (pull := _read(home))]
        found = [pull for pull in there if pull.origin or pull.name in self.known]
        return {pull.name: pull for pull in sorted(found, key=lambda pull: pull.asked_at)}

    def get(self, name: str) -> Pull | None:
        """What is kept of one, None when nobody asked for it."""
        return None if self.registry.folder is None else _read(self.home(name))

    async def want(self, name: str, licence_seen: bool, sha256: Mapping[str, str] | None = None) -> Pull:
        """Ask for a known model, or for another try, or agree to the digests that the site stated.

        Raises `Unknown`, and `Conflict` saying what is to be done first.
        """
        one, pull = catalogue.known(name, self.known), self.get(name)
        if self.installed(name):
            raise Conflict(f"{one.title} is installed already.")
        if not licence_seen:
            raise Conflict(
                f"{one.title} is given under {one.licence}. Read its terms first: {one.licence_url}"
            )
        await self.check_switch()
        now = int(self._clock())
        sums = one.sums if one.pinned else pull.sums if pull else {}
        wanted = Pull(name, "waiting" if sums else "asking", now, sums, pull.vouched if pull else PINNED)
        if pull and pull.state == "confirm" and sha256 != {file: one.sha256 for file, one in sums.items()}:
            raise Conflict(f"First agree to the digests that {self._host} stated for {one.title}.")
        if pull and pull.state == "confirm":
            wanted = replace(wanted, vouched=f"{pull.vouched}, and agreed to by an owner")
        await self.keep(wanted)
        return wanted

    async def check_switch(self) -> None:
        """Raises `Conflict` while nothing may go out for models."""
        if not await self.egress.is_on("models"):
            title = PURPOSES["models"].title
            raise Conflict(
                f"Nothing goes out for models. First switch “{title}” on: Settings, What goes out."
            )

    async def found(self, origin: Origin, sums: dict[str, Sum]) -> Pull:
        """Keep what the site said of a checkpoint; an owner is to agree to it. What came of another commit
        of it goes.
        """
        before = self.get(origin.repository)
        if before and before.origin and before.origin.revision != origin.revision:
            await self.done(origin.repository)
        pull = Pull(origin.repository, "confirm", int(self._clock()), origin=origin)
        return await self.stated(pull, sums)

    async def agreed(self, pull: Pull) -> Pull:
        """Have a checkpoint fetched whose files an owner agreed to."""
        word = ", and agreed to by an owner" if pull.state == "confirm" else ""
        now = int(self._clock())
        pull = replace(pull, state="waiting", asked_at=now, vouched=pull.vouched + word, why="")
        await self.keep(pull)
        for one in self.downloads(pull):
            one.into.parent.mkdir(exist_ok=True)
        return pull

    async def whole(self, pull: Pull) -> None:
        """All of a checkpoint is here, unless it was given up meanwhile."""
        if self.get(pull.name) == pull:
            await self.keep(replace(pull, state="whole"))

    async def stated(self, pull: Pull, sums: dict[str, Sum]) -> Pull:
        """Keep what the site said of the files of a model; an owner is to agree to it."""
        day = time.strftime("%Y-%m-%d", time.gmtime(self._clock()))
        vouched = f"stated by {self._host} on {day}"
        told = replace(pull, state="confirm", sums=sums, vouched=vouched, why="")
        await self.keep(told)
        return told

    async def failed(self, pull: Pull, why: str) -> None:
        """Keep why nothing came of it; what is here of its files stays for another try."""
        await self.keep(replace(pull, state="failed", why=why))

    async def stop(self, name: str) -> None:
        """Give a model up, with what is here of it; its disk is given back. Raises `Unknown`."""
        catalogue.known(name, self.known)
        if self.get(name) is None:
            raise Unknown(f"{name} is not being fetched.")
        await self.done(name)

    async def done(self, name: str) -> None:
        """Nothing of it is to be fetched any more."""
        await asyncio.to_thread(_gone, self.home(name))
        self._changes.ring("models")

    async def tidy(self) -> None:
        """Give back the disk of what no record, or no known model, speaks for: a kill left it; and that of
        checkpoints for which nobody came back.
        """
        if self.registry.folder is None or not self.registry.folder.is_dir():
            return
        wanted = {self.home(pull.name) for pull in self.all().values() if not self._left(pull)}
        for left in [*self.registry.folder.glob(f"{FOLDER}*")]:
            if left not in wanted:
                await asyncio.to_thread(_gone, left)

    async def keep(self, pull: Pull) -> None:
        """Write the record down, on disk for good."""
        await asyncio.to_thread(_written, self.home(pull.name), msgspec.json.encode(pull))
        self._changes.ring("models")

    def home(self, name: str) -> Path:
        """Where its files come together. Raises `BadValue` in a house that keeps no models."""
        if self.registry.folder is None:
            raise BadValue("Models cannot be installed here: there is no folder for them.")
        return self.registry.folder / f"{FOLDER}{name.replace('/', '--')}"

    def title(self, pull: Pull) -> str:
        """What it is called among people."""
        return pull.name if pull.origin else self.known[pull.name].title

    def downloads(self, pull: Pull) -> list[Download]:
        """Its files, the smallest first, and weights last: what is wrong with a tokenizer is known soon."""
        git_ids, home = pull.origin.git_ids if pull.origin else {}, self.home(pull.name)
        parts = [
            Download(self._address(pull, name), home / name, is_.bytes, is_.sha256, git_ids.get(name, ""))
            for name, is_ in pull.sums.items()
        ]
        return sorted(parts, key=lambda one: (one.into.suffix == WEIGHTS, one.bytes))

    def progress(self, pull: Pull) -> tuple[int, int]:
        """Bytes that are here, and all of them."""
        parts = self.downloads(pull)
        return sum(one.there for one in parts), sum(one.bytes for one in parts)

    def _address(self, pull: Pull, name: str) -> str:
        """Of one of its files."""
        one = pull.origin or self.known[pull.name]
        path = one.files[name].path if isinstance(one, Known) else name
        return f"{self.site}/{one.repository}/resolve/{one.revision}/{path}"

    def _left(self, pull: Pull) -> bool:
        """Whether it is a checkpoint for which nobody came back."""
        if pull.origin is None or pull.state == "waiting":
            return False
        return self._clock() - (self.home(pull.name) / RECORD).stat().st_mtime > KEPT_S

    def check_disk(self, pull: Pull) -> None:
        """Raises `Refused` when there is no room for what is missing, and for the copy that is installed; a
        checkpoint is not.
        """
        done, total = self.progress(pull)
        copies, lent = (1, "all") if pull.origin else (2, "half")
        needed, free = copies * total - done, shutil.disk_usage(self.home(pull.name)).free
        if needed > free:
            raise Refused(
                f"{self.title(pull)} needs {_megabytes(needed)} for a while, {lent} of it is lent, and "
                f"{_megabytes(free)} are free. Make room, then try again."
            )

    async def describe(self, pull: Pull) -> Path:
        """Put the description beside the files that came; the folder can be brought in then."""
        home = self.home(pull.name)
        told = self.known[pull.name].described(pull.sums, pull.vouched)
        await asyncio.to_thread((home / FILE).write_bytes, msgspec.json.encode(told))
        return home

    @property
    def _host(self) -> str:
        return self.site.split("//")[1]


def _megabytes(size: int) -> str:
    return f"{max(1, size >> 20)} MB"


def _read(home: Path) -> Pull | None:
    try:
        return msgspec.json.decode((home / RECORD).read_bytes(), type=Pull)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def _written(home: Path, body: bytes) -> None:
    home.mkdir(parents=True, exist_ok=True)
    new = home / f".{RECORD}"
    with new.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    new.rename(home / RECORD)
    for folder in (home, home.parent):
        opened = os.open(folder, os.O_RDONLY)
        os.fsync(opened)
        os.close(opened)


def _gone(home: Path) -> None:
    """The record first: what a kill leaves of the rest is no pull."""
    (home / RECORD).unlink(missing_ok=True)
    shutil.rmtree(home, ignore_errors=True)
