"""The onboarding port gives out the guide and the authority's certificate, and nothing else to anybody."""

import plistlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from cryptography import x509

from anagnorisis.api.entrance import Entrance
from anagnorisis.api.hello import PAGES as FOLDER
from anagnorisis.api.lan.guide import FILES, PAGES, Guide
from anagnorisis.auth.certificates.authority import Authority, new_authority
from anagnorisis.auth.hosts import Hosts

CLOSED = [
    "/api/session",
    "/api/items",
    "/api/entrance",
    "/media/" + "0" * 32,
    "/index.html",
    "/install",
    "/ca.key",
]


@pytest.fixture
def ours() -> Authority:
    return new_authority([], datetime.now(UTC))


@pytest.fixture
async def guide(
    ours: Authority, entrance: Entrance, hosts: Hosts, serving
) -> AsyncIterator[httpx.AsyncClient]:
    entrance.scheme, entrance.host, entrance.tag = "https", "anagnorisis.local", ours.tag
    entrance.addresses = ("192.168.1.5",)
    hosts.know(["anagnorisis.local"])
    async with (
        serving(Guide(entrance, hosts, lambda: ours)) as address,
        httpx.AsyncClient(base_url=address) as client,
    ):
        yield client


async def test_the_guide_may_ask_the_app_and_nobody_else(guide: httpx.AsyncClient) -> None:
    page = await guide.get("/")
    assert page.status_code == 200 and "Let this device in" in page.text
    policy = page.headers["content-security-policy"]
    assert "connect-src 'self' https://anagnorisis.local:8765 https://192.168.1.5:8765" in policy
    assert "default-src 'none'" in policy and "unsafe" not in policy


async def test_every_file_that_a_page_names_is_there(guide: httpx.AsyncClient) -> None:
    page = (await guide.get("/")).text
    for path in [*PAGES, *FILES]:
        answer = await guide.get(path)
        assert answer.status_code == 200 and "set-cookie" not in answer.headers
        assert path == "/" or path == "/device.js" or f'="{path}"' in page, path
    assert "'./device.js'" in (FOLDER / "guide.js").read_text("utf-8")


async def test_the_authority_comes_as_each_device_wants_it(guide: httpx.AsyncClient, ours: Authority) -> None:
    der = await guide.get("/anagnorisis-ca.crt")
    assert der.headers["content-type"] == "application/x-x509-ca-cert"
    assert x509.load_der_x509_certificate(der.content) == ours.certificate
    profile = await guide.get("/anagnorisis.mobileconfig")
    assert profile.headers["content-type"] == "application/x-apple-aspen-config"
    assert plistlib.loads(profile.content)["PayloadType"] == "Configuration"
    pem = (await guide.get("/anagnorisis-ca.pem")).content
    assert x509.load_pem_x509_certificate(pem) == ours.certificate and b"PRIVATE" not in pem


async def test_hello_names_the_tag_of_the_authority(guide: httpx.AsyncClient, ours: Authority) -> None:
    assert (await guide.get("/hello")).json()["tag"] == ours.tag


@pytest.mark.parametrize("path", CLOSED)
async def test_nothing_else_answers(path: str, guide: httpx.AsyncClient) -> None:
    answer = await guide.get(path)
    assert answer.status_code == 404 and "https://anagnorisis.local:8765" in answer.json()["detail"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_nothing_is_changed_here(method: str, guide: httpx.AsyncClient) -> None:
    assert (await guide.request(method, "/")).status_code == 405


@pytest.mark.parametrize("host", ["evil.example", "anagnorisis.local.evil.example:8080", "192.168.1.6", ""])
async def test_a_foreign_host_is_misdirected(host: str, guide: httpx.AsyncClient) -> None:
    for path in ("/", "/hello", "/anagnorisis-ca.crt"):
        answer = await guide.get(path, headers={"host": host})
        assert (answer.status_code, answer.json()["code"]) == (421, "wrong_host")
    assert (await guide.get("/", headers={"host": "anagnorisis.local:8080"})).status_code == 200
