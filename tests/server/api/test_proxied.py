"""Behind a proxy: its word counts, and that of nobody else."""

from typing import Any

import httpx
import pytest

from anagnorisis.api.proxied import Proxied
from anagnorisis.config import Settings
from anagnorisis.domain import BadValue

TOLD = {
    "x-forwarded-proto": "https",
    "x-forwarded-host": "music.example.org",
    "x-forwarded-for": "203.0.113.9, 192.168.1.77",
}


async def seen(client: str, headers: dict[str, str], **said: Any) -> dict[str, Any]:
    """What the house sees of a request that arrives from `client`; its status alone when turned away."""
    found: dict[str, Any] = {}

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        told = {name.decode(): value.decode() for name, value in scope["headers"]}
        found.update(scheme=scope["scheme"], client=scope["client"][0], host=told["host"], headers=told)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    transport = httpx.ASGITransport(Proxied(inside, Settings(**said)), client=(client, 5))
    async with httpx.AsyncClient(transport=transport, base_url="http://box:8765") as asking:
        answer = await asking.get("/", headers=headers)
    return found or {"status": answer.status_code, "said": answer.text}


@pytest.mark.parametrize("client", ["10.0.0.2", "::ffff:10.0.0.2"])
async def test_a_trusted_proxy_is_believed(client: str) -> None:
    told = await seen(client, TOLD, trusted_proxies=("10.0.0.0/24",))
    assert (told["scheme"], told["host"]) == ("https", "music.example.org")
    assert told["client"] == "192.168.1.77", "the last address that is no proxy, not what the device claims"


async def test_a_chain_of_trusted_proxies_is_followed_to_its_end() -> None:
    told = await seen("10.0.0.2", TOLD, trusted_proxies=("10.0.0.2", "192.168.1.77"))
    assert told["client"] == "203.0.113.9"


@pytest.mark.parametrize("trusted", [(), ("10.0.0.3",), ("192.168.0.0/16",)])
async def test_nobody_else_is(trusted: tuple[str, ...]) -> None:
    told = await seen("10.0.0.2", TOLD, trusted_proxies=trusted)
    assert (told["scheme"], told["host"], told["client"]) == ("http", "box:8765", "10.0.0.2")
    assert not [name for name in told["headers"] if name.startswith("x-forwarded")]


async def test_where_the_proxy_encrypts_nobody_comes_past_it() -> None:
    said = {"tls": "proxy", "trusted_proxies": ("10.0.0.2",), "host": "0.0.0.0"}
    turned_away = await seen("192.168.1.8", TOLD, **said)
    assert turned_away["status"] == 403 and "through its proxy only" in turned_away["said"]
    assert (await seen("10.0.0.2", TOLD, **said))["scheme"] == "https"
    assert (await seen("127.0.0.1", {}, **said))["scheme"] == "http"


def test_what_is_no_network_is_refused_by_name() -> None:
    with pytest.raises(BadValue, match=r"proxy\.lan"):
        Proxied(lambda *_: None, Settings(trusted_proxies=("proxy.lan",)))  # type: ignore[arg-type, return-value]
