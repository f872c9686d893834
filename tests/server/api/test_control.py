"""The local socket: orders to a running house, and what happens when none runs."""

import asyncio
import socket
import stat
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from anagnorisis import app
from anagnorisis.api import control
from anagnorisis.api.control import AddPerson, ListPeople, NewCode, Order, Scan, ask_running, listening
from anagnorisis.api.rooms import Rooms
from anagnorisis.config import Settings
from anagnorisis.domain import Conflict, Refused, Unknown
from anagnorisis.store import sources
from anagnorisis.store.db import Store

AS_ANOTHER_USER = """
import os, sys
from pathlib import Path
from anagnorisis.api.control import ListPeople, ask_running
from anagnorisis.domain import Refused
if os.getuid() == 0:
    os.setuid(65534)
else:
    os.chmod(os.path.join(sys.argv[1], "control.sock"), 0)
try:
    ask_running(Path(sys.argv[1]), ListPeople())
except Refused as refusal:
    print(refusal.what)
"""
Ask = Callable[[Order], Awaitable[list[str] | None]]


def asking(data: Path) -> Ask:
    return lambda order: asyncio.to_thread(ask_running, data, order)


async def test_people_are_let_in_and_named_through_the_running_house(rooms: Rooms) -> None:
    data = rooms.settings.data
    async with listening(data, app.obedience(rooms)):
        ask = asking(data)
        assert await ask(ListPeople()) == ["Nobody has opened this house yet."]
        (line,) = await ask(AddPerson("Bob")) or []
        code = line.split("code ")[1][:9]
        _, caller = await rooms.sessions.open(code, "", "phone", "test")
        assert caller.person.name == "Bob"
        (line,) = await ask(NewCode("bob")) or []
        _, caller = await rooms.sessions.open(line[-9:], "", "laptop", "test")
        assert (caller.person.name, caller.device.name) == ("Bob", "laptop")
        assert await ask(ListPeople()) == ["Bob"]


async def test_a_refusal_comes_back_as_its_sentence(rooms: Rooms) -> None:
    async with listening(rooms.settings.data, app.obedience(rooms)):
        with pytest.raises(Refused, match="nobody called Carol"):
            await asking(rooms.settings.data)(NewCode("Carol"))


async def test_a_scan_is_asked_of_every_source(ada, rooms: Rooms, library: Path, items, until) -> None:
    (library / "late.txt").write_text("A late text about snow.\n")
    async with listening(rooms.settings.data, app.obedience(rooms)):
        assert await asking(rooms.settings.data)(Scan()) == [
            "Looking at 1 sources; the app shows how far it is."
        ]


async def test_only_its_owner_reaches_the_socket_and_it_goes_with_the_house(rooms: Rooms) -> None:
    path = rooms.settings.data / "control.sock"
    async with listening(rooms.settings.data, app.obedience(rooms)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


async def test_a_socket_left_by_a_killed_server_is_no_server_and_is_replaced(rooms: Rooms) -> None:
    data = rooms.settings.data
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(data / "control.sock"))
    assert ask_running(data, ListPeople()) is None
    async with listening(data, app.obedience(rooms)):
        assert await asking(data)(ListPeople())


async def test_a_data_folder_with_a_long_name_can_be_reached(rooms: Rooms, tmp_path: Path) -> None:
    data = tmp_path / ("long" * 40)
    assert ask_running(data, ListPeople()) is None
    data.mkdir()
    assert ask_running(data, ListPeople()) is None
    async with listening(data, app.obedience(rooms)):
        assert await asking(data)(ListPeople())


@pytest.mark.parametrize("answer", [b"", b'{"lines": ["half of'])
async def test_a_server_that_ends_in_the_middle_of_its_answer_is_said_to_have_ended(
    tmp_path: Path, answer: bytes
) -> None:
    async def end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        writer.close()

    async with await asyncio.start_unix_server(end, tmp_path / "control.sock"):
        with pytest.raises(Refused, match="ended before it answered"):
            await asking(tmp_path)(ListPeople())


async def test_a_server_that_says_nothing_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "PATIENCE_S", 0.05)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "control.sock"))
        deaf.listen()
        with pytest.raises(Refused, match="said nothing for"):
            await asking(tmp_path)(ListPeople())


def test_the_house_of_another_user_is_said_to_be_one(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.bind(str(tmp_path / "control.sock"))
        line.listen()
        (tmp_path / "control.sock").chmod(0o600)
        said = subprocess.run(
            [sys.executable, "-c", AS_ANOTHER_USER, tmp_path], capture_output=True, text=True, timeout=60
        )
    assert said.stdout == f"The house in {tmp_path} is another user's. Give this command as that user.\n", (
        said
    )


async def test_an_order_of_another_version_is_refused_in_words(rooms: Rooms) -> None:
    data = rooms.settings.data
    async with listening(data, app.obedience(rooms)):
        reader, writer = await asyncio.open_unix_connection(data / "control.sock")
        writer.write(b'{"type":"sing"}\n')
        assert b"does not know this command" in await reader.readline()
        writer.close()


async def test_without_a_server_the_store_is_opened_and_with_one_it_is_not(
    settings: Settings, library: Path
) -> None:
    assert ask_running(settings.data, ListPeople()) is None
    (line,) = await app.alone(settings, AddPerson("Ada"))
    assert "Ada" in line
    assert await app.alone(settings, ListPeople()) == ["Ada"]
    with pytest.raises(Unknown):
        await app.alone(settings, NewCode("Bob"))
    async with app.opened(settings, asyncio.Event()):
        with pytest.raises(Conflict, match="already open"):
            await app.alone(settings, ListPeople())


async def test_a_scan_without_a_server_is_done_at_once(settings: Settings, library: Path) -> None:
    store = await Store.open(settings.data)
    for name, folder in (("Library", library), ("Away", library / "gone")):
        await store.write(lambda db, n=name, f=folder: sources.add(db, "folder", str(f), n, 1))
    await store.close()
    found, away = await app.alone(settings, Scan())
    assert found == "Library: 9 files taken in, 0 gone."
    assert away.startswith("Away: The folder") and "cannot be reached" in away
