"""Walk 1: ratings of a few pictures re-rank the rest at once, say why, and are there after a restart."""

import time
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from house import Client, House

WARM, COLD = (220, 110, 40), (40, 90, 210)
SHOWN = "/api/feed?mode=for_you&kind=image&limit=20"


def paint(folder: Path, name: str, colour: tuple[int, int, int], seed: int) -> None:
    """A picture of soft shapes in shades of one colour."""
    rng = np.random.default_rng(seed)
    light = np.clip(rng.normal(1, 0.25, (6, 8, 1)), 0.4, 1.6)
    small = np.clip(np.array(colour) * light + rng.normal(0, 12, (6, 8, 3)), 0, 255).astype(np.uint8)
    folder.mkdir(exist_ok=True)
    Image.fromarray(small).resize((320, 240), Image.Resampling.BICUBIC).save(folder / name, quality=90)


def post(client: Client, **event: Any) -> Any:
    """Send one event as a device does, and check that it was accepted."""
    now = int(time.time() * 1000)
    sent = {"uuid": str(uuid.uuid4()), "at": now, **event}
    receipt = client.call("POST", "/api/events", {"sent_at": now, "events": [sent]})
    assert receipt["accepted"] == [sent["uuid"]]
    return sent["uuid"], receipt["scores"]


def titles(page: Any) -> list[str]:
    return [pick["item"]["title"] for pick in page["picks"]]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Fourteen warm pictures, then fourteen cold ones, so that the cold are the newest."""
    folder = tmp_path / "pictures"
    for n in range(14):
        paint(folder, f"warm {n}.jpg", WARM, n)
        paint(folder, f"cold {n}.jpg", COLD, 100 + n)
    return folder


def test_ten_ratings_move_the_list_in_their_direction_and_stay_over_a_restart(
    tmp_path: Path, pictures: Path
) -> None:
    with House(tmp_path / "data", "--library", str(pictures)) as house:
        client = house.open()
        house.quiet(client, 28)
        before = client.call("GET", SHOWN)
        assert not before["evidence"][0]["enough"] and {pick["score"] for pick in before["picks"]} == {None}
        known = {pick["item"]["title"]: pick["item"]["id"] for pick in listed(client)["picks"]}
        for n in range(5):
            post(client, kind="rating", item=known[f"Warm {n}"], value=9)
            _, scores = post(client, kind="rating", item=known[f"Cold {n}"], value=2)
        assert scores[known["Cold 4"]]["mean"] < 5
        after = client.call("GET", SHOWN)
        assert after["evidence"][0]["enough"]
        assert all(title.startswith("Warm") for title in titles(after)[:6])
        assert all("which you gave" in pick["reason"] for pick in after["picks"][:6])
        slip, _ = post(client, kind="rating", item=known["Warm 9"], value=0)
        assert titles(client.call("GET", SHOWN)) != titles(after)
        post(client, kind="undo", item=known["Warm 9"], target=slip)
        assert titles(client.call("GET", SHOWN)) == titles(after)
        cookie = client.cookie
    with House(tmp_path / "data") as house:
        house.answering(SHOWN, cookie)
        client = house.client(cookie)
        again = client.call("GET", SHOWN)
        assert titles(again) == titles(after)
        for pick, same in zip(after["picks"], again["picks"], strict=True):
            assert same["score"]["mean"] == pytest.approx(pick["score"]["mean"], abs=1e-3)


def listed(client: Client) -> Any:
    """Every item of the house."""
    return client.call("GET", "/api/items?limit=50")
