"""Pages are read in a process of their own: no hostile one costs more than that process."""

import resource
from collections.abc import AsyncIterator

import pytest
from tests.feeds import prose
from tests.pages import page

from anagnorisis.domain import Unreadable
from anagnorisis.sources.pages import child
from anagnorisis.sources.pages.found import ENGINES, Found
from anagnorisis.sources.pages.reader import PageReader

HERE = "https://site.example/roses"
PICTURES = "".join(f"<div><img data-srcset='{'/a.png 1w,' * 200}' src=/{n}.png></div>" for n in range(2000))
HOSTILE = {
    "nested": page(inside="<div>" * 50_000),
    "links": page(inside="<a href=x>y</a>" * 100_000),
    "open": page(inside="<b>" * 300_000),
    "attributes": page(inside="<p " + "a=b " * 300_000 + ">x"),
    "style": page(inside='<p width="1" height="2" style="x" color="y">' * 20_000),
    "pictures": page(inside=PICTURES),
    "noscript": page(inside="<noscript><img src=/x.png></noscript>" * 20_000),
    "facts": page(head="<script type='application/ld+json'>" + '{"a":' * 30_000 + "</script>"),
    "spaces": page(inside="<p>" + " \n" * 2_000_000 + "</p>"),
    "entities": page(inside="&amp;lt;" * 300_000),
    "table": page(inside="<table><tr><td>" * 20_000),
    "bytes": bytes(range(256)) * 20_000,
}


@pytest.fixture
async def reader() -> AsyncIterator[PageReader]:
    made = PageReader()
    yield made
    await made.close()


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_page_is_read_apart_from_the_house(reader: PageReader, engine) -> None:
    found = await reader.article(page(), "text/html", HERE, engine)
    assert isinstance(found, Found) and found.engine == engine and prose(100, 80) in found.html
    assert reader.pid is not None


async def test_a_refusal_is_the_end_of_a_sentence_and_costs_no_process(reader: PageReader) -> None:
    await reader.article(page(), "text/html", HERE)
    process = reader.pid
    with pytest.raises(Unreadable) as refused:
        await reader.article(b"<p>Hi", "text/html", HERE)
    assert refused.value.what[0].islower() and refused.value.item == HERE
    assert reader.pid == process


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_page_costs_little_and_the_next_is_read(reader: PageReader, name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        await reader.article(HOSTILE[name], "text/html", HERE)
    except Unreadable as refused:
        assert refused.what
    assert (await reader.article(page(), "text/html", HERE)).title == "On roses"
    await reader.close()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < child.CPU_S + 8, name  # two processes begin, which takes a second or two each
    assert after.ru_maxrss * 1024 < child.LIMITS.memory + (100 << 20)
