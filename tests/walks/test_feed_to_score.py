"""Walk 3: an article of a feed is polled, cleaned, stored, read and scored, in a house of its own process."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.feeds import NOW, entry, rss

from house import House

from .test_file_to_score import eventually, listed, rate
from .test_text_to_score import GARDENS, read

RSS = "application/rss+xml"
PAGE = b"<title>Gardens</title><link rel=alternate type=application/rss+xml href=/feed>"
WILD = (
    """<p onclick=steal()>Sow <a href='/seeds'>wild flowers</a> in the garden.</p><script>steal()</script>"""
)


class Blog:
    """A site on loopback: what it has at each path, and what it was asked for."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, bytes]] = {}
        self.asked: list[str] = []


@contextmanager
def serving(blog: Blog) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            blog.asked.append(self.path)
            kind, body = blog.pages.get(self.path, ("", b""))
            self.send_response(200 if kind else 404)
            self.send_header("content-type", kind or "text/plain")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def about(site: str, number: int, subject: str) -> dict[str, Any]:
    """An entry on a subject of the garden."""
    html = f"<p>How to care for {subject.lower()} in the garden all year.</p>"
    return entry(number, title=subject, link=f"{site}/{number}", html=html)


def test_an_article_of_a_feed_is_read_safely_and_scored_without_anybody_asking(tmp_path: Path) -> None:
    blog = Blog()
    with ExitStack() as leaving, serving(blog) as site:
        told = [about(site, number, subject) for number, subject in enumerate(GARDENS, 1)]
        blog.pages["/feed"] = (RSS, rss(told, site=f"{site}/"))
        blog.pages["/"] = ("text/html", PAGE)
        house = leaving.enter_context(House(tmp_path / "data"))
        client = house.open()
        leaving.callback(client._link.close)
        client.call("PUT", "/api/egress/purposes/feeds", {"on": True})
        client.call("PUT", "/api/egress/hosts/127.0.0.1")
        followed = client.call("POST", "/api/sources/feeds", {"address": f"{site}/"})["feed"]
        assert followed["address"] == f"{site}/feed"
        eventually(lambda: len(listed(client)) == len(GARDENS))
        house.quiet(client, len(GARDENS))
        for pick in listed(client).values():
            rate(client, pick["item"]["id"], 9)
        wild = about(site, 0, "Wild flowers") | {"html": WILD, "at": NOW}
        blog.pages["/feed"] = (RSS, rss([wild, *told], site=f"{site}/"))
        client.call("POST", f"/api/sources/{followed['source']}/scan")
        pick = eventually(lambda: listed(client).get("Wild flowers"))
        text = read(house.port, client.cookie, pick["item"]["id"])
        assert f'href="{site}/seeds"' in text and "steal" not in text
        score = eventually(lambda: listed(client)["Wild flowers"]["score"])
        assert score["mean"] > 6
        source = client.call("GET", f"/api/sources/{followed['source']}")
        assert (source["items"], source["rated"], source["loved"]) == (10, 9, 9)
        assert source["feed"]["problem"] == ""
        assert "Wild flowers" in str(client.call("GET", "/api/search?q=wild"))
        hosts = {row["host"] for row in client.call("GET", "/api/egress")["totals"]}
        assert hosts == {"127.0.0.1"}
        assert set(blog.asked) <= {"/", "/feed", "/favicon.ico"}
