"""Walk 3 from a page: a list is saved, the house is killed, and each is there once, read and scored."""

import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from tests.pages import page

from house import Client, House

from .test_feed_to_score import Blog, serving
from .test_file_to_score import eventually, listed, rate
from .test_text_to_score import GARDENS, read

HTML = "text/html; charset=utf-8"
WILD = "<p onclick=steal()>Sow <a href='/seeds'>wild flowers</a> in the garden.</p><script>steal()</script>"


def about(number: int, subject: str, inside: str = "") -> tuple[str, bytes]:
    """A page on a subject of the garden."""
    more = f"<p>How to care for {subject.lower()} in the garden all year.</p>{inside}"
    return HTML, page(number, title=subject, inside=more, paragraphs=2)


def pages(client: Client) -> dict[str, dict[str, Any]]:
    """Saved pages by the last part of their address."""
    told = client.call("GET", "/api/pages?limit=100")["pages"]
    return {one["address"].rpartition("/")[2]: one for one in told}


def kept(client: Client) -> int:
    return sum(one["state"] == "kept" for one in pages(client).values())


def let_claims_lapse(data: Path) -> None:
    """What was on its way when the house was killed is asked for after a minute; the test has not got one."""
    with closing(sqlite3.connect(data / "anagnorisis.db")) as db, db:
        db.execute("UPDATE pages SET due_at = 1 WHERE due_at IS NOT NULL")


def test_pages_are_fetched_once_each_whatever_happens_and_scored_without_anybody_asking(
    tmp_path: Path,
) -> None:
    blog, data = Blog(), tmp_path / "data"
    with ExitStack() as leaving, serving(blog) as site:
        for number, subject in enumerate(GARDENS, 1):
            blog.pages[f"/{number}"] = about(number, subject)
        with House(data) as first:
            client = first.open()
            client.call("PUT", "/api/egress/purposes/pages", {"on": True})
            client.call("PUT", "/api/egress/hosts/127.0.0.1")
            text = "\n".join(f"{subject}: {site}/{n}" for n, subject in enumerate(GARDENS, 1))
            told = client.call("POST", "/api/pages", {"text": text})
            assert [one["state"] for one in told["wanted"]] == ["new"] * len(GARDENS)
            eventually(lambda: kept(client) >= 3)
            before = kept(client)
            cookie = client.cookie
            first.process.kill()
            first.process.wait()
        let_claims_lapse(data)
        house = leaving.enter_context(House(data))
        house.answering("/")
        client = house.client(cookie)
        assert kept(client) >= before
        eventually(lambda: kept(client) == len(GARDENS))
        asked = [path for path in blog.asked if path[1:].isdigit()]
        assert len(asked) <= len(GARDENS) + 4  # at most the four that were on their way come twice
        house.quiet(client, len(GARDENS))
        assert len(listed(client)) == len(GARDENS)
        for pick in listed(client).values():
            rate(client, pick["item"]["id"], 9)
        blog.pages["/wild"] = about(99, "Wild flowers", WILD)
        client.call("POST", "/api/pages", {"addresses": [f"{site}/wild"]})
        pick = eventually(lambda: listed(client).get("Wild flowers"))
        shown = read(house.port, client.cookie, pick["item"]["id"])
        assert f'href="{site}/seeds"' in shown and "steal" not in shown and "Section 3" not in shown
        score = eventually(lambda: listed(client)["Wild flowers"]["score"])
        assert score["mean"] > 6
        hosts = {row["host"] for row in client.call("GET", "/api/egress")["totals"]}
        assert hosts == {"127.0.0.1"}
