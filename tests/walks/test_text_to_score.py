"""Walk 3 as far as it exists: a text in a folder becomes a page that is safe to read, and has a score."""

import http.client
from contextlib import ExitStack
from pathlib import Path

from tests.files import make_text

from house import House

from .test_file_to_score import PATIENCE_S, eventually, listed, rate

GARDENS = ("Roses", "Bees", "Apple trees", "Compost", "Tulips", "Hedges", "Ponds", "Herbs", "Lawns")


def test_a_new_text_can_be_read_safely_and_is_scored_without_anybody_asking(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    for subject in GARDENS:
        make_text(
            folder / f"{subject}.md",
            f"# {subject}\n\nHow to care for {subject.lower()} in the garden all year.",
        )
    with ExitStack() as leaving, House(tmp_path / "data", "--library", str(folder)) as house:
        client = house.open()
        leaving.callback(client._link.close)
        house.quiet(client, len(GARDENS))
        for pick in listed(client).values():
            rate(client, pick["item"]["id"], 9)
        make_text(
            folder / "new.html",
            "<title>Wild flowers</title><script>steal()</script><h1>Wild flowers</h1>"
            "<p onclick=steal()>Sow <a href='https://example.org/'>wild flowers</a> in the garden.</p>",
        )
        pick = eventually(lambda: listed(client).get("Wild flowers"))
        page = read(house.port, client.cookie, pick["item"]["id"])
        assert "<h1>Wild flowers</h1>" in page
        assert 'href="https://example.org/"' in page
        assert "steal" not in page
        score = eventually(lambda: listed(client)["Wild flowers"]["score"])
        assert score["mean"] > 6
        make_text(folder / "new.html", "<title>Wild flowers</title><p>Engines, gears and steel wheels.</p>")
        eventually(lambda: "gears" in read(house.port, client.cookie, pick["item"]["id"]))
        assert listed(client)["Wild flowers"]["item"]["id"] == pick["item"]["id"]


def read(port: int, cookie: str, item: str) -> str:
    """The page of a text, as the app shows it."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    link.request("GET", f"/media/{item}/text", headers={"cookie": cookie})
    answer = link.getresponse()
    content = answer.read().decode()
    link.close()
    assert answer.status == 200, content
    return content
