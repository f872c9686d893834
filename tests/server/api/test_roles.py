"""Who may ask what: the table is complete, and the real house keeps to it for every role."""

import re

import httpx
import pytest
from litestar.routes import HTTPRoute

from anagnorisis import app
from anagnorisis.api.roles import CLOSED, TABLE, Roles, Rule
from anagnorisis.api.rooms import Rooms
from anagnorisis.api.routes import application
from anagnorisis.auth.refusals import WrongMethod
from anagnorisis.domain import ROLES, Unknown

FILLED = {
    "page": "",
    "item": "0" * 32,
    "item_id": "0" * 32,
    "form": "small.webp",
    "name": "scan",
    "verb": "pause",
}
OUTSIDE = {
    "GET /{page}",
    "GET /media/{item}",
    "GET /media/{item}/{form}",
    "GET /media/{item}/picture/{mark}",
}
"""Rows of what is answered by handlers of our own, not by a route."""


def filled(address: str) -> str:
    """An address of that form; numbers lead to nobody."""
    return re.sub(r"{(\w+)}", lambda part: FILLED.get(part[1], "999"), address)


def routes() -> set[str]:
    found = set()
    for route in application(None).routes:
        assert isinstance(route, HTTPRoute)
        found |= {f"{method} {route.path_format}" for method in route.methods - {"OPTIONS"}}
    return found


def test_every_route_has_a_row_and_every_row_leads_somewhere() -> None:
    assert len(routes()) > 25
    assert routes() == TABLE.keys() - OUTSIDE


def test_whatever_else_answers_has_rows_too(rooms: Rooms) -> None:
    below = [start for start in app.answering(rooms) if start not in {"/api/", "/"}]
    assert {"/media/", "/health", "/metrics"} <= set(below)
    assert [one for one in below if not any(row.split()[1].startswith(one) for row in TABLE)] == []
    assert set(CLOSED) < set(app.answering(rooms))


def test_only_the_app_itself_coming_in_and_being_alive_are_open_to_anyone() -> None:
    open_to_all = {row for row, rule in TABLE.items() if rule.least is None}
    coming_in = {"POST /api/session", "POST /api/pair/start", "POST /api/pair/claim"}
    assert open_to_all == {"GET /{page}", "GET /health"} | coming_in


@pytest.mark.parametrize(
    "address",
    [
        "/api/people/",
        "/api//people",
        "/api/people/x/role/",
        "/api/",
        "/api/none",
        "/media/",
        "/media//small.webp",
    ],
)
def test_an_address_without_a_row_is_not_answered_however_alike_it_is(address: str) -> None:
    with pytest.raises(Unknown):
        Roles().find("GET", address)


def test_another_method_is_not_answered_and_head_is_asked_as_get() -> None:
    roles = Roles()
    with pytest.raises(WrongMethod) as refused:
        roles.find("PUT", "/api/people")
    assert refused.value.allowed == ["GET", "POST"]
    assert roles.find("HEAD", "/media/x") == TABLE["GET /media/{item}"]
    assert roles.find("GET", "/deep/page/of/the/app") == Rule(None)
    with pytest.raises(WrongMethod):
        roles.find("OPTIONS", "/api/people")


def test_a_row_admits_its_role_and_the_greater_ones() -> None:
    admitted = [[role for role in ROLES if Rule(least).admits(role)] for least in ROLES]
    assert admitted == [list(ROLES[n:]) for n in range(len(ROLES))]


async def ask(client: httpx.AsyncClient, row: str) -> tuple[int, str]:
    """(status, code) of a request with an empty body; of a stream only how it begins."""
    method, address = row.split()
    async with client.stream(
        method, filled(address), json={} if method in {"POST", "PUT", "PATCH"} else None
    ) as answer:
        if answer.headers.get("content-type") != "application/problem+json":
            return answer.status_code, ""
        await answer.aread()
        return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("role", ROLES)
async def test_every_route_keeps_to_the_table_for_every_role(
    role: str, ada: httpx.AsyncClient, admit
) -> None:
    for row, rule in TABLE.items():
        async with await admit(role) as client:
            told = await ask(client, row)
        assert (told == (403, "role_too_small")) == (not rule.admits(role)), (row, told)
        proof = rule.confirm and not rule.unless_first and rule.admits(role)
        assert (told == (403, "nothing_to_confirm_with")) == proof, (row, told)
        assert told[0] < 500 and told[0] != 401, (row, told)


async def test_every_route_but_the_open_ones_asks_for_a_session(stranger: httpx.AsyncClient) -> None:
    for row, rule in TABLE.items():
        told = await ask(stranger, row)
        assert (told == (401, "no_session")) == (rule.least is not None), (row, told)


@pytest.fixture
async def proven(ada: httpx.AsyncClient) -> None:
    """Ada showed that it is her."""
    assert (await ada.put("/api/security/password", json={"password": "correct horse"})).status_code == 204


@pytest.mark.usefixtures("proven")
async def test_a_role_that_was_taken_away_counts_at_once(ada: httpx.AsyncClient, admit, rooms: Rooms) -> None:
    bob = await admit("owner")
    assert (await bob.post("/api/people", json={"name": "Eve"})).status_code == 201
    (number,) = [one["id"] for one in (await ada.get("/api/people")).json() if one["name"] == "owner 1"]
    assert (await ada.put(f"/api/people/{number}/role", json={"role": "guest"})).json()["role"] == "guest"
    refused = await bob.post("/api/people", json={"name": "Sam"})
    assert (refused.status_code, refused.json()["code"]) == (403, "role_too_small")
    assert "Guests listen and rate" in refused.json()["detail"]
    await bob.aclose()


@pytest.mark.usefixtures("proven")
async def test_the_last_owner_cannot_step_down(ada: httpx.AsyncClient) -> None:
    answer = await ada.put("/api/people/1/role", json={"role": "member"})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


async def test_no_row_is_answered_under_a_foreign_name(ada: httpx.AsyncClient) -> None:
    for row in TABLE:
        method, address = row.split()
        for host in ("evil.example", "192.168.77.77", "localhost.evil.example:80"):
            answer = await ada.request(method, filled(address), headers={"host": host})
            assert (answer.status_code, answer.json()["code"]) == (421, "wrong_host"), (row, host)


async def test_no_row_below_the_closed_addresses_answers_a_page_of_another_site(
    ada: httpx.AsyncClient,
) -> None:
    foreign = ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"})
    for row in TABLE:
        method, address = row.split()
        for headers in foreign if filled(address).startswith(CLOSED) else ():
            answer = await ada.request(method, filled(address), headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin"), (row, headers)
    assert (await ada.get("/api/session")).status_code == 200, "nothing was carried out"
