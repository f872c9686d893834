"""The web app's files: what is kept for ever, what is asked anew, what an unknown address gets."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from anagnorisis.api.shell import Shell
from anagnorisis.domain import Unknown
from anagnorisis.media.replies import Receive, Scope, Send, send_bytes

PAGE = b"<!doctype html><title>app</title>"
SCRIPT = b"console.log('hello');" * 50


@pytest.fixture
def ui(tmp_path: Path) -> Path:
    ui = tmp_path / "ui"
    (ui / "assets").mkdir(parents=True)
    (ui / "index.html").write_bytes(PAGE)
    (ui / "sw.js").write_bytes(b"// worker")
    (ui / "manifest.webmanifest").write_bytes(b"{}")
    (ui / "assets/index-1a2b.js").write_bytes(SCRIPT)
    (ui / "assets/index-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "secret.txt").write_bytes(b"secret")
    return ui


@pytest.fixture
async def client(ui: Path, serving) -> AsyncIterator[httpx.AsyncClient]:
    shell = Shell(ui)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await shell(scope, receive, send)
        except Unknown as error:
            await send_bytes(scope, send, 404, error.what.encode(), {})

    async with serving(app) as address, httpx.AsyncClient(base_url=address) as client:
        yield client


async def test_every_page_of_the_app_is_its_one_page(client: httpx.AsyncClient) -> None:
    for path in ("/", "/library", "/item/0123", "/index.html"):
        answer = await client.get(path)
        assert (answer.status_code, answer.content) == (200, PAGE)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-cache"
        again = await client.get(path, headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304


async def test_only_files_named_by_their_content_are_kept_for_ever(client: httpx.AsyncClient) -> None:
    for path, type_, cached in (
        ("/assets/index-1a2b.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("/sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
    ):
        answer = await client.get(path)
        assert (answer.headers["content-type"], answer.headers["cache-control"]) == (type_, cached)


async def test_a_packed_form_is_sent_to_who_can_unpack_it(client: httpx.AsyncClient) -> None:
    packed = await client.get("/assets/index-1a2b.js", headers={"accept-encoding": "br, gzip;q=0.5"})
    plain = await client.get("/assets/index-1a2b.js", headers={"accept-encoding": "identity"})
    part = await client.get("/assets/index-1a2b.js", headers={"range": "bytes=0-6"})
    assert packed.headers["content-encoding"] == "gzip" and packed.content == SCRIPT
    assert "content-encoding" not in plain.headers and plain.content == SCRIPT
    assert plain.headers["etag"] != packed.headers["etag"] and packed.headers["vary"] == "accept-encoding"
    assert (part.status_code, part.content) == (206, b"console")


async def test_no_file_outside_the_app_is_given_out(client: httpx.AsyncClient) -> None:
    for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt", "/a%00.js", "/gone.js"):
        request = client.build_request("GET", "/x")
        request.url = request.url.copy_with(raw_path=path.encode())
        answer = await client.send(request)
        assert answer.status_code == 404 and b"secret" not in answer.content.replace(b"secret.txt", b"")


async def test_the_app_takes_no_changes(client: httpx.AsyncClient) -> None:
    assert (await client.post("/")).status_code == 405


async def test_an_app_that_is_not_built_says_how_to_build_it(client: httpx.AsyncClient, ui: Path) -> None:
    (ui / "index.html").unlink()
    answer = await client.get("/")
    assert answer.status_code == 503 and "make run" in answer.text
