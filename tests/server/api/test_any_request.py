"""Whatever is sent to an address of the description, fitting or not: an answer, never a fault of ours."""

import asyncio
import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from anagnorisis.api.rooms import Rooms
from anagnorisis.api.routes import openapi
from anagnorisis.auth.sessions import hash_token
from anagnorisis.store import tokens

EXAMPLES = int(os.environ.get("REQUESTS", "10"))
LONG_WORK = {"POST /api/sources/sample"}
"""Makes a library of pictures and music in the background; nothing of the request reaches it."""
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

Send = Callable[[Any], httpx.Response]


def operations(mode: GenerationMode) -> list[tuple[str, Any]]:
    """(name, strategy of requests) of every operation of the API."""
    schema = schemathesis.openapi.from_dict(json.loads(openapi()))
    found = [result.ok() for result in schema.get_all_operations()]
    return [(one.label, one.as_strategy(generation_mode=mode)) for one in found if one.label not in LONG_WORK]


@pytest.fixture
async def send(rooms: Rooms, ada: httpx.AsyncClient, address: str) -> Send:
    """Send a generated request as an owner who has just confirmed, from a device of its own each time."""
    loop = asyncio.get_running_loop()

    async def admitted() -> str:
        token = secrets.token_urlsafe(8)
        device = await rooms.store.write(lambda db: tokens.admit(db, 1, "x", hash_token(token), 1))
        rooms.confirmation._granted[device.id] = 1e9
        return token

    def send(case: Any) -> Any:
        token = asyncio.run_coroutine_threadsafe(admitted(), loop).result(20)
        headers = {"x-anag": "1", "cookie": f"__Host-anag={token}", "connection": "close"}
        return case.call(base_url=address, headers=headers, timeout=30)

    return send


@pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "misfit"]
)
async def test_no_request_meets_a_fault_of_ours(
    mode: GenerationMode, send: Send, record_property: Callable[[str, object], None]
) -> None:
    met: dict[str, list[int]] = {}
    faults: dict[str, str] = {}

    def ask(name: str, strategy: Any) -> None:
        @BOUNDED
        @given(strategy)
        def every(case: Any) -> None:
            answer = send(case)
            met.setdefault(name, []).append(answer.status_code)
            if answer.status_code >= 500:
                faults.setdefault(name, case.as_curl_command())

        with suppress(Unsatisfiable):  # nothing can misfit where nothing is asked for
            every()

    for name, strategy in operations(mode):
        await asyncio.to_thread(ask, name, strategy)
    assert faults == {}
    assert len(met) > 25
    assert not any(set(codes) == {401} for codes in met.values())
    record_property(f"figure requests_{mode.value}", sum(map(len, met.values())))
