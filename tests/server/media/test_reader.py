"""The text of an article as a page that can run nothing."""

from collections.abc import AsyncIterator

import httpx
import pytest

from anagnorisis.domain import ItemId, Unknown
from anagnorisis.media.reader import serve_text
from anagnorisis.media.replies import Receive, Scope, Send, send_bytes
from anagnorisis.store import texts
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import HOUSE


@pytest.fixture
async def client(store: Store, serving) -> AsyncIterator[httpx.AsyncClient]:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await serve_text(store, ItemId(scope["path"][1:]), HOUSE, scope, send)
        except Unknown as error:
            await send_bytes(scope, send, 404, error.what.encode(), {})

    async with serving(app) as address, httpx.AsyncClient(base_url=address) as client:
        yield client


async def test_a_text_is_a_whole_page_in_the_devices_light_or_dark(client, store: Store, put) -> None:
    item = await put("a.md", b"text", kind="article", says="Tea & <Time>")
    await store.write(lambda db: texts.put(db, item, "<p>It steeps. {so}</p>", "It steeps.", 0))
    answer = await client.get(f"/{item}")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!doctype html>") and "prefers-color-scheme: dark" in answer.text
    assert "<title>Tea &amp; &lt;Time&gt;</title>" in answer.text
    assert "<h1>Tea &amp; &lt;Time&gt;</h1><main" in answer.text and "<p>It steeps. {so}</p>" in answer.text


async def test_nothing_in_a_text_can_run_or_call_out(client, store: Store, put) -> None:
    item = await put("a.md", b"text", kind="article")
    await store.write(lambda db: texts.put(db, item, "<p>x</p>", "x", 0))
    policy = (await client.get(f"/{item}")).headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "style-src 'unsafe-inline'", "img-src 'self' data:"} <= set(policy)
    assert {"sandbox allow-same-origin", "frame-ancestors 'self'"} <= set(policy)
    assert not any("script" in rule or "connect" in rule for rule in policy)


async def test_a_text_with_its_own_heading_gets_no_second(client, store: Store, put) -> None:
    item = await put("a.md", b"text", kind="article")
    await store.write(lambda db: texts.put(db, item, "<h1>Own</h1><p>x</p>", "x", 0))
    assert (await client.get(f"/{item}")).text.count("<h1") == 1


@pytest.mark.parametrize("first", ["<p>Tea &amp; sea</p>", "\n<p>Tea &amp; sea\n</p>\n"])
async def test_a_text_that_begins_with_its_title_shows_it_once(client, store: Store, put, first: str) -> None:
    item = await put("a.txt", b"text", kind="article", says="Tea & sea")
    await store.write(lambda db: texts.put(db, item, f"{first}<p>Tea and sea.</p>", "x", 0))
    shown = (await client.get(f"/{item}")).text.partition("<body>")[2]
    assert shown.count("Tea &amp; sea") == 1 and "<h1>Tea &amp; sea</h1>" in shown
    assert "<p>Tea and sea.</p>" in shown


async def test_a_track_has_no_text(client, put) -> None:
    assert (await client.get(f"/{await put('a.mp3', b'ID3')}")).status_code == 404
    assert (await client.get(f"/{'0' * 32}")).status_code == 404
