"""From a code to a session that outlives a restart, and its end."""

import asyncio
import re
import sqlite3
from pathlib import Path

import pytest

from anagnorisis.auth.refusals import NoSession, TooManyTries, WrongCode
from anagnorisis.auth.sessions import Sessions
from anagnorisis.domain import BadValue, Conflict, Unknown
from anagnorisis.store import people
from anagnorisis.store.db import Store

HOME = "192.168.1.7"


async def first(sessions: Sessions, name: str = "Ada") -> str:
    """Open the house with the setup code; the token."""
    code = await sessions.setup_code()
    assert code is not None
    token, _ = await sessions.open(code, name, "laptop", HOME)
    return token


async def test_the_setup_code_lets_the_first_person_in_once(store: Store) -> None:
    sessions = Sessions(store)
    code = await sessions.setup_code()
    assert code is not None
    token, caller = await sessions.open(code.lower().replace("-", " "), "Ada", "laptop", HOME)
    assert (caller.person.name, caller.device.name) == ("Ada", "laptop")
    assert await sessions.find(token) == caller
    with pytest.raises(WrongCode, match="used already"):
        await sessions.open(code, "Eve", "phone", HOME)
    assert [person.name for person in await sessions.people()] == ["Ada"]


async def test_there_is_a_setup_code_until_somebody_is_inside(store: Store) -> None:
    sessions = Sessions(store)
    old, new = await sessions.setup_code(), await sessions.setup_code()
    assert old and new and old != new
    with pytest.raises(WrongCode):
        await sessions.open(old, "Ada", "laptop", HOME)
    await sessions.open(new, "Ada", "laptop", HOME)
    assert await sessions.setup_code() is None


async def test_somebody_named_before_may_be_the_one_who_opens(store: Store) -> None:
    ada = await store.write(lambda db: people.add(db, "Ada", None, 1))
    sessions = Sessions(store)
    code = await sessions.setup_code()
    assert code is not None
    _, caller = await sessions.open(code, " ada ", "laptop", HOME)
    assert caller.person == ada


async def test_the_setup_code_dies_with_the_first_code_used(store: Store) -> None:
    sessions = Sessions(store)
    setup = await sessions.setup_code()
    _, own = await sessions.add("Ada")
    await sessions.open(own, "", "laptop", HOME)
    assert setup is not None
    with pytest.raises(WrongCode):
        await sessions.open(setup, "Ada", "phone", HOME)


async def test_a_code_without_a_name_for_a_new_person_is_not_used_up(store: Store) -> None:
    sessions = Sessions(store)
    code = await sessions.setup_code()
    assert code is not None
    with pytest.raises(BadValue, match="needs a name"):
        await sessions.open(code, "  ", "laptop", HOME)
    await sessions.open(code, "Ada", "laptop", HOME)


async def test_a_session_outlives_a_restart_and_only_its_hash_is_kept(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    token = await first(Sessions(store))
    await store.close()
    store = await Store.open(tmp_path)
    caller = await Sessions(store).find(token)
    await store.close()
    assert caller.person.name == "Ada" and len(token) >= 43
    assert token.encode() not in (tmp_path / "anagnorisis.db").read_bytes()


async def test_a_session_that_was_seen_costs_no_query(store: Store) -> None:
    sessions = Sessions(store)
    token = await first(sessions)
    asked: list[str] = []
    for _ in range(2):
        await store.read.set_trace_callback(asked.append)
    assert {(await sessions.find(token)).person.name for _ in range(20)} == {"Ada"}
    assert asked == []


async def test_the_last_visit_is_noted_once_an_hour(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = Sessions(store)
    token = await first(sessions)
    opened = (await sessions.find(token)).device.seen_at
    for later, noted in ((3000, 0), (3700, 3700), (5000, 3700), (7400, 7400)):
        monkeypatch.setattr("anagnorisis.auth.sessions.time.time", lambda later=later: opened + later)
        assert (await sessions.find(token)).device.seen_at == opened + noted
    assert (await Sessions(store).find(token)).device.seen_at == opened + 7400


async def test_a_session_that_was_ended_lets_nobody_in(store: Store) -> None:
    sessions = Sessions(store)
    token = await first(sessions)
    await sessions.close(await sessions.find(token))
    for later in (sessions, Sessions(store)):
        with pytest.raises(NoSession):
            await later.find(token)


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "\x00ä"])
async def test_a_made_up_token_lets_nobody_in(store: Store, token: str) -> None:
    sessions = Sessions(store)
    await first(sessions)
    with pytest.raises(NoSession):
        await sessions.find(token)


async def test_guessing_is_stopped_even_when_all_guesses_come_at_once(store: Store) -> None:
    sessions = Sessions(store)
    code = await sessions.setup_code()
    assert code is not None
    guesses = [sessions.open(f"0000-{n:04}", "Eve", "x", HOME) for n in range(30)]
    ends = [type(end) for end in await asyncio.gather(*guesses, return_exceptions=True)]
    assert (ends.count(WrongCode), ends.count(TooManyTries)) == (5, 25)
    with pytest.raises(TooManyTries):
        await sessions.open(code, "Ada", "laptop", HOME)
    await sessions.open(code, "Ada", "laptop", "192.168.1.8")


async def test_a_further_person_gets_an_own_code_and_may_get_another(store: Store) -> None:
    sessions = Sessions(store)
    await first(sessions)
    bob, unused = await sessions.add("Bob")
    again = await sessions.code_for("bob")
    assert re.fullmatch(r"\w{4}-\w{4}", again)
    with pytest.raises(WrongCode):
        await sessions.open(unused, "", "phone", HOME)
    _, caller = await sessions.open(again, "Mallory", "phone", HOME)
    assert caller.person == bob
    with pytest.raises(Conflict, match="already somebody called"):
        await sessions.add("BOB")
    with pytest.raises(Unknown, match="nobody called Carol"):
        await sessions.code_for("Carol")


async def test_no_code_is_kept_in_the_clear(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    code = await Sessions(store).setup_code()
    await store.close()
    assert code is not None
    with sqlite3.connect(tmp_path / "anagnorisis.db") as db:
        kept = db.execute("SELECT hash FROM codes").fetchall()
    db.close()
    assert len(kept) == 1 and code.encode() not in kept[0][0]
