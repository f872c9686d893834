"""The API as it describes itself."""

import json
import tomllib
from pathlib import Path

import httpx

from anagnorisis.api import VERSION
from anagnorisis.api.routes import openapi

ROOT = Path(__file__).parents[3]


async def test_the_description_is_given_to_devices_of_the_house(ada: httpx.AsyncClient) -> None:
    answer = await ada.get("/api/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.content == openapi()


async def test_no_page_is_served_that_would_load_from_elsewhere(ada: httpx.AsyncClient) -> None:
    for path in ("/schema", "/api/schema", "/api/openapi", "/api/docs", "/schema/openapi.json"):
        answer = await ada.get(path)
        assert b"cdn" not in answer.content and b'<script src="http' not in answer.content


def test_the_description_names_every_noun_the_app_knows() -> None:
    told = json.loads(openapi())
    assert told["openapi"].startswith("3.1") and told["info"]["version"] == VERSION
    nouns = set(told["components"]["schemas"])
    assert {"Item", "Score", "Pick", "Evidence", "Person", "Device", "Source", "Session", "Job"} <= nouns
    assert {"PersonCode", "SourceOut", "Suggestion", "Problem", "FeedPage", "ItemPage", "ItemDetail"} <= nouns
    assert {"Part", "Neighbour", "Why", "Facets", "EventIn", "Receipt", "RefusedEvent", "TasteOut"} <= nouns
    verbs = {(verb, path) for path, verbs in told["paths"].items() for verb in verbs}
    assert ("post", "/api/events") in verbs and ("get", "/api/items/{item_id}/why") in verbs
    assert all(one.get("description") for verbs in told["paths"].values() for one in verbs.values())


def test_the_version_is_that_of_the_package() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION
