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


def checkpoint_files(more: int = 3_000_000) -> dict[str, bytes]:
    """A repository with a sentence model whose weights say nothing, beside much that nobody may fetch."""
    steps = [{"type": f"sentence_transformers.models.{one}"} for one in ("Transformer", "Pooling")]
    return {
        "README.md": b"---\nlicense: cc0-1.0\n---\n# Tiny\n",
        "config.json": b'{"model_type": "bert", "auto_map": {"AutoModel": "modeling_tiny.Tiny"}}',
        "tokenizer.json": b"{}",
        "modules.json": msgspec.json.encode(steps),
        "1_Pooling/config.json": b'{"pooling_mode_cls_token": true}',
        "model.safetensors": bytes(range(256)) * (more // 256),
        **dict.fromkeys(UNWANTED, b"never"),
    }


UNWANTED = ("pytorch_model.bin", "modeling_tiny.py", "onnx/model.onnx", "2_Dense/model.safetensors", "tf.h5")


class Hub:
    """Answers at `hub.example`, and for large files at `cdn.example`."""

    def __init__(self, files: Mapping[str, bytes], small: bool = False) -> None:
        self.files = dict(files)
        self.small = {name for name in files if small and not name.endswith(".safetensors")}
        """Files that it gives itself, and of which it states git's name and no SHA-256."""
        self.branches = {"main": REVISION}
        self.card: dict[str, object] = {"license": "cc0-1.0"}
        self.gated: bool | str = False
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
        if asked.path.startswith(f"/api/models/{REPOSITORY}/revision/"):
            writer.write(self.told(asked.path.rpartition("/")[2].removesuffix("?blobs=true")))
            return
        path = asked.path.removeprefix(f"/{REPOSITORY}/resolve/{REVISION}/")
        if path in self.small:
            writer.write(said("200 OK", self.files[path]))
            return
        writer.write(said("302 Found", location=f"{CDN}/{path}?signed=yes", x_linked_size="1"))

    def told(self, wanted: str) -> bytes:
        """All that it says of the repository as it is on a branch."""
        if wanted not in self.branches:
            return said("404 Not Found")
        siblings = [{"rfilename": path, "size": len(body)} for path, body in self.files.items()]
        for one, (path, body) in zip(siblings, self.files.items(), strict=True):
            one["blobId"] = hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()
            if path not in self.small:
                one["lfs"] = {
                    "sha256": hashlib.sha256(body).hexdigest(),
                    "size": len(body),
                    "pointerSize": 134,
                }
        about = {"id": REPOSITORY, "sha": self.branches[wanted], "gated": self.gated, "cardData": self.card}
        return said("200 OK", msgspec.json.encode(about | {"siblings": siblings}))

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
