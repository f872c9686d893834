"""The door before every route: who gets in, under which name, from which page."""

import json

import httpx
import pytest
from litestar.routes import HTTPRoute

from anagnorisis.api.media import Media
from anagnorisis.api.rooms import Rooms
from anagnorisis.api.routes import application
from anagnorisis.api.shell import Shell
from anagnorisis.media import replies
from anagnorisis.media.replies import Receive, Scope, Send

MEDIA = [f"/media/{'0' * 32}{rest}" for rest in ("", "/small.webp", "/medium.webp", "/large.webp", "/text")]
OPEN = {
    ("POST", "/api/session"): 400,
    ("POST", "/api/pair/start"): 400,
    ("POST", "/api/pair/claim"): 400,
    ("GET", "/health"): 200,
}
"""What answers without a session, and with what status when nothing is given."""
FILLED = {
    "passkey": "9",
    "waiting": "9",
    "person": "9",
    "device": "9",
    "source": "1",
    "item_id": "0" * 32,
    "name": "scan",
    "verb": "pause",
    "host": "nas.home",
    "head": "9",
    "kind": "image",
    "which": "candidate",
    "digest": "0" * 32,
    "by": "album",
    "group_id": "0" * 16,
    "playlist": "9",
    "uuid": "9",
}
FOREIGN: list[dict[str, str]] = [
    {"x-anag": "0"},
    {"x-anag": ""},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:1"},
]
MISFITS = [
    ("POST", "/api/people", b"{", 400, "bad_value"),
    ("POST", "/api/people", b'{"name": 7}', 400, "bad_value"),
    ("POST", "/api/people", b'{"name": "B", "age": 7}', 400, "bad_value"),
    ("POST", "/api/people", b'{"name": ""}', 400, "bad_value"),
    ("POST", "/api/people", b"\xff", 400, "bad_value"),
    ("POST", "/api/people", b'{"name":"' + b"x" * (1 << 21) + b'"}', 413, "request_entity_too_large"),
    ("GET", "/api/feed?mode=loud", b"", 400, "bad_value"),
    ("GET", "/api/feed?limit=101", b"", 400, "bad_value"),
    ("GET", "/api/feed?limit=many", b"", 400, "bad_value"),
    ("GET", "/api/feed?keep=x", b"", 400, "bad_value"),
    ("GET", "/api/feed?after=zzz", b"", 400, "bad_value"),
    ("GET", "/api/items?after=zzz", b"", 400, "bad_value"),
    ("GET", "/api/nothing", b"", 404, "unknown"),
    ("DELETE", "/api/people", b"", 405, "method_not_allowed"),
    ("GET", "/media/zz", b"", 404, "unknown"),
    ("GET", MEDIA[0] + "/huge.webp", b"", 404, "unknown"),
    ("GET", MEDIA[0], b"", 404, "unknown"),
    ("GET", MEDIA[1], b"", 404, "unknown"),
    ("GET", MEDIA[4], b"", 404, "unknown"),
]


def every_route() -> list[tuple[str, str]]:
    """(method, address) of all that the API and the media answer."""
    found = [("GET", path) for path in MEDIA] + [("HEAD", path) for path in MEDIA]
    for route in application(None).routes:
        assert isinstance(route, HTTPRoute)
        path = route.path_format.format(**FILLED)
        found += [(method, path) for method in sorted(route.methods - {"OPTIONS"})]
    return found


def test_the_walk_over_the_routes_meets_all_of_them() -> None:
    found = every_route()
    assert {("POST", "/api/events"), ("GET", "/api/feed"), ("GET", "/api/changes")} <= set(found)
    assert len(found) > 30


async def test_nothing_answers_without_a_session(stranger: httpx.AsyncClient) -> None:
    for method, path in every_route():
        for cookie in ("", "__Host-anag=made-up", "other=1; __Host-anag="):
            answer = await stranger.request(method, path, headers={"cookie": cookie})
            if (method, path) in OPEN:
                assert answer.status_code == OPEN[method, path]
                continue
            assert answer.status_code == 401, (method, path, answer.text)
            assert method == "HEAD" or answer.json()["code"] == "no_session"


async def test_an_address_that_leads_nowhere_tells_a_stranger_nothing(stranger: httpx.AsyncClient) -> None:
    for path in ("/api", "/api/", "/api/nothing", "/api/session/", "/api//session", "/media/"):
        answer = await stranger.post(path, json={})
        assert answer.status_code in {401, 405}, (path, answer.text)


async def test_a_foreign_host_name_is_turned_away_everywhere(ada: httpx.AsyncClient) -> None:
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "192.168.1.9"):
        for path in ("/", "/api/session", MEDIA[0]):
            answer = await ada.get(path, headers={"host": host})
            assert (answer.status_code, answer.json()["code"]) == (421, "wrong_host")


async def test_no_page_of_another_site_changes_anything(ada: httpx.AsyncClient) -> None:
    for headers in FOREIGN:
        answer = await ada.post("/api/people", json={"name": "Eve"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin"), headers
    assert [person["name"] for person in (await ada.get("/api/people")).json()] == ["Ada"]


async def test_what_does_not_fit_is_refused_as_a_problem(ada: httpx.AsyncClient) -> None:
    for method, path, body, status, code in MISFITS:
        answer = await ada.request(method, path, content=body, headers={"content-type": "application/json"})
        told = json.loads(answer.content)
        assert (answer.status_code, told["status"], told["code"]) == (status, status, code), (path, told)
        assert answer.headers["content-type"] == "application/problem+json" and told["detail"]


async def test_our_own_page_may_change_things(ada: httpx.AsyncClient, address: str) -> None:
    headers = {"sec-fetch-site": "same-origin", "origin": address}
    assert (await ada.post("/api/people", json={"name": "Bob"}, headers=headers)).status_code == 201


async def test_no_page_of_another_site_may_look_but_a_link_may_be_followed(ada: httpx.AsyncClient) -> None:
    image = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
    framed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert (await ada.get("/api/people", headers=image)).status_code == 403
    assert (await ada.get("/api/people", headers=framed)).status_code == 403
    assert (await ada.get("/api/people", headers=link)).status_code == 200
    assert (await ada.get("/", headers=link)).status_code in {200, 503}


async def test_every_answer_is_locked_down(ada: httpx.AsyncClient, stranger: httpx.AsyncClient) -> None:
    for answer in (await ada.get("/"), await ada.get("/api/session"), await stranger.get("/api/session")):
        policy = dict(rule.split(" ", 1) for rule in answer.headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'" and policy["frame-ancestors"] == "'none'"
        assert policy["script-src"] == "'self'" and policy["require-trusted-types-for"] == "'script'"
        assert policy["frame-src"] == "'self'"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-anag-api"] == "1"


async def test_a_refusal_is_a_problem_with_a_code_and_a_sentence(ada: httpx.AsyncClient) -> None:
    item = "ab" * 16
    answer = await ada.get(f"/api/items/{item}")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "code": "unknown",
        "detail": "There is no such item in this house.",
        "item": item,
    }


async def test_a_change_of_media_is_not_offered(ada: httpx.AsyncClient) -> None:
    assert (await ada.post(MEDIA[0])).headers["allow"] == "GET, HEAD"


async def test_a_fault_of_ours_is_told_without_its_insides(
    ada: httpx.AsyncClient, rooms: Rooms, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ZeroDivisionError("secret of the insides")

    monkeypatch.setattr(rooms.board, "rows", fail)
    answer = await ada.get("/api/jobs")
    assert (answer.status_code, answer.json()["code"]) == (500, "broken")
    assert "secret" not in answer.text and "secret of the insides" in caplog.text


async def test_a_fault_behind_the_media_or_the_app_is_told_and_noted_too(
    ada: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(*_: object) -> None:
        raise RuntimeError("secret insides")

    monkeypatch.setattr(Media, "__call__", fails)
    monkeypatch.setattr(Shell, "__call__", fails)
    for path in (MEDIA[0], "/library"):
        caplog.clear()
        answer = await ada.get(path)
        assert (answer.status_code, answer.json()["code"]) == (500, "broken")
        assert answer.headers["content-type"] == "application/problem+json"
        assert "secret" not in answer.text and "secret insides" in caplog.text


async def test_an_answer_that_breaks_off_is_not_taken_for_whole(
    ada: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def half(_self: object, _scope: Scope, _receive: Receive, send: Send) -> None:
        await replies.begin(send, 200, {"content-length": "10"})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise RuntimeError("the disk went")

    monkeypatch.setattr(Media, "__call__", half)
    with pytest.raises(httpx.RemoteProtocolError):
        await ada.get(MEDIA[0])
