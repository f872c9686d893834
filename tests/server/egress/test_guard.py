"""Nothing at home is reached from outside, however it is spelled and whenever its name moves."""

import asyncio

import pytest
from tests.internet import BAD, OTHER, PUBLIC, World, saying

from anagnorisis.domain import BadValue
from anagnorisis.egress.client import Egress
from anagnorisis.egress.exchange import Ask
from anagnorisis.egress.pace import Pace
from anagnorisis.egress.refusals import AddressRefused, Unreachable
from anagnorisis.store import ledger
from anagnorisis.store.db import Store

LOOPBACK = [
    *("127.0.0.1", "127.1", "127.0.1", "127.0.0.1.", "127.0.0.1..", "localhost", "LOCALHOST", "localhost."),
    *("2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.1", "017700000001", "0177.0.0.1", "0177.0.0.01"),
    *("127.0.0.0x1", "127.000.000.001", "00127.0.0.1", "127.255.255.254", "0", "0.0.0.0", "0x0"),
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]"),
    *("[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]"),
    *("[2002:7f00:1::]", "[2001:0:7f00:1::]", "[::1%25lo]", "[fe80::1%25lo]", "[::1%lo]", "[fe80::1]"),
    *("１２７.０.０.１", "127。0。0。1", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "①②⑦.⓪.⓪.①", "%31%32%37.0.0.1", "127.0.0.1%00"),
    *(
        "site.example@127.0.0.1",
        "site.example:80@127.0.0.1",
        "127.0.0.1#@site.example",
        "127.0.0.1\\@x.example",
    ),
    *("169.254.169.254", "[::ffff:169.254.169.254]", "10.0.0.1", "192.168.0.1", "172.16.0.1", "100.64.0.1"),
    *("3232235521", "0xc0a80001", "[fd00::1]", "224.0.0.1", "255.255.255.255", "198.18.0.1", "[3fff::1]"),
]


@pytest.mark.parametrize("host", LOOPBACK)
async def test_no_spelling_of_an_address_at_home_is_connected(host: str, store: Store) -> None:
    """With the resolver and the wire of production, and a server that would answer on loopback."""
    hits: list[object] = []
    server = await asyncio.start_server(lambda *_: hits.append(1), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    house = Egress(store, "Anagnorisis/test", pace=Pace(0.0))
    await house.switch("feeds", True)
    spelled = host.replace("@", f":{port}@") if host.startswith("127") and "@" in host else host
    try:
        with pytest.raises((AddressRefused, BadValue)):
            await house.get("feeds", f"http://{spelled}:{port}/")
    finally:
        server.close()
    assert hits == []


def test_there_are_enough_spellings() -> None:
    assert len(set(LOOPBACK)) >= 60


async def test_a_name_is_refused_if_any_of_its_addresses_is_bad(egress: Egress, world: World) -> None:
    await world.serve(PUBLIC, saying("200 OK"))
    for addresses in ([PUBLIC, BAD], [BAD, PUBLIC], ["::1", PUBLIC], [PUBLIC, "fe80::1%eth0"]):
        world.names["site.example"] = [addresses]
        with pytest.raises(AddressRefused, match="which is not on the internet"):
            await egress.get("feeds", "http://site.example/")
    assert world.connected == []


async def test_the_address_that_was_judged_is_the_one_connected(egress: Egress, world: World) -> None:
    await world.serve(PUBLIC, saying("200 OK", b"public"))
    await world.serve(BAD, saying("200 OK", b"secret of the router"))
    world.names["site.example"] = [[PUBLIC], [BAD]]
    assert (await egress.get("feeds", "http://site.example/")).body == b"public"
    assert world.looked_up == ["site.example"] and world.connected == [PUBLIC]
    with pytest.raises(AddressRefused):
        await egress.get("feeds", "http://site.example/")
    assert world.connected == [PUBLIC]


async def test_a_name_that_moves_home_between_two_hops_is_refused(egress: Egress, world: World) -> None:
    await world.serve(PUBLIC, saying("302 Found", location="http://site.example/again"))
    await world.serve(BAD, saying("200 OK", b"secret of the router"))
    world.names["site.example"] = [[PUBLIC], [BAD]]
    with pytest.raises(AddressRefused):
        await egress.get("feeds", "http://site.example/")
    assert world.connected == [PUBLIC]


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/",
        "//127.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://router.example/",
        "http://localhost:8765/api/session",
        "http://site.example@127.0.0.1/",
        "file:///etc/passwd",
        "http://192.168.1.7:80",
    ],
)
async def test_no_redirect_leads_home(location: str, egress: Egress, world: World) -> None:
    await world.serve(PUBLIC, saying("301 Moved", location=location))
    await world.serve(BAD, saying("200 OK", b"secret"))
    await world.serve("127.0.0.1", saying("200 OK", b"secret"))
    world.names |= {"router.example": [[BAD]], "localhost": [["127.0.0.1"]]}
    with pytest.raises((AddressRefused, BadValue)):
        await egress.get("feeds", "http://site.example/")
    assert world.connected == [PUBLIC]


async def test_a_machine_at_home_is_reached_by_the_name_that_was_allowed(
    egress: Egress, world: World
) -> None:
    await world.serve(BAD, saying("200 OK", b"from the shelf"))
    world.names |= {"nas.home": [[BAD]], "evil.example": [[BAD]]}
    with pytest.raises(AddressRefused, match="allow its name"):
        await egress.get("feeds", "http://nas.home:8080/feed")
    assert await egress.allow("NAS.home.") == "nas.home"
    assert (await egress.get("feeds", "http://nas.home:8080/feed")).body == b"from the shelf"
    assert world.asked[-1].headers["host"] == "nas.home:8080"
    for url in ("http://evil.example/", f"http://{BAD}/"):
        with pytest.raises(AddressRefused):
            await egress.get("feeds", url)
    await egress.forbid("nas.home")
    with pytest.raises(AddressRefused):
        await egress.get("feeds", "http://nas.home:8080/feed")


async def test_nothing_on_the_internet_leads_to_a_machine_at_home(egress: Egress, world: World) -> None:
    world.names |= {"nas.home": [[BAD]], "old.home": [["10.0.0.4"]]}
    await world.serve(PUBLIC, saying("302 Found", location="http://nas.home/delete"))
    await world.serve("10.0.0.4", saying("302 Found", location="http://nas.home/feed"))
    await world.serve(BAD, saying("200 OK", b"from the shelf"))
    for name in ("nas.home", "old.home"):
        await egress.allow(name)
    with pytest.raises(AddressRefused):
        await egress.get("feeds", "http://site.example/")
    assert BAD not in world.connected
    assert (await egress.get("feeds", "http://old.home/")).body == b"from the shelf"
    with pytest.raises(AddressRefused):
        async with egress.stream("feeds", "http://nas.home/", Ask(home=False)):
            pass


async def test_an_address_that_does_not_answer_makes_room_for_the_next(egress: Egress, world: World) -> None:
    world.names["site.example"] = [["2606:4700::1", PUBLIC]]
    await world.serve(PUBLIC, saying("200 OK", b"here"))
    assert (await egress.get("feeds", "http://site.example/")).body == b"here"
    assert world.connected == ["2606:4700::1", PUBLIC]


async def test_names_that_lead_nowhere_are_told_and_noted(egress: Egress, world: World, store: Store) -> None:
    with pytest.raises(Unreachable, match=r"nothere\.example has no address"):
        await egress.get("feeds", "http://nothere.example/")
    world.names["site.example"] = [[OTHER]]
    with pytest.raises(Unreachable, match=r"The connection to site\.example failed"):
        await egress.get("feeds", "http://site.example/")
    noted = await ledger.newest(store.read, 10)
    assert [(one.host, one.status, bool(one.outcome)) for one in noted] == [
        ("site.example", None, True),
        ("nothere.example", None, True),
    ]
