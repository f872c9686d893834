"""How the house is served, from its settings: what is filled in, kept fresh, and let out for it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.server.auth.certificates.acme_server import AcmeServer
from tests.server.auth.certificates.test_ordered import HOOK, NAME

from anagnorisis.api import secured as module
from anagnorisis.api.entrance import Entrance, Renewal
from anagnorisis.api.secured import secured
from anagnorisis.auth.certificates.authority import new_authority
from anagnorisis.auth.hosts import Hosts
from anagnorisis.config import Settings
from anagnorisis.domain import BadValue
from anagnorisis.egress.client import Egress
from anagnorisis.egress.pace import Pace
from anagnorisis.egress.refusals import SwitchedOff
from anagnorisis.store import ledger
from anagnorisis.store.db import Store

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def egress(store: Store) -> Egress:
    return Egress(store, "Anagnorisis/test", pace=Pace(0.0))


@pytest.fixture
async def settings(tmp_path: Path, serving) -> AsyncIterator[Settings]:
    """A house with a domain, an authority on loopback, and a hook that writes into a folder."""
    (tmp_path / "dns").mkdir()
    hook = tmp_path / "hook"
    hook.write_text(HOOK.format(tmp_path / "dns"))
    hook.chmod(0o755)
    server = AcmeServer(tmp_path / "dns", new_authority([NAME], NOW), NOW, timedelta(days=60))
    async with serving(server) as address:
        yield Settings(
            data=tmp_path / "data",
            tls="acme",
            names=(NAME,),
            acme_directory=f"http://localhost:{urlsplit(address).port}/directory",
            acme_hook=hook,
        )


async def test_a_domain_of_ones_own_is_certified_by_way_of_egress(
    settings: Settings, egress: Egress, store: Store
) -> None:
    await egress.switch("certificates", True)
    await egress.allow("localhost")
    entrance, renewal = Entrance(port=443), Renewal()
    async with secured(settings, entrance, Hosts("::", [NAME]), egress, renewal) as served:
        assert isinstance(served.context, ssl.SSLContext) and served.guide is None
        assert (entrance.app, entrance.guide) == (f"https://{NAME}", f"https://{NAME}")
        with pytest.raises(BadValue, match="no authority of its own"):
            await renewal.renew()
    entries = await ledger.newest(store.read, 100)
    assert len(entries) > 5 and {(one.purpose, one.host) for one in entries} == {
        ("certificates", "localhost")
    }


async def test_nothing_is_asked_for_until_somebody_switched_it_on(
    settings: Settings, egress: Egress, store: Store
) -> None:
    with pytest.raises(SwitchedOff, match="Certificates"):
        async with secured(settings, Entrance(), Hosts("::", []), egress, Renewal()):
            pass
    assert await ledger.newest(store.read, 100) == []


async def test_without_the_library_it_says_what_to_install(
    settings: Settings, egress: Egress, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name="acme")

    monkeypatch.setattr(module, "import_module", missing)
    with pytest.raises(BadValue, match=r"pip install 'anagnorisis\[acme\]'"):
        async with secured(settings, Entrance(), Hosts("::", []), egress, Renewal()):
            pass


async def test_files_that_were_replaced_are_taken_up_while_the_house_is_served(
    tmp_path: Path, egress: Egress, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "LOOKS_S", 0.02)
    own = Settings(data=tmp_path / "made", tls="own", announce=False)
    leaf = own.data / "certificates/leaf.pem"
    async with secured(own, Entrance(), Hosts("::", []), egress, Renewal()):
        given = Settings(data=tmp_path, tls="files", cert=leaf, key=leaf)
    async with secured(given, Entrance(), Hosts("::", []), egress, Renewal()), asyncio.timeout(20):
        whole = leaf.read_bytes()
        leaf.write_bytes(b"half of it")
        while "The old certificate stays in force" not in caplog.text:
            await asyncio.sleep(0.02)
        leaf.write_bytes(whole)
        while "The new certificate is in force" not in caplog.text:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("said", "app"),
    [
        ({}, "http://127.0.0.1:8765"),
        ({"tls": "proxy", "trusted_proxies": ("10.0.0.2",), "names": ("music.org",)}, "https://music.org"),
        ({"tls": "proxy", "trusted_proxies": ("10.0.0.2",), "host": "::1"}, "http://[::1]:8765"),
    ],
)
async def test_what_is_served_plainly_is_named_as_devices_reach_it(
    said: dict[str, str], app: str, egress: Egress
) -> None:
    entrance = Entrance(port=8765)
    async with secured(Settings(**said), entrance, Hosts("::", []), egress, Renewal()) as served:
        assert served.context is None and entrance.app == app
