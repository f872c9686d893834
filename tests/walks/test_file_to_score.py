"""Walk 2: a new file becomes a playable item, and then one with a score, in a house of its own process."""

import http.client
import shutil
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.files import make_track

from house import Client, House

PATIENCE_S = 60


def test_a_new_track_plays_soon_and_is_scored_without_anybody_asking(tmp_path: Path) -> None:
    folder = tmp_path / "music"
    for seed in range(9):
        make_track(folder / f"{seed}.mp3", seconds=2, seed=seed, title=f"Song {seed}", artist="Ida")
    new = make_track(tmp_path / "new.mp3", seconds=3, seed=99, title="New song", artist="Ida")
    with ExitStack() as leaving, House(tmp_path / "data", "--library", str(folder)) as house:
        client = house.open()
        leaving.callback(client._link.close)
        house.quiet(client, 9)
        for pick in listed(client).values():
            rate(client, pick["item"]["id"], 8)
        (folder / "deep").mkdir()
        shutil.copyfile(new, folder / "deep/fresh.mp3")
        item = eventually(lambda: listed(client).get("New song"))["item"]
        assert (item["kind"], item["creator"], item["collection"]) == ("music", "Ida", "Deep")
        assert played(house.port, client.cookie, item["id"], 1000, 1999) == new.read_bytes()[1000:2000]
        score = eventually(lambda: listed(client)["New song"]["score"])
        assert 0 <= score["low"] < score["mean"] < score["high"] <= 10
        assert score["mean"] > 6


def eventually(look: Callable[[], Any]) -> Any:
    """What `look` gives once it gives something."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def listed(client: Client) -> dict[str, Any]:
    """Every pick of the library by its title."""
    page = client.call("GET", "/api/items?sort=newest&limit=50")
    return {pick["item"]["title"]: pick for pick in page["picks"]}


def rate(client: Client, item: str, value: float) -> None:
    """Rate an item, as a device does."""
    now = int(time.time() * 1000)
    event = {"uuid": str(uuid.uuid4()), "kind": "rating", "item": item, "value": value, "at": now}
    receipt = client.call("POST", "/api/events", {"sent_at": now, "events": [event]})
    assert receipt["accepted"] == [event["uuid"]]


def played(port: int, cookie: str, item: str, first: int, last: int) -> bytes:
    """Part of the file of an item, as a player asks for it."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    link.request("GET", f"/media/{item}", headers={"cookie": cookie, "range": f"bytes={first}-{last}"})
    answer = link.getresponse()
    assert (answer.status, answer.getheader("content-type")) == (206, "audio/mpeg")
    content = answer.read()
    link.close()
    return content
