"""The local socket over which commands talk to the running server: one JSON line each way."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from anagnorisis.api.carrying import BringIn, CarryAway, TasteOrder
from anagnorisis.api.health import PATIENCE_S as WELL_WITHIN_S
from anagnorisis.api.known_orders import KnownOrder
from anagnorisis.api.model_orders import BenchModels, ImportModel, ModelOrder, VerifyModels
from anagnorisis.auth.confirmation import Confirmation
from anagnorisis.auth.household import Household
from anagnorisis.auth.sessions import Sessions
from anagnorisis.domain import AnagnorisisError, Refused, Role
from anagnorisis.store.audit import CONSOLE
from anagnorisis.store.db import Store

NAME = "control.sock"
LONGEST = 64 * 1024
"""Bytes of a line."""
LONGEST_NAME = 100
"""Bytes that every system takes as the name of a socket."""
PATIENCE_S, LONG_S = 60.0, 1800.0
"""Of who asks; the longer one for what has to try or copy a model."""


class AddPerson(Struct, frozen=True, tag="add person"):
    """`people add NAME`"""

    name: str


class ListPeople(Struct, frozen=True, tag="list people"):
    """`people list`"""


class NewCode(Struct, frozen=True, tag="new code"):
    """`code NAME`"""

    name: str


class GiveRole(Struct, frozen=True, tag="give role"):
    """`people role NAME ROLE`"""

    name: str
    role: Role


class Unlock(Struct, frozen=True, tag="unlock"):
    """`people unlock NAME`"""

    name: str


class Scan(Struct, frozen=True, tag="scan"):
    """`scan`"""


class NewAuthority(Struct, frozen=True, tag="new authority"):
    """`certificate new-ca`"""


class Where(Struct, frozen=True, tag="where"):
    """How the running house is reached, for `doctor`: one line, an `Entrance` as JSON."""


class AskHealth(Struct, frozen=True, tag="ask health"):
    """`health`"""


class Train(Struct, frozen=True, tag="train"):
    """`train [--budget TIME]`"""

    budget_s: int


PeopleOrder = AddPerson | ListPeople | NewCode | GiveRole | Unlock
Errand = PeopleOrder | TasteOrder | ModelOrder | KnownOrder | Scan | NewAuthority
"""What can be done without a running server too."""
LONG = BenchModels, ImportModel, VerifyModels, CarryAway, BringIn
Order = Errand | AskHealth | Train | Where


class Said(Struct, frozen=True):
    """What came of an order: lines to print, or the reason why nothing did."""

    lines: list[str]
    refused: str = ""


Obey = Callable[[Order], Awaitable[list[str]]]


async def about_people(
    order: PeopleOrder, sessions: Sessions, household: Household, confirmation: Confirmation
) -> list[str]:
    """Carry out an order about people. Raises what the verbs of these rooms raise."""
    match order:
        case AddPerson(name):
            person, code = await sessions.add(name)
            return [f"{person.name} comes in with the code {code} — it works once."]
        case NewCode(name):
            return [f"A further device of {name} comes in with the code {await sessions.code_for(name)}"]
        case ListPeople():
            return [f"{person.name} ({person.role})" for person in await sessions.people()] or [
                "Nobody has opened this house yet."
            ]
        case GiveRole(name, role):
            person = await household.give_role((await sessions.named(name)).id, role, CONSOLE)
            return [f"{person.name} is {role} now."]
        case Unlock(name):
            person = await sessions.named(name)
            await confirmation.forget(person.id, person.name, CONSOLE)
            return [f"{person.name} has neither password nor passkey now, and can make new ones in the app."]


async def well(store: Store) -> list[str]:
    """That the house is well. Raises `Refused` when it cannot save anything."""
    if not await store.answers(WELL_WITHIN_S):
        raise Refused("The server runs, but nothing has been saved for a while. Its log may say why.")
    return ["The house is well."]


@asynccontextmanager
async def listening(data: Path, obey: Obey) -> AsyncIterator[None]:
    """Take orders at `<data>/control.sock` while the block runs. Only the owner of `data` can reach it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = await _answer(await reader.readline(), obey)
        writer.write(msgspec.json.encode(said) + b"\n")
        await writer.drain()
        writer.close()

    path = data / NAME
    path.unlink(missing_ok=True)  # of a server that was killed; the lock of the data says that none runs
    with _named(path) as name:
        server = await asyncio.start_unix_server(serve, name, limit=LONGEST)
        path.chmod(0o600)
    async with server:
        yield
    path.unlink(missing_ok=True)


def ask_running(data: Path, order: Order) -> list[str] | None:
    """What the running server says to `order`; None when none runs. Raises `Refused` with its reason, or with
    why it cannot be asked.
    """
    with socket.socket(socket.AF_UNIX) as line:
        patience = LONG_S if isinstance(order, LONG) else PATIENCE_S
        line.settimeout(patience)
        try:
            with _named(data / NAME) as name:
                line.connect(name)
            line.sendall(msgspec.json.encode(order) + b"\n")
            said = msgspec.json.decode(line.makefile("rb").readline(), type=Said)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except PermissionError as error:
            raise Refused(
                f"The house in {data} is another user's. Give this command as that user."
            ) from error
        except TimeoutError as error:
            raise Refused(
                f"The running server said nothing for {patience:.0f} seconds. It may still do as it was "
                "told: look at its console."
            ) from error
        except (OSError, msgspec.MsgspecError) as error:
            raise Refused(
                "The running server ended before it answered. It may have done as it was told: start it "
                "again and look."
            ) from error
    if said.refused:
        raise Refused(said.refused)
    return said.lines


async def _answer(line: bytes, obey: Obey) -> Said:
    try:
        return Said(await obey(msgspec.json.decode(line, type=Order)))
    except msgspec.MsgspecError as error:
        return Said([], f"The running server does not know this command: {error}. Is it of another version?")
    except AnagnorisisError as error:
        return Said([], error.what)


@contextmanager
def _named(path: Path) -> Iterator[str]:
    """A name of the socket at `path` that is short enough, by way of its folder where need be."""
    if len(os.fsencode(path)) <= LONGEST_NAME:
        yield str(path)
        return
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        yield path.name
        return
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
