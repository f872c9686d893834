"""What the site says of a model's files is taken only where it says all of it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest
from tests.hub import SITE, Hub, known_eyes
from tests.internet import PUBLIC, World, saying

from anagnorisis.domain import Refused
from anagnorisis.egress.client import Egress
from anagnorisis.egress.pace import Pace
from anagnorisis.egress.refusals import Unreachable
from anagnorisis.library.stated import stated
from anagnorisis.store.db import Store


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with AsyncExitStack() as later:
        made = World(later)
        made.names = {"hub.example": [[PUBLIC]]}
        yield made


@pytest.fixture
async def egress(store: Store, world: World) -> Egress:
    made = Egress(store, "Anagnorisis/test", resolve=world.resolve, wire=world, pace=Pace(0.0))
    await made.switch("models", True)
    return made


async def test_each_file_has_its_digest_and_size(egress: Egress, world: World, tmp_path: Path) -> None:
    one, files = known_eyes(tmp_path / "eyes", more=1000)
    await Hub({**files, "onnx/other.onnx": b"other"}).serve(world)
    assert await stated(egress, SITE, one) == one.sums


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ([], "states no SHA-256 for onnx/model.onnx"),
        ([{"path": "onnx/model.onnx", "oid": "0" * 40, "size": 9}], "states no SHA-256"),
        ([{"path": "onnx/model.onnx", "lfs": {"oid": "0" * 40, "size": 9}}], "states no SHA-256"),
        ([{"path": "onnx/model.onnx", "lfs": {"oid": "0" * 64, "size": 0}}], "states no SHA-256"),
    ],
)
async def test_a_file_of_which_it_says_nothing_is_not_fetched_blindly(
    egress: Egress, world: World, tmp_path: Path, entries: list[object], why: str
) -> None:
    await world.serve(PUBLIC, saying("200 OK", msgspec.json.encode(entries)))
    with pytest.raises(Refused, match=why):
        await stated(egress, SITE, known_eyes(tmp_path / "eyes")[0])


@pytest.mark.parametrize(
    ("answer", "error", "why"),
    [
        (("404 No", b""), Refused, "or no longer, given by"),
        (("500 Later", b""), Unreachable, "answered 500"),
        (("200 OK", b"<html>"), Unreachable, "gave no list of files"),
    ],
)
async def test_no_list_is_said_to_be_none(
    egress: Egress, world: World, tmp_path: Path, answer: tuple[str, bytes], error: type[Exception], why: str
) -> None:
    await world.serve(PUBLIC, saying(*answer))
    with pytest.raises(error, match=why):
        await stated(egress, SITE, known_eyes(tmp_path / "eyes")[0])
