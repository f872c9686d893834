"""The house follows its network: name, certificate, announcement and allow-list change together."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509

from anagnorisis.api.entrance import Entrance
from anagnorisis.api.lan.discovery import Discovery
from anagnorisis.api.lan.front import Front
from anagnorisis.api.lan.name import keep_name, kept_name
from anagnorisis.auth.certificates.leaf import spoken_for
from anagnorisis.auth.certificates.own import Own
from anagnorisis.auth.hosts import Hosts
from anagnorisis.config import Settings
from anagnorisis.domain import BadValue


def leaf_in(settings: Settings) -> x509.Certificate:
    return x509.load_pem_x509_certificate((settings.data / "certificates/leaf.pem").read_bytes())


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def following(front: Front):
    task = asyncio.create_task(front.follow())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.fixture
def front(settings: Settings, entrance: Entrance, hosts: Hosts, network) -> Front:
    return Front(settings, entrance, hosts)


async def test_the_first_start_takes_the_first_name_and_keeps_it(
    front: Front, settings: Settings, entrance: Entrance, hosts: Hosts
) -> None:
    await front.prepare()
    assert (entrance.host, kept_name(settings.data)) == ("anagnorisis.local", "anagnorisis")
    assert "anagnorisis.local" in spoken_for(leaf_in(settings)).names
    hosts.check("anagnorisis.local:8765", "192.168.1.5")
    assert len(entrance.tag) == 4 and isinstance(front.tls.context, ssl.SSLContext)


async def test_where_the_name_is_taken_the_next_one_is_chosen_for_ever(
    front: Front, settings: Settings, entrance: Entrance, hosts: Hosts
) -> None:
    other = Discovery([ip_address("127.0.0.2")])
    await other.announce("anagnorisis", 8765, "AAAA")
    await front.prepare()
    await other.close()
    assert entrance.host == "anagnorisis-2.local"
    assert "anagnorisis-2.local" in spoken_for(leaf_in(settings)).names
    again = Front(settings, entrance, hosts)
    await again.prepare()
    assert entrance.host == "anagnorisis-2.local", "the other is gone, and the origin stays"


async def test_the_house_answers_to_its_name_and_falls_silent_when_it_ends(front: Front) -> None:
    await front.prepare()
    asking = Discovery([ip_address("127.0.0.2")])
    async with following(front):
        async with asyncio.timeout(20):
            while not await asking.taken("anagnorisis"):
                pass
    after = Discovery([ip_address("127.0.0.3")])
    assert await after.taken("anagnorisis") == ""
    await asking.close()
    await after.close()


async def test_a_new_address_is_followed_by_certificate_and_announcement(
    front: Front, settings: Settings, entrance: Entrance, network
) -> None:
    await front.prepare()
    before = leaf_in(settings).serial_number
    network.addresses = (ip_address("127.0.0.4"), ip_address("127.0.0.1"))
    asking = Discovery([ip_address("127.0.0.2")])
    async with following(front):
        await until(lambda: leaf_in(settings).serial_number != before)
        assert ip_address("127.0.0.4") in spoken_for(leaf_in(settings)).addresses
        assert entrance.addresses == ("127.0.0.4", "127.0.0.1")
        async with asyncio.timeout(20):
            while not await asking.taken("anagnorisis"):
                pass
    await asking.close()


async def test_a_new_authority_is_served_at_once(
    front: Front, entrance: Entrance, settings: Settings
) -> None:
    await front.prepare()
    before = entrance.tag, leaf_in(settings).issuer
    said = await front.renew_authority()
    assert entrance.tag in said[0] and (entrance.tag, leaf_in(settings).issuer) != before


async def test_a_kept_name_that_another_machine_took_is_not_fought_over(
    front: Front, entrance: Entrance, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    keep_name(settings.data, "anagnorisis-7")
    other = Discovery([ip_address("127.0.0.2")])
    await other.announce("anagnorisis-7", 8765, "AAAA")
    kept = Front(settings, entrance, Hosts("::", []))
    await kept.prepare()
    async with following(kept):
        await until(lambda: "answers to anagnorisis-7.local too" in caplog.text)
    assert entrance.host == "anagnorisis-7.local"
    await other.close()


async def test_a_renewal_that_fails_is_told_and_tried_again(
    front: Front, settings: Settings, network, caplog: pytest.LogCaptureFixture
) -> None:
    await front.prepare()
    folder = settings.data / "certificates"
    (folder / ".leaf.pem.new").mkdir()  # in the way of writing, for root too
    network.addresses = (ip_address("127.0.0.5"),)
    async with following(front):
        await until(lambda: "could not be renewed" in caplog.text)
        (folder / ".leaf.pem.new").rmdir()
        await until(lambda: ip_address("127.0.0.5") in spoken_for(leaf_in(settings)).addresses)


async def test_a_clock_that_fell_behind_is_told_at_the_start(
    settings: Settings, entrance: Entrance, hosts: Hosts, network, caplog: pytest.LogCaptureFixture
) -> None:
    Own(settings.data, (), datetime.now(UTC) + timedelta(days=365))
    await Front(settings, entrance, hosts).prepare()
    assert "phones will refuse its certificate" in caplog.text


def test_a_name_that_is_none_is_refused_with_its_file(tmp_path: Path) -> None:
    assert kept_name(tmp_path) is None
    (tmp_path / "lan-name").write_text("../etc\n")
    with pytest.raises(BadValue, match="lan-name holds"):
        kept_name(tmp_path)
    keep_name(tmp_path, "anagnorisis-3")
    assert kept_name(tmp_path) == "anagnorisis-3"


def test_the_certificates_of_a_front_are_those_on_disk(front: Front, settings: Settings) -> None:
    assert Own(settings.data, (), datetime.now(UTC)).authority.tag == front._own.authority.tag
