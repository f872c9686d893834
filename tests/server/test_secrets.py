"""A run of everything at the door, after which no secret stands in a log, in the audit, or in the store."""

import asyncio
import json
import logging
from pathlib import Path

import httpx
import pytest
from tests.passkeys import Authenticator

from anagnorisis import app
from anagnorisis.config import Settings

PASSWORD, WRONG = "correct horse battery", "wrong horse battery"
ORIGIN = "http://localhost"


async def run_of_everything(client: httpx.AsyncClient, code: str) -> list[str]:
    """Come in, confirm in every way, pair, invite, fail; the secrets that were used on the way."""
    opened = await client.post("/api/session", json={"code": code, "name": "Ada"})
    client.headers["cookie"] = opened.headers["set-cookie"].split(";")[0]
    await client.post("/api/session", json={"code": "ZZZZ-ZZZZ", "name": "Eve"})
    await client.put("/api/security/password", json={"password": PASSWORD})
    await client.post("/api/security/confirm", json={"password": WRONG})
    key = Authenticator()
    options = (await client.post("/api/security/passkeys/options")).json()
    made = {"name": "key", "answer": key.create(options, ORIGIN)}
    assert (await client.post("/api/security/passkeys", json=made)).status_code == 204
    asked = (await client.post("/api/security/confirm/options")).json()
    await client.post("/api/security/confirm/passkey", json={"answer": key.get(asked, ORIGIN)})
    shown = (await client.post("/api/pair/start", json={"device": "phone"})).json()
    (waiting,) = (await client.get("/api/pair")).json()
    await client.post(f"/api/pair/{waiting['id']}/approve", json={"code": shown["code"], "person": 1})
    claimed = await client.post("/api/pair/claim", json={"secret": shown["secret"]})
    invited = (await client.post("/api/invitations", json={"person": 1})).json()
    bob = (await client.post("/api/people", json={"name": "Bob"})).json()
    await client.post("/api/session", content=b"{broken", headers={"content-type": "application/json"})
    await client.get("/api/nothing?secret=" + shown["secret"])
    tokens = [answer.headers["set-cookie"].split(";")[0].split("=", 1)[1] for answer in (opened, claimed)]
    challenges = [options["challenge"], asked["challenge"]]
    return [code, *tokens, *challenges, shown["secret"], invited["code"], bob["code"], PASSWORD, WRONG]


async def test_no_secret_is_left_lying_about(
    tmp_path: Path, serving, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(data=tmp_path / "data", threads=1)
    caplog.set_level(logging.DEBUG)
    logging.getLogger("anagnorisis").warning("the log is read")
    async with (
        app.opened(settings, asyncio.Event()) as rooms,
        serving(app.app(rooms)) as address,
        httpx.AsyncClient(
            base_url=address, headers={"x-anag": "1", "host": "localhost"}, timeout=20
        ) as client,
    ):
        secrets = await run_of_everything(client, await rooms.sessions.setup_code() or "")
        audit = json.dumps((await client.get("/api/audit")).json())
        breakdown = (await client.get("/api/openapi.json")).text
    said = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("http"))
    assert "the log is read" in said and "came in by pairing" in audit
    kept = b"".join(file.read_bytes() for file in settings.data.rglob("*") if file.is_file())
    for secret in secrets:
        assert len(secret) > 8
        assert secret not in said and secret not in audit and secret not in breakdown
        assert secret.encode() not in kept
