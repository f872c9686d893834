"""A folder with a model becomes one of the house: read, compared with its digests, copied, tried, noted."""

import asyncio
import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from anagnorisis.domain import BadValue, Conflict, Refused
from anagnorisis.embed import description, foreign
from anagnorisis.embed.description import FILE, LARGEST, Description, Sum
from anagnorisis.embed.registry import Registry
from anagnorisis.embed.workers import Workers
from anagnorisis.store import models
from anagnorisis.store.db import Store
from anagnorisis.store.models import Model

COMING = ".coming-"
"""Begins the name of a folder whose model is not whole yet; what a kill left goes at the next import."""


class Damaged(Struct, frozen=True):
    """A file of an installed model that is not what it was."""

    model: str
    what: str


async def bring_in(folder: Path, store: Store, registry: Registry, worker: Workers) -> Description:
    """Install the model in `folder`, which is left as it is.

    Nothing is installed unless every file is what the description says, the licence is stated, and the graph
    gives sound numbers in the worker. Raises `BadValue` with what is wrong, `Refused` for a folder that
    cannot be read or a graph that does not run, and `Conflict` for a model that is installed already.
    """
    told = await asyncio.to_thread(read, folder)
    if told.digest in registry.installed:
        raise Conflict(f"This model is installed already, as {registry.installed[told.digest].name}.")
    if any(one.name == told.name for one in registry.installed.values()):
        raise Conflict(
            f"Another model is called {told.name}. Give its folder, or its description, another name."
        )
    home = registry.home(told.digest)
    coming = await asyncio.to_thread(_copied, folder, told, home.parent)
    try:
        cost = await worker.trial(description.spec(told, str(coming)))
        whole = replace(told, cost=cost)
        row = Model(told.digest, told.kind, told.name, int(time.time()), msgspec.json.encode(whole))
        async with registry.turn:
            await asyncio.to_thread(_settled, coming, whole, home)
            await store.write(lambda db: models.install(db, row), "models")
    finally:
        await asyncio.to_thread(shutil.rmtree, coming, ignore_errors=True)
    await registry.load()
    return whole


async def verify(registry: Registry) -> list[Damaged]:
    """What is wrong with the files of installed models; nothing, as a rule."""

    def look() -> list[Damaged]:
        found = []
        for digest, told in registry.installed.items():
            try:
                _compare(registry.home(digest), told)
            except (BadValue, Refused) as error:
                found.append(Damaged(told.name, error.what))
        return found

    return await asyncio.to_thread(look)


def read(folder: Path) -> Description:
    """What `folder` says of its model, every file compared. Raises `BadValue`, and `Refused` if it cannot."""
    file = folder / FILE
    try:
        body = file.read_bytes() if file.stat().st_size <= LARGEST else b""
        told = _described(body, folder)
    except OSError as error:
        raise Refused(f"{error.filename or file}: {error.strerror}.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadValue(f"{file} does not describe a model: {error}.") from error
    description.check(told)
    _compare(folder, told)
    return told


def _described(body: bytes, folder: Path) -> Description:
    if "modality" not in msgspec.json.decode(body, type=dict):
        return msgspec.json.decode(body, type=Description)
    sums = {name: _sum(folder / name) for name in ("tokenizer.json",) if (folder / name).is_file()}
    return foreign.translated(body, folder.resolve().name, sums)


def _compare(folder: Path, told: Description) -> None:
    for name, wanted in told.files.items():
        if not (folder / name).is_file():
            raise BadValue(f"{told.name} lacks its file {name}.")
        try:
            found = _sum(folder / name)
        except OSError as error:
            raise Refused(f"{folder / name}: {error.strerror}.") from error
        if found != wanted:
            raise BadValue(
                f"{name} of {told.name} is not what its description says: SHA-256 {found.sha256[:12]}… of "
                f"{found.bytes} bytes, not {wanted.sha256[:12]}… of {wanted.bytes}. Fetch it again."
            )


def _sum(file: Path) -> Sum:
    with file.open("rb") as opened:
        return Sum(hashlib.file_digest(opened, "sha256").hexdigest(), os.fstat(opened.fileno()).st_size)


def _copied(folder: Path, told: Description, among: Path) -> Path:
    """A folder of our own with the model's files, compared again: they may have been changed meanwhile."""
    among.mkdir(parents=True, exist_ok=True)
    for left in among.glob(f"{COMING}*"):
        shutil.rmtree(left, ignore_errors=True)
    needed = sum(one.bytes for one in told.files.values())
    if needed > (free := shutil.disk_usage(among).free):
        raise Refused(f"{told.name} takes {needed >> 20} MB, and {free >> 20} MB are free. Make room first.")
    coming = Path(tempfile.mkdtemp(prefix=COMING, dir=among))
    try:
        for name in told.files:
            shutil.copyfile(folder / name, coming / name)
        _compare(coming, told)
        (coming / FILE).write_bytes(msgspec.json.encode(told))
    except OSError as error:
        shutil.rmtree(coming, ignore_errors=True)
        raise Refused(f"{told.name} could not be copied: {error.strerror}.") from error
    except BaseException:
        shutil.rmtree(coming, ignore_errors=True)
        raise
    return coming


def _settled(coming: Path, told: Description, home: Path) -> None:
    """Everything on disk under its name. What a kill left there, no row naming it, makes room."""
    (coming / FILE).write_bytes(msgspec.json.format(msgspec.json.encode(told)))
    for file in [*coming.iterdir(), coming]:
        _sync(file)
    shutil.rmtree(home, ignore_errors=True)
    coming.rename(home)
    _sync(home.parent)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
