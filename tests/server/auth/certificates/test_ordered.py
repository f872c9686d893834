"""A certificate for a domain of one's own, from an authority on loopback that checks all it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from tests.server.auth.certificates.acme_server import AcmeServer

from anagnorisis.auth.certificates.authority import new_authority
from anagnorisis.auth.certificates.order import order
from anagnorisis.auth.certificates.ordered import Ordered
from anagnorisis.auth.certificates.reach import reach
from anagnorisis.auth.certificates.sender import Sent, Session
from anagnorisis.domain import BadValue, NotAllowed

NAME = "music.example.org"
NOWHERE = reach([], [])
HOOK = """#!/bin/sh
echo "$1 $2" >> {0}/said
case "$1" in present) echo "$3" > "{0}/$2";; cleanup) rm "{0}/$2";; esac
"""


@pytest.fixture
def hook(tmp_path: Path) -> Path:
    """Puts records into the folder `dns`."""
    (tmp_path / "dns").mkdir()
    path = tmp_path / "hook"
    path.write_text(HOOK.format(tmp_path / "dns"))
    path.chmod(0o755)
    return path


@pytest.fixture
def server(tmp_path: Path, moment: datetime) -> AcmeServer:
    return AcmeServer(tmp_path / "dns", new_authority([NAME], moment), moment, timedelta(days=60))


@pytest.fixture
async def directory(server: AcmeServer, serving) -> AsyncIterator[str]:
    async with serving(server) as address:
        yield f"{address}/directory"


async def send(method: str, url: str, headers: Mapping[str, str], content: bytes) -> Sent:
    """Straight to loopback."""
    async with httpx.AsyncClient() as client:
        answer = await client.request(method, url, headers=dict(headers), content=content)
    return Sent(answer.status_code, dict(answer.headers), answer.content)


@pytest.fixture
async def kept(tmp_path: Path, directory: str, hook: Path) -> Callable[[], Ordered]:
    """A house's certificates, as at each of its starts."""
    session = Session(send, asyncio.get_running_loop())

    def place(account, names):
        return order(session, directory, account, names, hook)

    return partial(Ordered, tmp_path / "data", [NAME], place)


def shown(data: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((data / "certificates/domain.pem").read_bytes())


async def test_a_certificate_is_ordered_proved_in_dns_and_kept(
    kept: Callable[[], Ordered], server: AcmeServer, moment: datetime, tmp_path: Path
) -> None:
    ours = kept()
    files = await asyncio.to_thread(ours.refresh, NOWHERE, moment)
    assert files and files.key.read_bytes().startswith(b"-----BEGIN PRIVATE KEY")
    shown(tmp_path / "data").verify_directly_issued_by(server.authority.certificate)
    said = (tmp_path / "dns/said").read_text().split("\n")
    assert said == [f"present _acme-challenge.{NAME}", f"cleanup _acme-challenge.{NAME}", ""]
    assert ours.refresh(NOWHERE, moment) is None
    assert kept().refresh(NOWHERE, moment) == files and len(server.orders) == 1
    assert {f.name: f.stat().st_mode & 0o777 for f in files.key.parent.iterdir()} == {
        "account.key": 0o600,
        "domain.pem": 0o600,
    }


async def test_it_is_renewed_by_the_same_account_with_a_third_of_its_life_left(
    kept: Callable[[], Ordered], server: AcmeServer, moment: datetime, tmp_path: Path
) -> None:
    ours = kept()
    await asyncio.to_thread(ours.refresh, NOWHERE, moment)
    first = shown(tmp_path / "data").serial_number
    assert await asyncio.to_thread(ours.refresh, NOWHERE, moment + timedelta(days=39)) is None
    assert await asyncio.to_thread(ours.refresh, NOWHERE, moment + timedelta(days=41))
    assert shown(tmp_path / "data").serial_number != first
    assert (len(server.accounts), len(server.orders)) == (1, 2)


async def test_a_renewal_that_fails_leaves_the_old_one_and_rests(
    kept: Callable[[], Ordered], server: AcmeServer, moment: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    ours, late = kept(), moment + timedelta(days=45)
    await asyncio.to_thread(ours.refresh, NOWHERE, moment)
    server.broken = True
    assert await asyncio.to_thread(ours.refresh, NOWHERE, late) is None
    assert "too many certificates" in caplog.text
    server.broken = False
    assert await asyncio.to_thread(ours.refresh, NOWHERE, late + timedelta(minutes=59)) is None
    assert await asyncio.to_thread(ours.refresh, NOWHERE, late + timedelta(minutes=61))


async def test_where_there_is_none_yet_the_reason_is_raised(
    kept: Callable[[], Ordered], server: AcmeServer, moment: datetime
) -> None:
    server.broken = True
    with pytest.raises(BadValue, match=f"no certificate for {NAME}.*too many certificates"):
        await asyncio.to_thread(kept().refresh, NOWHERE, moment)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("#!/bin/sh\nexit 0\n", "no TXT record"),
        ("#!/bin/sh\necho no such zone >&2; exit 3\n", "ended with 3: no such zone"),
        (None, "cannot be run"),
    ],
)
async def test_a_hook_that_does_not_answer_is_told(
    script: str | None, why: str, hook: Path, kept: Callable[[], Ordered], moment: datetime
) -> None:
    if script:
        hook.write_text(script)
    else:
        hook.chmod(0o644)
    with pytest.raises(BadValue, match=why):
        await asyncio.to_thread(kept().refresh, NOWHERE, moment)


async def test_what_may_not_go_out_stays_in(
    tmp_path: Path, hook: Path, directory: str, server: AcmeServer, moment: datetime
) -> None:
    async def refuse(*_: object) -> Sent:
        raise NotAllowed("First switch “Certificates” on.")

    session = Session(refuse, asyncio.get_running_loop())
    ours = Ordered(tmp_path / "data", [NAME], lambda a, n: order(session, directory, a, n, hook))
    with pytest.raises(NotAllowed, match="Certificates"):
        await asyncio.to_thread(ours.refresh, NOWHERE, moment)
    assert not server.accounts
