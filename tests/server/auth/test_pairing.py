"""Pairing: two screens with the same code, an answer, and a session that comes to the right device only."""

import asyncio
import time
from pathlib import Path

import pytest

from anagnorisis.auth.pairing import Admission, Pairing
from anagnorisis.auth.refusals import NoSession, TooManyTries, WrongCode
from anagnorisis.auth.sessions import Caller, Sessions
from anagnorisis.domain import BadValue, Conflict, Unknown
from anagnorisis.store import audit
from anagnorisis.store.db import Store
from anagnorisis.store.pairings import LIFE_S, MOST

HOME, PHONE = "192.168.1.7", "192.168.1.20"
SOON = 5.0


@pytest.fixture
def sessions(store: Store) -> Sessions:
    return Sessions(store)


@pytest.fixture
def pairing(store: Store, sessions: Sessions) -> Pairing:
    return Pairing(store, sessions)


@pytest.fixture
async def ada(sessions: Sessions) -> Caller:
    _, caller = await sessions.open(await sessions.setup_code() or "", "Ada", "laptop", HOME)
    return caller


def later(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """Let that much time go by."""
    now = time.time()
    monkeypatch.setattr("anagnorisis.auth.pairing.time.time", lambda: now + seconds)


async def test_a_device_is_let_in_the_moment_somebody_says_so(
    pairing: Pairing, sessions: Sessions, ada: Caller
) -> None:
    started = await pairing.start("phone", "Chrome", PHONE)
    (waiting,) = await pairing.waiting()
    assert (waiting.code, waiting.name, waiting.agent, waiting.address) == (
        started.code,
        "phone",
        "Chrome",
        PHONE,
    )
    assert len(started.code) == 6 and len(started.secret) >= 43
    coming = asyncio.create_task(pairing.claim(started.secret, PHONE, SOON))
    await asyncio.sleep(0)
    assert (
        await pairing.approve(waiting.id, started.code.lower(), Admission(ada.person.id), ada.by())
    ) == ada.person
    claimed = await coming
    assert claimed is not None
    token, caller = claimed
    assert (caller.person.id, caller.device.name, caller.device.address) == (ada.person.id, "phone", PHONE)
    assert (await sessions.find(token)).device.id == caller.device.id != ada.device.id
    assert await pairing.waiting() == []


async def test_somebody_new_comes_in_as_what_the_owner_says(
    pairing: Pairing, sessions: Sessions, ada: Caller
) -> None:
    started = await pairing.start("tablet", "", PHONE)
    (waiting,) = await pairing.waiting()
    with pytest.raises(BadValue, match="needs a name"):
        await pairing.approve(waiting.id, started.code, Admission(name=" "), ada.by())
    with pytest.raises(Conflict, match="already somebody called"):
        await pairing.approve(waiting.id, started.code, Admission(name="ada"), ada.by())
    eve = await pairing.approve(waiting.id, started.code, Admission(None, "Eve", "guest", True), ada.by())
    assert (eve.name, eve.role) == ("Eve", "guest")
    token, caller = await pairing.claim(started.secret, PHONE, SOON) or ("", ada)
    assert caller.role == "screen" and (await sessions.find(token)).person == eve


async def test_a_device_that_is_turned_away_is_told_so_at_once(pairing: Pairing, ada: Caller) -> None:
    started = await pairing.start("phone", "", PHONE)
    (waiting,) = await pairing.waiting()
    coming = asyncio.create_task(pairing.claim(started.secret, PHONE, SOON))
    await asyncio.sleep(0)
    await pairing.deny(waiting.id, started.code, ada.by())
    with pytest.raises(Unknown, match="turned down"):
        await coming
    with pytest.raises(Unknown, match="no longer waits"):
        await pairing.approve(waiting.id, started.code, Admission(ada.person.id), ada.by())


async def test_nobody_comes_before_the_answer_and_the_wait_has_an_end(pairing: Pairing, ada: Caller) -> None:
    started = await pairing.start("phone", "", PHONE)
    assert await pairing.claim(started.secret, PHONE, 0.01) is None


async def test_an_answer_to_another_code_is_refused_and_the_fifth_ends_the_wait(
    pairing: Pairing, ada: Caller
) -> None:
    started = await pairing.start("phone", "", PHONE)
    (waiting,) = await pairing.waiting()
    for n in range(5):
        with pytest.raises(WrongCode, match="shows another code"):
            verb = (
                pairing.deny(waiting.id, f"00000{n}", ada.by())
                if n % 2
                else pairing.approve(waiting.id, f"00000{n}", Admission(ada.person.id), ada.by())
            )
            await verb
    with pytest.raises(Unknown, match="no longer waits"):
        await pairing.approve(waiting.id, started.code, Admission(ada.person.id), ada.by())
    with pytest.raises(Unknown):
        await pairing.claim(started.secret, PHONE, 0.01)


async def test_after_five_minutes_neither_side_can_go_on(
    pairing: Pairing, ada: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, unclaimed = await pairing.start("late", "", PHONE), await pairing.start("unclaimed", "", PHONE)
    first, second = await pairing.waiting()
    await pairing.approve(second.id, unclaimed.code, Admission(ada.person.id), ada.by())
    later(monkeypatch, LIFE_S + 1)
    assert await pairing.waiting() == []
    with pytest.raises(Unknown):
        await pairing.approve(first.id, late.code, Admission(ada.person.id), ada.by())
    for started in (late, unclaimed):
        with pytest.raises(Unknown, match="five minutes"):
            await pairing.claim(started.secret, PHONE, SOON)


async def test_a_secret_brings_one_device_in_and_is_no_use_once_it_was_seen_inside(
    pairing: Pairing, sessions: Sessions, ada: Caller
) -> None:
    started = await pairing.start("phone", "", PHONE)
    (waiting,) = await pairing.waiting()
    await pairing.approve(waiting.id, started.code, Admission(ada.person.id), ada.by())
    lost = await pairing.claim(started.secret, PHONE, SOON)
    again = await pairing.claim(started.secret, PHONE, SOON)
    assert lost and again and lost[0] != again[0], "its first answer got lost"
    assert lost[1].device.id == again[1].device.id
    await sessions.find(again[0])
    with pytest.raises(Unknown):
        await pairing.claim(started.secret, PHONE, SOON)
    assert (await sessions.find(again[0])).device.id == again[1].device.id


async def test_guessing_secrets_is_stopped(pairing: Pairing, ada: Caller) -> None:
    for n in range(5):
        with pytest.raises(Unknown):
            await pairing.claim(f"{n}" * 43, PHONE, SOON)
    with pytest.raises(TooManyTries):
        await pairing.claim("x" * 43, PHONE, SOON)


async def test_waiting_for_an_answer_does_not_use_up_tries(pairing: Pairing, ada: Caller) -> None:
    started = await pairing.start("phone", "", PHONE)
    for _ in range(30):
        assert await pairing.claim(started.secret, PHONE, 0.001) is None


async def test_asking_too_often_is_stopped_by_address_and_in_all(pairing: Pairing, ada: Caller) -> None:
    for _ in range(5):
        await pairing.start("phone", "", PHONE)
    with pytest.raises(TooManyTries, match="asked too often"):
        await pairing.start("phone", "", PHONE)
    for n in range(MOST - 5):
        await pairing.start("phone", "", f"192.168.2.{n}")
    with pytest.raises(Conflict, match="Too many devices are waiting"):
        await pairing.start("phone", "", "192.168.3.1")


async def test_who_was_let_in_stays_so_when_the_server_restarts(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    sessions = Sessions(store)
    _, ada = await sessions.open(await sessions.setup_code() or "", "Ada", "laptop", HOME)
    pairing = Pairing(store, sessions)
    started = await pairing.start("phone", "", PHONE)
    await pairing.approve((await pairing.waiting())[0].id, started.code, Admission(ada.person.id), ada.by())
    await store.close()
    for secret in (started.secret,):
        assert secret.encode() not in (tmp_path / "anagnorisis.db").read_bytes()
    store = await Store.open(tmp_path)
    claimed = await Pairing(store, Sessions(store)).claim(started.secret, PHONE, SOON)
    assert claimed and (await Sessions(store).find(claimed[0])).person == ada.person
    await store.close()


async def test_an_invitation_lets_one_device_in_within_five_minutes(
    pairing: Pairing, sessions: Sessions, ada: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, ends_at = await pairing.invite(ada.person.id, True, ada.by())
    _, caller = await sessions.open(code, "", "wall", PHONE)
    assert caller.role == "screen" and caller.person == ada.person
    with pytest.raises(WrongCode, match="used already"):
        await sessions.open(code, "", "wall", PHONE)
    code, ends_at = await pairing.invite(ada.person.id, False, ada.by())
    monkeypatch.setattr("anagnorisis.auth.sessions.time.time", lambda: ends_at + 1)
    with pytest.raises(WrongCode, match="invitation has ended"):
        await sessions.open(code, "", "wall", PHONE)
    with pytest.raises(Unknown):
        await pairing.invite(99, False, ada.by())


async def test_somebody_deleted_meanwhile_takes_their_invitation_with_them(
    pairing: Pairing, sessions: Sessions, ada: Caller, store: Store
) -> None:
    bob, _ = await sessions.add("Bob")
    code, _ = await pairing.invite(bob.id, False, ada.by())
    started = await pairing.start("phone", "", PHONE)
    await pairing.approve((await pairing.waiting())[0].id, started.code, Admission(bob.id), ada.by())
    await store.write(lambda db: db.execute("DELETE FROM people WHERE id = ?", (bob.id,)))
    with pytest.raises(WrongCode):
        await sessions.open(code, "", "x", PHONE)
    with pytest.raises(Unknown):
        await pairing.claim(started.secret, PHONE, SOON)


async def test_every_step_is_written_down_without_code_or_secret(
    pairing: Pairing, sessions: Sessions, ada: Caller, store: Store
) -> None:
    started = await pairing.start("phone", "", PHONE)
    await pairing.approve((await pairing.waiting())[0].id, started.code, Admission(ada.person.id), ada.by())
    token, _ = await pairing.claim(started.secret, PHONE, SOON) or ("", ada)
    code, _ = await pairing.invite(ada.person.id, False, ada.by())
    lines = [(line.device, line.what) for line in await audit.page(store.read, None, 4)]
    assert lines == [
        ("laptop", "made a code for Ada"),
        ("phone", "came in by pairing"),
        ("laptop", "let in a device of Ada"),
        ("phone", "asked to be let in"),
    ]
    told = str(await audit.page(store.read, None, 100))
    assert not any(secret in told for secret in (started.code, started.secret, token, code))
    with pytest.raises(NoSession):
        await sessions.find(started.secret)
