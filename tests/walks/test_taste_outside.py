"""A carried taste scores files without any house as the house scores them: the script of the docs."""

import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from anagnorisis.domain import KINDS
from anagnorisis.jobs.quiet import QUIET_S
from anagnorisis.sources.sample import __main__ as sample
from house import Client, House

SCRIPT = Path(__file__).parents[2] / "docs" / "score_folder.py"
MOST_LINES = 60
COUNTS = (14, 48, 110)
"""Tracks, pictures and texts: enough pictures for a neighbourhood, enough texts for their words to count."""


def shown(client: Client) -> list[dict[str, Any]]:
    """The first hundred of each kind."""
    asked = (f"/api/items?sort=title&kind={kind}&limit=100" for kind in KINDS)
    return [pick for path in asked for pick in client.call("GET", path)["picks"]]


def settled(client: Client) -> list[dict[str, Any]]:
    """The same, once no score moves any more: what ratings ask for beside themselves waits for a pause."""
    before, now = [], shown(client)
    until = time.monotonic() + 120
    while before != now:
        assert time.monotonic() < until, "the house goes on thinking"
        time.sleep(2 * QUIET_S)
        before, now = now, shown(client)
    return now


def test_a_folder_is_scored_by_a_carried_taste_as_by_the_house(tmp_path: Path) -> None:
    folder, taste = tmp_path / "library", tmp_path / "ada.zip"
    command = [sys.executable, "-m", sample.__spec__.name, str(folder), "1", *map(str, COUNTS)]
    subprocess.run(command, check=True, capture_output=True)
    with ExitStack() as leaving, House(tmp_path / "data", "--library", str(folder)) as house:
        client = house.open()
        leaving.callback(client._link.close)
        house.quiet(client, sum(COUNTS))
        picks = shown(client)
        now = int(time.time() * 1000)
        events = [
            {"uuid": f"{n:08x}-0000-0000-0000-000000000000", "kind": "rating", "item": pick["item"]["id"]}
            | {"value": 2 + n % 3 + 4 * (n % 7 > 3), "at": now - 1000 + n}
            for n, pick in enumerate(picks)
            if n % 2
        ]
        receipt = client.call("POST", "/api/events", {"sent_at": now, "events": events})
        assert len(receipt["accepted"]) == len(events)
        expected = {}
        for pick in settled(client):
            for place in client.call("GET", f"/api/items/{pick['item']['id']}")["places"]:
                below = [*place["folder"].split("/")[1:], place["name"]]
                expected["/".join(below)] = pick["score"]["mean"]
        name = client.call("GET", "/api/session")["person"]["name"]
        told = subprocess.run(
            [
                sys.executable,
                "-m",
                "anagnorisis",
                "taste",
                "export",
                name,
                taste,
                "--data",
                tmp_path / "data",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 0, told.stderr
    said = subprocess.run([sys.executable, SCRIPT, taste, folder], capture_output=True, text=True, check=True)
    lines = [line.split("\t") for line in said.stdout.splitlines()]
    scores = {path: float(score) for score, path in lines}
    assert len(scores) >= sum(COUNTS) and [*scores.values()] == sorted(scores.values(), reverse=True)
    assert {path: scores[path] for path in expected} == pytest.approx(expected, abs=1e-3)


def test_the_script_is_short_enough_to_be_read() -> None:
    assert len(SCRIPT.read_text("utf-8").splitlines()) <= MOST_LINES
