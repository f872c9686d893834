"""The server is killed at any moment while two people's devices rate: nothing acknowledged is lost."""

import os
import random
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path

import pytest

from anagnorisis.sources.sample import write_sample
from house import Client, House

KILLS = int(os.environ.get("KILLS", "8"))


class Diary:
    """What one person's device may find in the house after any kill."""

    def __init__(self, cookie: str) -> None:
        self.cookie = cookie
        self.acknowledged: set[str] = set()
        self._may_stand: dict[str, set[float | None]] = {}

    def check(self, mine: dict[str, float | None]) -> None:
        """`mine`, the ratings that the house shows this person, is as it may be."""
        assert {i: mine[i] for i, values in self._may_stand.items() if mine[i] not in values} == {}
        self._may_stand = {item: {value} for item, value in mine.items()}

    def note(self, rater: "Rater") -> None:
        """Take over what a device was told before the kill, and what was on its way then."""
        for event, item, value in rater.acknowledged:
            self.acknowledged.add(event)
            self._may_stand[item] = {value}
        if rater.in_flight:
            self._may_stand[rater.in_flight[0]].add(rater.in_flight[1])


class Rater(threading.Thread):
    """One device that rates without pause until the server is gone."""

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


def rated(house: House, cookie: str) -> dict[str, float | None]:
    """Every item of the house and what the person of `cookie` gave it."""
    picks = house.client(cookie).call("GET", "/api/items?sort=title&limit=50")["picks"]
    return {pick["item"]["id"]: pick["mine"] for pick in picks}


def two_people(house: House) -> list[Diary]:
    """Ada opens the house and lets Bob in; each has a device of their own."""
    ada, bob = house.open(), house.client()
    house.quiet(ada, 12)
    code = ada.call("POST", "/api/people", {"name": "Bob"})["code"]
    bob.call("POST", "/api/session", {"code": code, "device": "phone"})
    assert bob.call("GET", "/api/session")["person"]["name"] == "Bob"
    return [Diary(ada.cookie), Diary(bob.cookie)]


def rate_until_killed(house: House, diaries: list[Diary], moment: float, seed: int) -> None:
    """Both rate the same items until the server is killed after `moment` seconds."""
    items = sorted(rated(house, diaries[0].cookie))
    raters = [Rater(house.client(diary.cookie), items, seed + n) for n, diary in enumerate(diaries)]
    for rater in raters:
        rater.start()
    time.sleep(moment)
    house.process.kill()
    for diary, rater in zip(diaries, raters, strict=True):
        rater.join()
        diary.note(rater)


def test_no_acknowledged_rating_of_two_people_is_lost_by_any_kill(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    list(write_sample(tmp_path / "library", music=0, images=12, articles=0))
    rng, diaries = random.Random(9), list[Diary]()
    for kill in range(KILLS + 1):
        with House(tmp_path / "data", "--library", str(tmp_path / "library")) as house:
            diaries = diaries or two_people(house)
            house.answering("/api/session", diaries[0].cookie)
            for diary in diaries:
                diary.check(rated(house, diary.cookie))
            if kill < KILLS:
                rate_until_killed(house, diaries, rng.uniform(0.02, 0.5), kill * 2)
    acknowledged = set().union(*(diary.acknowledged for diary in diaries))
    assert all(len(diary.acknowledged) > KILLS for diary in diaries)
    with sqlite3.connect(tmp_path / "data/anagnorisis.db") as kept:
        assert acknowledged <= {event for (event,) in kept.execute("SELECT uuid FROM events")}
        assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    kept.close()
    record_property("figure kills", KILLS)
    record_property("figure acknowledged_ratings", len(acknowledged))


def write_until_killed(house: House, ada: Client, moment: float, number: int) -> tuple[str, str]:
    """Ada writes of her taste until the server is killed: what was acknowledged and what was sent last."""
    acknowledged = ""
    while True:
        if acknowledged.endswith(" first"):
            threading.Timer(moment, house.process.kill).start()
        sent = f"foggy mountains {number} {time.monotonic_ns() if acknowledged else 'first'}"
        try:
            ada.call("PUT", "/api/taste/words", {"text": sent})
        except (OSError, HTTPException):
            return acknowledged, sent
        acknowledged = sent


def test_no_acknowledged_words_are_lost_by_a_kill(tmp_path: Path) -> None:
    cookie, may_stand = "", {""}
    for kill in range(4):
        with House(tmp_path / "data") as house:
            ada = house.client(cookie) if cookie else house.open()
            cookie = ada.cookie
            house.answering("/api/taste/words", cookie)
            assert ada.call("GET", "/api/taste/words")["text"] in may_stand
            if kill < 3:
                may_stand = {*write_until_killed(house, ada, 0.1 + kill / 10, kill)}


@pytest.mark.long
def test_the_full_count_was_asked_for() -> None:
    assert KILLS >= 50, "run `make test-long`, which sets KILLS=50"
