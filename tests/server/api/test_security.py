"""Confirming over HTTP, what asks for it, and the audit of all that."""

import httpx
import pytest
from tests.passkeys import Authenticator

from anagnorisis.api import audit
from anagnorisis.api.roles import TABLE
from anagnorisis.api.rooms import Rooms

GOOD = {"password": "correct horse"}
NAMED = {"host": "localhost"}
ORIGIN = "http://localhost"


def test_what_cannot_be_undone_or_makes_an_owner_asks_for_a_proof() -> None:
    asking = {row for row, rule in TABLE.items() if rule.confirm and not rule.unless_first}
    assert {"PUT /api/people/{person}/role", "PUT /api/devices/{device}/screen"} <= asking


async def test_an_owner_without_any_proof_is_sent_to_make_one(ada: httpx.AsyncClient) -> None:
    answer = await ada.put("/api/people/1/role", json={"role": "owner"})
    assert (answer.status_code, answer.json()["code"]) == (403, "nothing_to_confirm_with")
    assert "under Security" in answer.json()["detail"]
    assert (await ada.put("/api/security/password", json=GOOD)).status_code == 204
    assert (await ada.put("/api/people/1/role", json={"role": "owner"})).status_code == 200


async def test_another_device_of_the_same_person_has_to_confirm_itself(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient, rooms: Rooms
) -> None:
    await ada.put("/api/security/password", json=GOOD)
    token, _ = await rooms.sessions.open(await rooms.sessions.code_for("Ada"), "", "phone", "test")
    stranger.headers["cookie"] = f"__Host-anag={token}"
    for method, path in (
        ("PUT", "/api/people/1/role"),
        ("PUT", "/api/security/password"),
        ("DELETE", "/api/security/password"),
        ("POST", "/api/security/passkeys/options"),
    ):
        answer = await stranger.request(method, path, json={"role": "owner", **GOOD})
        assert (answer.status_code, answer.json()["code"]) == (403, "confirm_first"), path
    wrong = await stranger.post("/api/security/confirm", json={"password": "wrong horse"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_proof")
    assert (await stranger.post("/api/security/confirm", json=GOOD)).status_code == 204
    assert 290 <= (await stranger.get("/api/security")).json()["granted_s"] <= 300
    assert (await stranger.put("/api/people/1/role", json={"role": "owner"})).status_code == 200
    assert (await stranger.delete("/api/security/password")).status_code == 204
    assert (await stranger.get("/api/security")).json()["password"] is False


async def test_the_tenth_wrong_password_is_the_last_for_a_while(ada: httpx.AsyncClient) -> None:
    await ada.put("/api/security/password", json=GOOD)
    for _ in range(10):
        await ada.post("/api/security/confirm", json={"password": "wrong horse"})
    answer = await ada.post("/api/security/confirm", json=GOOD)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_tries")
    assert 0 < int(answer.headers["retry-after"]) <= 900


async def test_a_passkey_is_made_and_used_where_the_house_has_a_name(ada: httpx.AsyncClient) -> None:
    by_address = await ada.post("/api/security/passkeys/options")
    assert (by_address.status_code, by_address.json()["code"]) == (400, "bad_value")
    assert (await ada.get("/api/security")).json()["passkeys_work"] is False
    ada.headers.update(NAMED)
    key = Authenticator()
    options = (await ada.post("/api/security/passkeys/options")).json()
    assert options["rp"]["id"] == "localhost" and options["user"]["name"] == "Ada"
    wrong = {"name": "key", "answer": key.create(options, "http://evil.example")}
    assert (await ada.post("/api/security/passkeys", json=wrong)).json()["code"] == "wrong_proof"
    options = (await ada.post("/api/security/passkeys/options")).json()
    made = {"name": " my\n key ", "answer": key.create(options, ORIGIN)}
    assert (await ada.post("/api/security/passkeys", json=made)).status_code == 204
    told = (await ada.get("/api/security")).json()
    assert told["passkeys_work"] and [(one["name"], one["here"]) for one in told["passkeys"]] == [
        ("my key", True)
    ]
    options = (await ada.post("/api/security/confirm/options")).json()
    answer = {"answer": key.get(options, ORIGIN)}
    assert (await ada.post("/api/security/confirm/passkey", json=answer)).status_code == 204
    again = await ada.post("/api/security/confirm/passkey", json=answer)
    assert (again.status_code, again.json()["code"]) == (403, "wrong_proof")
    assert (await ada.delete(f"/api/security/passkeys/{told['passkeys'][0]['id']}")).status_code == 204
    assert (await ada.post("/api/security/confirm/options")).json()["code"] == "wrong_proof"


async def test_the_audit_is_read_a_page_at_a_time(
    ada: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "PAGE", 2)
    for name in ("Bob", "Eve"):
        await ada.post("/api/people", json={"name": name})
    page = (await ada.get("/api/audit")).json()
    assert [line["what"] for line in page["lines"]] == ["added Eve as member", "added Bob as member"]
    assert page["lines"][0]["person"] == "Ada"
    page = (await ada.get(f"/api/audit?before={page['before']}")).json()
    assert [line["what"] for line in page["lines"]] == ["came in with a code"] and page["before"] is None
    for wrong in ("x", "-1", str(2**70)):
        assert (await ada.get(f"/api/audit?before={wrong}")).status_code == 400
