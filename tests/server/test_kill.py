"""The server is killed at any moment while two people's devices rate: nothing acknowledged is lost."""

import os
import random
import sqlite3
import threading
import time
import uuid
from http.client import HTTPException
from pathlib import Path

import pytest

from anagnorisis.sources.sample import write_sample
from house import Client, House

KILLS = int(os.environ.get("KILLS", "8"))


class Rater(threading.Thread):
    """One device that rates its own items without pause until the server is gone."""

    def __init__(self, client: Client, items: list[str], seed: int) -> None:
        super().__init__()
        self.client, self.items, self.rng = client, items, random.Random(seed)
        self.acknowledged: list[tuple[str, str, float]] = []
        self.in_flight: tuple[str, float] | None = None

    def run(self) -> None:
        """Post one rating at a time; remember what was acknowledged and what was on its way at the end."""
        try:
            while True:
                item, value = self.rng.choice(self.items), float(self.rng.randint(0, 10))
                rating = {"uuid": str(uuid.uuid4()), "kind": "rating", "item": item, "value": value}
                rating["at"] = now = int(time.time() * 1000)
                self.in_flight = (item, value)
                receipt = self.client.call("POST", "/api/events", {"sent_at": now, "events": [rating]})
                assert receipt["accepted"] == [rating["uuid"]]
                self.acknowledged.append((str(rating["uuid"]), item, value))
                time.sleep(0.001)  # two ratings of one millisecond would be ordered by their uuids
        except (OSError, HTTPException) as ending:
            self.ending = ending


def rate_until_killed(house: House, cookie: str, items: list[str], moment: float, seed: int) -> list[Rater]:
    half = len(items) // 2
    raters = [
        Rater(house.client(cookie), part, seed + n) for n, part in enumerate((items[:half], items[half:]))
    ]
    for rater in raters:
        rater.start()
    time.sleep(moment)
    house.process.kill()
    for rater in raters:
        rater.join()
    return raters


def test_no_acknowledged_rating_is_lost_by_any_kill(tmp_path: Path) -> None:
    list(write_sample(tmp_path / "library", music=0, images=12, articles=0))
    rng, cookie, items = random.Random(9), "", []
    expected: dict[str, set[float]] = {}
    acknowledged: set[str] = set()
    for kill in range(KILLS + 1):
        with House(tmp_path / "data", "--library", str(tmp_path / "library")) as house:
            if not cookie:
                first = house.open()
                house.quiet(first, 12)
                cookie = first.cookie
                items = [
                    pick["item"]["id"]
                    for pick in first.call("GET", "/api/items?sort=title&limit=50")["picks"]
                ]
            house.answering("/api/session", cookie)
            mine = {
                pick["item"]["id"]: pick["mine"]
                for pick in house.client(cookie).call("GET", "/api/items?sort=title&limit=50")["picks"]
            }
            assert {i: mine[i] for i, values in expected.items() if mine[i] not in values} == {}
            if kill == KILLS:
                break
            for rater in rate_until_killed(house, cookie, items, rng.uniform(0.02, 0.5), kill * 2):
                for event, item, value in rater.acknowledged:
                    acknowledged.add(event)
                    expected[item] = {value}
                if rater.in_flight:
                    expected.setdefault(rater.in_flight[0], {mine[rater.in_flight[0]]}).add(
                        rater.in_flight[1]
                    )
    assert len(acknowledged) > KILLS
    with sqlite3.connect(tmp_path / "data/anagnorisis.db") as kept:
        assert acknowledged <= {event for (event,) in kept.execute("SELECT uuid FROM events")}
        assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    kept.close()


@pytest.mark.long
def test_the_full_count_was_asked_for() -> None:
    assert KILLS >= 50, "run `make test-long`, which sets KILLS=50"
