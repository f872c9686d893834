"""Multicast DNS between two responders of this machine, each on a loopback address of its own."""

from collections.abc import AsyncIterator
from ipaddress import ip_address

import pytest
from zeroconf import ServiceInfo

from anagnorisis.api.lan.discovery import SERVICES, Discovery

HERE, THERE = ip_address("127.0.0.1"), ip_address("127.0.0.2")


@pytest.fixture
async def ours() -> AsyncIterator[Discovery]:
    made = Discovery([HERE])
    yield made
    await made.close()


@pytest.fixture
async def theirs() -> AsyncIterator[Discovery]:
    made = Discovery([THERE])
    yield made
    await made.close()


async def test_a_name_is_free_until_another_machine_answers_to_it(ours: Discovery, theirs: Discovery) -> None:
    assert await theirs.taken("anagnorisis-t") == ""
    await ours.announce("anagnorisis-t", 8765, "7F3A")
    assert await theirs.taken("anagnorisis-t") == "127.0.0.1"
    assert await theirs.taken("anagnorisis-u") == ""


async def test_our_own_answer_is_no_conflict(ours: Discovery) -> None:
    await ours.announce("anagnorisis-t", 8765, "7F3A")
    again = Discovery([HERE])
    assert await again.taken("anagnorisis-t") == ""
    await again.close()


async def test_both_services_say_where_the_app_is(ours: Discovery, theirs: Discovery) -> None:
    await ours.announce("anagnorisis-t", 8765, "7F3A")
    for service in SERVICES:
        found = ServiceInfo(service, f"Anagnorisis 7F3A.{service}")
        assert await found.async_request(theirs._mdns.zeroconf, 3000)
        assert (found.server, found.port) == ("anagnorisis-t.local.", 8765)
        assert found.parsed_addresses() == ["127.0.0.1"]
        assert (found.properties[b"id"], found.properties[b"path"]) == (b"7F3A", b"/")


async def test_who_leaves_is_forgotten(theirs: Discovery) -> None:
    leaving = Discovery([HERE])
    await leaving.announce("anagnorisis-t", 8765, "7F3A")
    await leaving.close()
    assert await theirs.taken("anagnorisis-t") == ""
