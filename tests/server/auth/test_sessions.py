"""From a code to a session that outlives a restart, and its end."""

import asyncio
import re
import sqlite3
from pathlib import Path

import pytest

from anagnorisis.auth.household import Household
from anagnorisis.auth.near import is_near
from anagnorisis.auth.refusals import NoSession, TooManyTries, WrongCode
from anagnorisis.auth.sessions import OVERLAP_S, RENEWED_S, Sessions
from anagnorisis.domain import BadValue, Conflict, NotAllowed, Unknown
from anagnorisis.store import audit, people
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
    assert (caller.person.id, caller.person.role) == (ada.id, "owner")


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
    await sessions.find(token)
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


class Today:
    """The time of day that sessions see; a month goes by in no time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_780_000_000
        monkeypatch.setattr("anagnorisis.auth.sessions.time.time", lambda: self.now)


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> Today:
    return Today(monkeypatch)


async def test_where_a_device_comes_from_is_noted_but_not_at_every_turn(store: Store, today: Today) -> None:
    sessions = Sessions(store)
    token = await first(sessions)
    seen = []
    for later, address in ((1, "10.0.0.2"), (60, "10.0.0.3"), (10, HOME), (49, HOME), (1, HOME), (300, HOME)):
        today.now += later
        device = (await sessions.find(token, address)).device
        seen.append((device.address, today.now - device.seen_at))
    assert seen == [
        (HOME, 1),
        ("10.0.0.3", 0),
        ("10.0.0.3", 10),
        ("10.0.0.3", 59),
        (HOME, 0),
        (HOME, 300),
    ]


async def test_a_token_is_renewed_after_a_month_and_not_before(store: Store, today: Today) -> None:
    sessions = Sessions(store)
    token = await first(sessions)
    today.now += RENEWED_S - 1
    caller = await sessions.find(token)
    assert await sessions.renewal(token) is None
    today.now += 1
    fresh = await sessions.renewal(token)
    assert fresh and fresh != token
    assert (await sessions.find(fresh)).device.id == caller.device.id
    assert await sessions.renewal(fresh) is None
    assert await sessions.renewal(token) is None, "the new one has arrived"


async def test_a_renewal_whose_answer_was_lost_signs_nobody_out(store: Store, today: Today) -> None:
    sessions = Sessions(store)
    token = await first(sessions)
    for _ in range(5):
        today.now += RENEWED_S
        await sessions.find(token)
        assert await sessions.renewal(token), "offered again and again"
    await Sessions(store).find(token)


async def test_many_requests_at_once_are_offered_one_new_token(store: Store, today: Today) -> None:
    sessions = Sessions(store)
    token = await first(sessions)
    today.now += RENEWED_S
    await sessions.find(token)
    offered = await asyncio.gather(*(sessions.renewal(token) for _ in range(8)))
    assert len([one for one in offered if one]) == 1


async def test_the_old_token_works_for_a_day_beside_the_new_one(store: Store, today: Today) -> None:
    sessions = Sessions(store)
    token = await first(sessions)
    today.now += RENEWED_S
    await sessions.find(token)
    fresh = await sessions.renewal(token)
    today.now += 40 * 86_400
    assert fresh
    await sessions.find(fresh)
    today.now += OVERLAP_S
    await sessions.find(token)
    today.now += 1
    for later in (sessions, Sessions(store)):
        with pytest.raises(NoSession, match="renewed without it"):
            await later.find(token)
        await later.find(fresh)


async def test_sending_a_device_away_ends_what_streams_to_it_and_its_every_token(
    store: Store, today: Today
) -> None:
    sessions = Sessions(store)
    household = Household(store, sessions)
    token = await first(sessions)
    bobs, _ = await sessions.open((await sessions.add("Bob"))[1], "", "phone", HOME)
    today.now += RENEWED_S
    ada, bob = await sessions.find(token), await sessions.find(bobs)
    fresh = await sessions.renewal(bobs)
    ends = [sessions.end_of(caller.device.id) for caller in (ada, bob)]
    await household.revoke(ada, bob.device.id)
    assert [end.is_set() for end in ends] == [False, True]
    for gone in (bobs, fresh or ""):
        with pytest.raises(NoSession):
            await sessions.find(gone)
    with pytest.raises(Unknown, match="signed out already"):
        await household.revoke(ada, bob.device.id)
    assert (await sessions.find(token)).person.name == "Ada"


async def test_a_session_found_while_its_device_is_sent_away_is_not_kept(store: Store) -> None:
    sessions = Sessions(store)
    token = await first(sessions)
    caller = await sessions.find(token)
    await sessions.change(lambda db: None)
    finding = asyncio.gather(*(sessions.find(token) for _ in range(20)), return_exceptions=True)
    await Household(store, sessions).revoke(caller, caller.device.id)
    await finding
    with pytest.raises(NoSession):
        await sessions.find(token)


async def test_a_member_sends_away_their_own_devices_only(store: Store) -> None:
    sessions = Sessions(store)
    household = Household(store, sessions)
    ada = await sessions.find(await first(sessions))
    tokens = []
    for device in ("phone", "laptop"):
        code = await sessions.code_for("bob") if tokens else (await sessions.add("Bob"))[1]
        tokens.append((await sessions.open(code, "", device, HOME))[0])
    bob = await sessions.find(tokens[0])
    assert [device.name for _, device in await household.devices(bob)] == ["phone", "laptop"]
    assert len(await household.devices(ada)) == 3
    for verb in (household.revoke(bob, ada.device.id), household.rename(bob, ada.device.id, "mine")):
        with pytest.raises(Unknown):
            await verb
    with pytest.raises(NotAllowed, match="Only an owner"):
        await household.revoke_all(bob, ada.person.id)
    await household.revoke_all(bob, bob.person.id)
    for token in tokens:
        with pytest.raises(NoSession):
            await sessions.find(token)
    assert [device.name for _, device in await household.devices(ada)] == ["laptop"]


async def test_a_setup_code_is_no_use_from_outside_the_home(store: Store) -> None:
    sessions = Sessions(store)
    code = await sessions.setup_code()
    assert code is not None
    for outside in ("8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"):
        with pytest.raises(WrongCode, match="home network only"):
            await sessions.open(code, "Eve", "x", outside)
    for near in ("192.168.1.7", "10.0.0.1", "172.20.1.1", "127.0.0.1", "::1", "fd12::1", "fe80::1%eth0"):
        assert is_near(near)
    await sessions.open(code, "Ada", "laptop", "::ffff:192.168.1.7")


async def test_what_happens_at_the_door_is_written_down_without_the_codes(store: Store) -> None:
    sessions = Sessions(store)
    code = await sessions.setup_code()
    with pytest.raises(WrongCode):
        await sessions.open("0000-0000", "Eve", "phone", HOME)
    token, ada = await sessions.open(code or "", "Ada", "laptop", HOME)
    await Household(store, sessions).rename(ada, ada.device.id, "desk")
    lines = await audit.page(store.read, None, 10)
    assert [(line.person, line.what, line.outcome) for line in lines] == [
        ("Ada", "renamed the device laptop to desk", "done"),
        ("Ada", "came in with a code", "done"),
        ("Eve", "tried a code", "refused"),
    ]
    assert {line.address for line in lines} == {HOME}
    assert not any(secret in str(lines) for secret in (code or "", token, "0000"))
