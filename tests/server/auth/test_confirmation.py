"""Confirming that it is you: by password, by passkey, for five minutes, and every way in which it fails."""

import json
import subprocess
import sys
from typing import Any

import pytest
from tests.passkeys import Authenticator

from anagnorisis.auth.confirmation import GRANTED_S, Confirmation
from anagnorisis.auth.refusals import ConfirmFirst, NothingToConfirmWith, TooManyTries, WrongProof
from anagnorisis.auth.sessions import Caller, Sessions
from anagnorisis.auth.site import Site
from anagnorisis.domain import BadValue, Conflict, Unknown
from anagnorisis.store import audit, passkeys, passwords
from anagnorisis.store.audit import CONSOLE
from anagnorisis.store.db import Store

SITE = Site("anagnorisis.local", "https://anagnorisis.local:8443")
GOOD = "correct horse"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def confirmation(store: Store, clock: Clock) -> Confirmation:
    return Confirmation(store, clock)


@pytest.fixture
async def ada(store: Store) -> Caller:
    sessions = Sessions(store)
    _, caller = await sessions.open(await sessions.setup_code() or "", "Ada", "laptop", "10.0.0.1")
    return caller


@pytest.fixture
async def phone(store: Store, ada: Caller) -> Caller:
    """A second device of Ada's."""
    sessions = Sessions(store)
    return (await sessions.open(await sessions.code_for("Ada"), "", "phone", "10.0.0.2"))[1]


async def made(confirmation: Confirmation, ada: Caller, site: Site = SITE, **told: Any) -> Authenticator:
    """A passkey of Ada's, registered."""
    key = Authenticator(**told)
    options = json.loads(await confirmation.begin_passkey(ada, site))
    await confirmation.add_passkey(ada, "key", key.create(options, site.origin))
    return key


async def test_who_has_nothing_to_confirm_with_is_told_to_make_it_first(
    confirmation: Confirmation, ada: Caller
) -> None:
    with pytest.raises(NothingToConfirmWith, match="Make a passkey or a password first"):
        await confirmation.check(ada)
    await confirmation.check(ada, unless_first=True)


async def test_a_password_confirms_for_five_minutes_on_this_device_only(
    confirmation: Confirmation, ada: Caller, phone: Caller, clock: Clock
) -> None:
    await confirmation.set_password(ada, GOOD)
    await confirmation.check(ada)
    for first in (False, True):
        with pytest.raises(ConfirmFirst):
            await confirmation.check(phone, unless_first=first)
    clock.now += GRANTED_S
    with pytest.raises(ConfirmFirst):
        await confirmation.check(ada)
    await confirmation.with_password(ada, GOOD)
    clock.now += GRANTED_S - 1
    await confirmation.check(ada)
    assert (await confirmation.of(ada)).granted_s == 1


async def test_a_wrong_password_confirms_nothing_and_ten_are_enough(
    confirmation: Confirmation, ada: Caller, phone: Caller, clock: Clock
) -> None:
    await confirmation.set_password(ada, GOOD)
    clock.now += GRANTED_S
    for n in range(10):
        with pytest.raises(WrongProof, match="not your password"):
            await confirmation.with_password((ada, phone)[n % 2], "x" * n)
    for caller in (ada, phone):
        with pytest.raises(TooManyTries):
            await confirmation.with_password(caller, GOOD)
        with pytest.raises(ConfirmFirst):
            await confirmation.check(caller)
    clock.now += 900
    await confirmation.with_password(ada, GOOD)


@pytest.mark.parametrize("password", ["", "short", "x" * 201])
async def test_a_password_has_a_sensible_length(
    confirmation: Confirmation, ada: Caller, password: str
) -> None:
    with pytest.raises(BadValue, match="8 to 200 characters"):
        await confirmation.set_password(ada, password)
    with pytest.raises(WrongProof, match="no password"):
        await confirmation.with_password(ada, password)


async def test_a_password_is_kept_as_argon2id_and_never_twice_the_same(
    confirmation: Confirmation, ada: Caller, store: Store
) -> None:
    kept = []
    for _ in range(2):
        await confirmation.set_password(ada, GOOD)
        kept.append(await passwords.get(store.read, ada.person.id) or "")
    assert all(one.startswith("$argon2id$v=19$m=65536,") and GOOD not in one for one in kept)
    assert kept[0] != kept[1]
    await confirmation.remove_password(ada)
    assert await passwords.get(store.read, ada.person.id) is None


async def test_a_passkey_confirms(
    confirmation: Confirmation, ada: Caller, clock: Clock, store: Store
) -> None:
    key = await made(confirmation, ada)
    await confirmation.check(ada)
    clock.now += GRANTED_S
    options = json.loads(await confirmation.begin(ada, SITE))
    assert options["rpId"] == SITE.host and options["userVerification"] == "required"
    await confirmation.with_passkey(ada, key.get(options, SITE.origin))
    await confirmation.check(ada)
    (kept,) = await passkeys.list(store.read, ada.person.id)
    assert (kept.uses, kept.credential, kept.host) == (1, key.id, SITE.host)


async def refused(confirmation: Confirmation, ada: Caller, answer: Any) -> None:
    with pytest.raises(WrongProof):
        await confirmation.with_passkey(ada, answer)
    with pytest.raises(ConfirmFirst):
        await confirmation.check(ada)


async def test_no_answer_but_the_right_one_confirms(
    confirmation: Confirmation, ada: Caller, clock: Clock
) -> None:
    key, other, careless = await made(confirmation, ada), Authenticator(), Authenticator(verified=False)
    careless.id, careless._key = key.id, key._key
    clock.now += GRANTED_S

    async def asked() -> dict[str, Any]:
        told: dict[str, Any] = json.loads(await confirmation.begin(ada, SITE))
        return told

    await refused(confirmation, ada, other.get(await asked(), SITE.origin))
    await refused(confirmation, ada, key.get(await asked(), "https://evil.example"))
    await refused(confirmation, ada, key.get({**await asked(), "rpId": "evil.example"}, SITE.origin))
    await refused(confirmation, ada, key.get({**await asked(), "challenge": "AAAA"}, SITE.origin))
    await refused(confirmation, ada, careless.get(await asked(), SITE.origin))
    other.id = key.id
    await refused(confirmation, ada, other.get(await asked(), SITE.origin))
    for nonsense in ({}, {"id": 7}, {"id": "!"}, {"id": key.get(await asked(), SITE.origin)["id"]}):
        clock.now += 900
        await asked()
        await refused(confirmation, ada, nonsense)


async def test_an_answer_counts_once_and_not_late(
    confirmation: Confirmation, ada: Caller, clock: Clock
) -> None:
    key = await made(confirmation, ada)
    options = json.loads(await confirmation.begin(ada, SITE))
    answer = key.get(options, SITE.origin)
    await confirmation.with_passkey(ada, answer)
    clock.now += GRANTED_S
    await refused(confirmation, ada, answer)
    late = key.get(json.loads(await confirmation.begin(ada, SITE)), SITE.origin)
    clock.now += 301
    await refused(confirmation, ada, late)


async def test_a_copied_passkey_is_noticed_by_its_count(
    confirmation: Confirmation, ada: Caller, clock: Clock
) -> None:
    key = await made(confirmation, ada)
    for _ in range(3):
        options = json.loads(await confirmation.begin(ada, SITE))
        await confirmation.with_passkey(ada, key.get(options, SITE.origin))
    clock.now += GRANTED_S
    key.uses = 1
    await refused(confirmation, ada, key.get(json.loads(await confirmation.begin(ada, SITE)), SITE.origin))


async def test_a_passkey_is_not_made_for_another_question_or_twice(
    confirmation: Confirmation, ada: Caller
) -> None:
    key = Authenticator()
    with pytest.raises(WrongProof, match="is over"):
        await confirmation.add_passkey(ada, "key", {})
    options = json.loads(await confirmation.begin_passkey(ada, SITE))
    with pytest.raises(WrongProof, match="does not fit"):
        await confirmation.add_passkey(ada, "key", key.create(options, "https://evil.example"))
    options = json.loads(await confirmation.begin_passkey(ada, SITE))
    await confirmation.add_passkey(ada, "key", key.create(options, SITE.origin))
    options = json.loads(await confirmation.begin_passkey(ada, SITE))
    assert [one["id"] for one in options["excludeCredentials"]] == [key.create(options, "")["id"]]
    with pytest.raises(Conflict, match="registered already"):
        await confirmation.add_passkey(ada, "key", key.create(options, SITE.origin))


async def test_a_bare_address_gets_no_passkey_and_another_name_has_none(
    confirmation: Confirmation, ada: Caller
) -> None:
    with pytest.raises(BadValue, match=r"opened by its address 192\.168\.1\.2"):
        await confirmation.begin_passkey(ada, Site("192.168.1.2", "https://192.168.1.2"))
    await made(confirmation, ada)
    with pytest.raises(WrongProof, match="no passkey for localhost"):
        await confirmation.begin(ada, Site("localhost", "http://localhost:8765"))


async def test_what_was_taken_away_confirms_no_more(
    confirmation: Confirmation, ada: Caller, clock: Clock, store: Store
) -> None:
    await made(confirmation, ada)
    await confirmation.set_password(ada, GOOD)
    (kept,) = await passkeys.list(store.read, ada.person.id)
    with pytest.raises(Unknown):
        await confirmation.remove_passkey(ada, kept.id + 1)
    await confirmation.remove_passkey(ada, kept.id)
    await confirmation.forget(ada.person.id, "Ada", CONSOLE)
    clock.now += GRANTED_S
    with pytest.raises(NothingToConfirmWith):
        await confirmation.check(ada)


async def test_every_try_is_written_down_without_the_password(
    confirmation: Confirmation, ada: Caller, store: Store
) -> None:
    await confirmation.set_password(ada, GOOD)
    with pytest.raises(WrongProof):
        await confirmation.with_password(ada, "wrong horse")
    await confirmation.with_password(ada, GOOD)
    lines = await audit.page(store.read, None, 3)
    assert [(line.what, line.outcome) for line in lines] == [
        ("confirmed by password", "done"),
        ("tried a password", "refused"),
        ("set a password", "done"),
    ]
    assert "horse" not in str(lines)


def test_a_house_that_nobody_confirmed_in_has_not_loaded_the_libraries() -> None:
    script = "import sys, anagnorisis.app; print({'webauthn', 'argon2', 'cryptography'} & sys.modules.keys())"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
