"""A site of models of one's own, which leads to another host for large files, breaks off, lies, is busy."""

import asyncio
import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace
from tests import graphs
from tests.internet import OTHER, PUBLIC, Asked, World, said

from anagnorisis.embed.catalogue import Known, Wanted

SITE, CDN = "http://hub.example", "http://cdn.example"
REVISION = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "someone/eyes"


def weighty(body: bytes, more: int) -> bytes:
    """A graph with so many further bytes that say nothing, in a field of its own at the end (doc_string)."""
    text = b"x" * more
    size, head = len(text), bytearray()
    while size > 127:
        head.append(size & 127 | 128)
        size >>= 7
    return body + b"\x32" + bytes([*head, size]) + text


def known_eyes(folder: Path, more: int = 3_000_000, pinned: bool = True) -> tuple[Known, dict[str, bytes]]:
    """A known model of pictures, and its files by their path in the repository."""
    told = graphs.picture_model(folder, weighty(graphs.picture_graph(), more))
    files = {f"onnx/{name}": (folder / name).read_bytes() for name in told.files}
    wanted = {
        name: Wanted(f"onnx/{name}", one.bytes, one.sha256) if pinned else Wanted(f"onnx/{name}")
        for name, one in told.files.items()
    }
    made = Known(
        name="eyes",
        kind="image",
        title="Eyes",
        says="Sees.",
        licence="CC0-1.0",
        licence_url="https://example.org/cc0",
        source="made by a test",
        repository=REPOSITORY,
        revision=REVISION,
        memory_mb=1,
        proof="made by a test" if pinned else "",
        files=wanted,
        content=replace(told.content, file="model.onnx"),
    )
    return made, files


class Hub:
    """Answers at `hub.example`, and for large files at `cdn.example`."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self.trouble: list[str] = []
        """What befalls the next answers with a file, one each: 429, 500, 404, "cut", "hang"."""
        self.rest_s = 0
        """What it asks for with them."""
        self.lies = False
        self.forgetful = False
        """It gives no parts."""
        self.gate = asyncio.Event()
        """Set: what hangs goes on."""

    async def serve(self, world: World) -> None:
        """Be in the internet of a test."""
        world.names |= {"hub.example": [[PUBLIC]], "cdn.example": [[OTHER]]}
        await world.serve(PUBLIC, self.site)
        await world.serve(OTHER, self.cdn)

    async def site(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        """The site itself: what its files are, and where they are given."""
        if asked.path == f"/api/models/{REPOSITORY}/tree/{REVISION}?recursive=true":
            entries = [
                {"type": "file", "path": path, "oid": "0" * 40, "size": len(body)}
                | {"lfs": {"oid": hashlib.sha256(body).hexdigest(), "size": len(body), "pointerSize": 134}}
                for path, body in self.files.items()
            ]
            writer.write(said("200 OK", msgspec.json.encode(entries)))
            return
        path = asked.path.removeprefix(f"/{REPOSITORY}/resolve/{REVISION}/")
        writer.write(said("302 Found", location=f"{CDN}/{path}?signed=yes", x_linked_size="1"))

    async def cdn(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        """The host of large files."""
        trouble = self.trouble.pop(0) if self.trouble else ""
        if trouble.isdigit():
            writer.write(said(f"{trouble} Trouble", retry_after=str(self.rest_s)))
            return
        body = self.files[asked.path.removeprefix("/").removesuffix("?signed=yes")]
        body = bytes(reversed(body)) if self.lies else body
        start, tag = 0, f'"{hashlib.md5(body).hexdigest()}"'
        if "range" in asked.headers and not self.forgetful and asked.headers.get("if-range", tag) == tag:
            start = int(asked.headers["range"].removeprefix("bytes=").removesuffix("-"))
        status = "206 Partial Content" if start else "200 OK"
        span = {"content_range": f"bytes {start}-{len(body) - 1}/{len(body)}"} if start else {}
        whole = said(status, body[start:], etag=tag, **span)
        if trouble:
            half = len(whole) - (len(body) - start) // 2
            writer.write(whole[:half])
            await writer.drain()
            if trouble == "hang":
                await self.gate.wait()
                writer.write(whole[half:])
            return
        writer.write(whole)
