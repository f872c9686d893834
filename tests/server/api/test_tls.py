"""A renewed certificate is taken up in place: what plays goes on, and who comes anew meets the new one."""

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from anagnorisis.api import server
from anagnorisis.api.tls import Live
from anagnorisis.auth.certificates.authority import Authority, key_pem, new_authority
from anagnorisis.auth.certificates.kept import Files, Given
from anagnorisis.auth.certificates.leaf import new_leaf
from anagnorisis.auth.certificates.profile import pem
from anagnorisis.auth.certificates.reach import reach
from anagnorisis.config import Settings
from anagnorisis.domain import BadValue
from anagnorisis.media.ranges import Facts
from anagnorisis.media.replies import send_file

NOW = datetime.now(UTC)
LENGTH = 24_000_000
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
def ours() -> Authority:
    return new_authority([], NOW)


@pytest.fixture
def files(tmp_path: Path, ours: Authority) -> Files:
    files = Files(tmp_path / "c.pem", tmp_path / "k.pem")
    issue(ours, files)
    return files


def issue(ours: Authority, files: Files, days: int = 0) -> int:
    """Put a fresh certificate in place; its serial number."""
    leaf, key = new_leaf(ours, reach([], []), NOW + timedelta(days=days))
    for path, content in ((files.key, key_pem(key)), (files.certificate, leaf.public_bytes(Encoding.PEM))):
        path.with_suffix(".new").write_bytes(content)
        path.with_suffix(".new").rename(path)
    return leaf.serial_number


@asynccontextmanager
async def streaming(live: Live, path: Path) -> AsyncIterator[int]:
    """A server of the file at `path` on a free port, with the production settings of uvicorn."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        fd = os.open(path, os.O_RDONLY)
        try:
            facts = Facts('"one"', int(NOW.timestamp()), LENGTH)
            await send_file(scope, receive, send, fd, facts, {"content-type": "audio/wav"})
        finally:
            os.close(fd)

    closing = asyncio.Event()
    with server.bind(Settings(port=0)) as listening:
        serving = asyncio.create_task(server.serve([(server.config(app, live.context), listening)], closing))
        yield listening.getsockname()[1]
        closing.set()
        await serving


async def connect(port: int, ours: Authority) -> tuple[Line, int]:
    """A verified connection, and the serial number of what it was shown."""
    context = ssl.create_default_context(cadata=pem(ours).decode())
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=context, server_hostname="localhost"
    )
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    return (reader, writer), x509.load_der_x509_certificate(shown).serial_number


async def head(line: Line, first: int) -> bytes:
    """Ask for the file from byte `first` on; the answer's head."""
    line[1].write(f"GET / HTTP/1.1\r\nhost: localhost\r\nrange: bytes={first}-\r\n\r\n".encode())
    return await line[0].readuntil(b"\r\n\r\n")


async def test_a_stream_plays_on_through_a_renewal(tmp_path: Path, ours: Authority, files: Files) -> None:
    content = os.urandom(LENGTH)
    (tmp_path / "track").write_bytes(content)
    live = Live(Given(files))
    assert await live.refresh(reach([], []))
    async with streaming(live, tmp_path / "track") as port, asyncio.timeout(60):
        playing, first = await connect(port, ours)
        assert b" 206 " in await head(playing, 0)
        heard = await playing[0].readexactly(1_000_000)
        renewed = issue(ours, files)
        assert await live.refresh(reach([], []))
        newcomer, second = await connect(port, ours)
        assert (second, second != first) == (renewed, True)
        assert b" 206 " in await head(newcomer, LENGTH - 10)
        assert await newcomer[0].readexactly(10) == content[-10:]
        heard += await playing[0].readexactly(LENGTH - len(heard))
        assert heard == content, "the same bytes"
        assert b" 206 " in await head(playing, LENGTH - 5), "and the same connection goes on"
        assert await playing[0].readexactly(5) == content[-5:]
        for _, writer in (playing, newcomer):
            writer.close()


async def test_a_certificate_without_its_key_leaves_the_old_one_in_force(
    tmp_path: Path, ours: Authority, files: Files
) -> None:
    (tmp_path / "track").write_bytes(bytes(LENGTH))
    live = Live(Given(files))
    await live.refresh(reach([], []))
    async with streaming(live, tmp_path / "track") as port, asyncio.timeout(60):
        line, before = await connect(port, ours)
        line[1].close()
        key = files.key.read_bytes()
        issue(ours, files)
        files.key.write_bytes(key)
        with pytest.raises(BadValue, match=r"c\.pem with .*k\.pem cannot be used"):
            await live.refresh(reach([], []))
        line, after = await connect(port, ours)
        assert after == before
        line[1].close()


async def test_nothing_is_loaded_again_while_the_files_stay(files: Files) -> None:
    live = Live(Given(files))
    assert [await live.refresh(reach([], [])) for _ in range(3)] == [True, False, False]


@pytest.mark.parametrize("broken", ["missing", "no pem", "locked"])
async def test_files_that_cannot_be_used_are_named(broken: str, files: Files) -> None:
    if broken == "missing":
        files.key.unlink()
    elif broken == "no pem":
        files.key.write_text("not a key")
    else:
        key = load_pem_private_key(files.key.read_bytes(), None)
        files.key.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
        )
    with pytest.raises(BadValue, match="passphrase" if broken == "locked" else r"k\.pem"):
        await Live(Given(files)).refresh(reach([], []))


def test_nothing_older_than_tls_1_2_is_spoken(files: Files) -> None:
    assert Live(Given(files)).context.minimum_version == ssl.TLSVersion.TLSv1_2
