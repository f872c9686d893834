"""What a device learns before it is let in: `/hello` and the install page; who may read them."""

from collections.abc import AsyncIterator

import httpx
import pytest

from anagnorisis.api.entrance import Entrance, picture
from anagnorisis.api.rooms import Rooms


@pytest.fixture
async def at_home(rooms: Rooms, stranger: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """The house as phones know it: a guide on port 8080, a tag, a name."""
    rooms.entrance.scheme, rooms.entrance.host, rooms.entrance.port = "https", "anagnorisis.local", 8765
    rooms.entrance.guide_port, rooms.entrance.tag = 8080, "7F3A"
    rooms.entrance.addresses = ("192.168.1.5", "fd00::5")
    rooms.hosts.know(["anagnorisis.local"])
    yield stranger


async def test_hello_names_the_house_its_tag_and_its_ways_in(at_home: httpx.AsyncClient) -> None:
    answer = await at_home.get("/hello")
    assert answer.json() == {
        "house": "anagnorisis",
        "app": "https://anagnorisis.local:8765",
        "others": ["https://192.168.1.5:8765"],
        "tag": "7F3A",
    }
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "origin", ["http://anagnorisis.local:8080", "http://127.0.0.1:8080", "http://localhost:8080"]
)
async def test_the_guide_under_any_name_of_the_house_may_read_it(
    origin: str, at_home: httpx.AsyncClient
) -> None:
    answer = await at_home.get("/hello", headers={"origin": origin})
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["vary"] == "origin"


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example:8080",
        "http://anagnorisis.local:8081",
        "https://anagnorisis.local:8080",
        "http://anagnorisis.local",
        "http://anagnorisis.local.evil.example:8080",
        "http://anagnorisis.local:port",
        "null",
        "",
    ],
)
async def test_no_other_origin_may_read_it(origin: str, at_home: httpx.AsyncClient) -> None:
    answer = await at_home.get("/hello", headers={"origin": origin})
    assert "access-control-allow-origin" not in answer.headers


async def test_no_other_path_lets_the_guide_read_it(at_home: httpx.AsyncClient) -> None:
    for path in ("/", "/install", "/api/session", "/api/entrance", "/media/" + "0" * 32):
        answer = await at_home.get(path, headers={"origin": "http://anagnorisis.local:8080"})
        assert "access-control-allow-origin" not in answer.headers, path


async def test_the_install_page_and_its_files_answer_without_a_session(at_home: httpx.AsyncClient) -> None:
    page = await at_home.get("/install")
    assert page.status_code == 200 and "Add to Home Screen" in page.text
    assert "trusted-types 'none'" in page.headers["content-security-policy"]
    for name in ("guide.css", "install.js", "device.js"):
        assert (await at_home.get(f"/install/{name}")).status_code == 200
        assert f"/install/{name}" in page.text or name == "device.js"
    assert (await at_home.post("/hello")).status_code == 405
    assert (await at_home.head("/hello")).content == b""


async def test_the_app_is_told_how_to_bring_in_a_phone(
    ada: httpx.AsyncClient, at_home: httpx.AsyncClient
) -> None:
    told = (await ada.get("/api/entrance")).json()
    assert (told["tag"], told["guide"], told["app"]) == (
        "7F3A",
        "http://192.168.1.5:8080",
        "https://anagnorisis.local:8765",
    )
    assert told["picture"].startswith("<svg") and told["open"] is True


async def test_a_house_for_one_machine_says_so(ada: httpx.AsyncClient) -> None:
    told = (await ada.get("/api/entrance")).json()
    assert (told["open"], told["tag"]) == (False, "")


@pytest.mark.parametrize(
    ("entrance", "app", "guide"),
    [
        (Entrance("http", "127.0.0.1", 8765), "http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        (Entrance("https", "a.local", 443), "https://a.local", "https://a.local"),
        (Entrance("https", "::1", 443), "https://[::1]", "https://[::1]"),
        (Entrance("https", "a.local", 8765, 8080), "https://a.local:8765", "http://a.local:8080"),
    ],
)
def test_addresses_are_written_as_browsers_write_them(entrance: Entrance, app: str, guide: str) -> None:
    assert (entrance.app, entrance.guide) == (app, guide)


def test_the_picture_differs_with_the_address() -> None:
    assert picture("http://192.168.1.5:8080") != picture("http://192.168.1.6:8080")


async def test_a_new_authority_needs_a_proof_is_written_down_and_shows_its_tag(
    ada: httpx.AsyncClient, rooms: Rooms
) -> None:
    async def renew() -> list[str]:
        rooms.entrance.tag = "9B2C"
        return []

    rooms.entrance.tag = "7F3A"
    refused = await ada.post("/api/entrance/authority")
    assert (refused.status_code, refused.json()["code"]) == (403, "nothing_to_confirm_with")
    assert (await ada.put("/api/security/password", json={"password": "correct horse"})).status_code == 204
    plain = await ada.post("/api/entrance/authority")
    assert plain.status_code == 400 and "no authority of its own" in plain.json()["detail"]
    rooms.renewal.renew = renew
    assert (await ada.post("/api/entrance/authority")).json()["tag"] == "9B2C"
    lines = [line["what"] for line in (await ada.get("/api/audit")).json()["lines"]]
    assert lines.count("made a new authority") == 1
