"""What those who watch over the server are told: whether it is well, and how it is doing."""

import asyncio
import re
import sqlite3
import threading
from collections import defaultdict
from typing import Any

import httpx
import pytest

from anagnorisis.api import VERSION, health
from anagnorisis.api.exposition import Histogram, family, histogram
from anagnorisis.api.rooms import Rooms
from anagnorisis.store import ledger
from anagnorisis.store.ledger import Entry

LABELS = r'(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\n"])*",?)*\})?'
SAMPLE = re.compile(rf"([a-z_]+)({LABELS}) (-?[0-9.e+-]+|\+Inf)")
Figures = dict[str, dict[str, float]]


def figures(text: str) -> Figures:
    """Metric → labels as they stand → value; every line fits the format, each metric is described once."""
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    kinds: dict[str, str] = {}
    assert text.endswith("\n")
    for line in text[:-1].split("\n"):
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in kinds
            kinds[name] = kind
        elif not line.startswith("# HELP "):
            match = SAMPLE.fullmatch(line)
            assert match, line
            assert re.sub("_(bucket|sum|count)$", "", match[1]) in kinds or match[1] in kinds, line
            assert match[2] not in found[match[1]], line
            found[match[1]][match[2]] = float(match[3])
    return dict(found)


async def test_a_house_that_is_well_says_so_to_anybody_and_no_more(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "version": VERSION})
    assert answer.headers["cache-control"] == "no-store"
    assert (await stranger.get("/health", headers={"host": "evil.example"})).status_code == 421


async def test_a_house_that_cannot_save_is_not_well(
    rooms: Rooms, stranger: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE_S", 0.05)
    held, go = threading.Event(), threading.Event()

    def hold(_: sqlite3.Connection) -> None:
        held.set()
        go.wait(20)

    holding = asyncio.create_task(rooms.store.write(hold))
    await asyncio.to_thread(held.wait, 20)
    answer = await stranger.get("/health")
    go.set()
    await holding
    assert (answer.status_code, answer.json()["ok"]) == (503, False)


async def test_figures_are_for_those_who_belong_here(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/metrics")
    assert (answer.status_code, answer.json()["code"]) == (401, "no_session")


async def test_the_figures_are_true(ada: httpx.AsyncClient, rooms: Rooms, items: dict[str, Any]) -> None:
    entry = Entry(1_780_000_000_000, "feeds", "site.example", "GET", 200, 100, 900, 5, "")
    await rooms.store.write(lambda db: ledger.note(db, entry), "egress")
    before = figures((await ada.get("/metrics")).text)
    for _ in range(3):
        await ada.get("/api/session")
    await ada.get("/api/nothing")
    answer = await ada.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    now = figures(answer.text)
    assert now["anagnorisis_items"] == {'{kind="image"}': 6, '{kind="music"}': 0, '{kind="article"}': 2}
    assert now["anagnorisis_info"] == {f'{{version="{VERSION}"}}': 1}
    assert now["anagnorisis_people"][""] == 1
    assert now["anagnorisis_egress_bytes"]['{purpose="feeds",direction="in"}'] == 900
    assert now["anagnorisis_job_state"]['{job="embed",state="paused"}'] == 1
    assert now["anagnorisis_database_bytes"][""] > 50_000
    assert now["process_resident_memory_bytes"][""] > 20_000_000 and now["process_open_fds"][""] > 5
    answers = "anagnorisis_answers_total"
    assert now[answers]['{part="api",status="2xx"}'] - before[answers]['{part="api",status="2xx"}'] == 3
    assert (
        now[answers]['{part="api",status="4xx"}'] - before[answers].get('{part="api",status="4xx"}', 0) == 1
    )
    assert now["anagnorisis_requests_open"][""] >= 1


async def test_no_name_of_a_person_item_or_host_is_among_them(
    ada: httpx.AsyncClient, rooms: Rooms, items: dict[str, Any]
) -> None:
    entry = Entry(1_780_000_000_000, "feeds", "site.example", "GET", None, 0, 0, 5, "No.")
    await rooms.store.write(lambda db: ledger.note(db, entry), "egress")
    told = (await ada.get("/metrics")).text
    assert not [
        word for word in ("Ada", "site.example", "On tea", "library", items["A"]["id"]) if word in told
    ]


async def test_a_stream_that_is_open_is_counted_until_it_ends(
    ada: httpx.AsyncClient, rooms: Rooms, until
) -> None:
    async with ada.stream("GET", "/api/changes"):
        assert rooms.tally.open == 1

    async def ended() -> bool:
        return rooms.tally.open == 0

    assert await until(ended)


def test_labels_are_escaped() -> None:
    lines = family("a", "gauge", "Says.", [({"x": 'q"\\\n'}, 0.1), ({}, 1e20)])
    assert lines == ["# HELP a Says.", "# TYPE a gauge", 'a{x="q\\"\\\\\\n"} 0.1', "a 1e+20"]


def test_a_histogram_counts_each_value_below_every_bound_it_is_below() -> None:
    one = Histogram()
    for value in (0.005, 0.02, 0.02, 700.0):
        one.add(value)
    told = figures("\n".join([*histogram("t", "Says.", [({"part": "api"}, one)]), ""]))
    assert [told["t_bucket"][f'{{part="api",le="{le}"}}'] for le in ("0.005", "0.01", "0.025", "10")] == [
        1,
        1,
        3,
        3,
    ]
    assert told["t_bucket"]['{part="api",le="+Inf"}'] == told["t_count"]['{part="api"}'] == 4
    assert told["t_sum"]['{part="api"}'] == pytest.approx(700.045)
