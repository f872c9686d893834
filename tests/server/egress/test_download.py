"""A large file comes whole or not at all: what its host may answer, and what becomes of what is there."""

import asyncio
import hashlib
from pathlib import Path

import pytest
from tests.internet import PUBLIC, Asked, World, said

from anagnorisis.domain import Refused
from anagnorisis.egress.client import Egress
from anagnorisis.egress.download import PIECE, Download, Wrong, download
from anagnorisis.egress.refusals import AddressRefused, SwitchedOff, TooLarge, Unreachable

BODY = bytes(range(256)) * 12_000
URL = "http://site.example/weights"


@pytest.fixture
def what(tmp_path: Path) -> Download:
    return Download(URL, tmp_path / "weights", len(BODY), hashlib.sha256(BODY).hexdigest())


async def fetch(egress: Egress, what: Download) -> list[int]:
    return [there async for there in download(egress, "feeds", what)]


async def serve(world: World, *answers: bytes) -> None:
    left = [*answers]

    async def reply(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(left.pop(0))

    await world.serve(PUBLIC, reply)


def begun(what: Download, size: int, validator: str = "") -> None:
    what.part.write_bytes(BODY[:size])
    what.validator.write_text(validator)


async def test_it_comes_whole_says_how_far_it_is_and_is_not_asked_for_again(
    egress: Egress, world: World, what: Download
) -> None:
    await serve(world, said("200 OK", BODY, etag='"one"'))
    told = await fetch(egress, what)
    assert told == sorted(told) and told[0] >= PIECE and told[-1] == len(BODY)
    assert what.into.read_bytes() == BODY and [*what.into.parent.glob("weights.*")] == []
    assert await fetch(egress, what) == [len(BODY)] and len(world.asked) == 1
    assert world.asked[0].headers["accept-encoding"] == "identity"


async def test_what_is_there_is_gone_on_with_if_the_host_still_has_that_version(
    egress: Egress, world: World, what: Download
) -> None:
    begun(what, 1000, '"one"')
    span = f"bytes 1000-{len(BODY) - 1}/{len(BODY)}"
    await serve(world, said("206 Partial Content", BODY[1000:], content_range=span))
    await fetch(egress, what)
    (asked,) = world.asked
    assert (asked.headers["range"], asked.headers["if-range"]) == ("bytes=1000-", '"one"')
    assert what.into.read_bytes() == BODY


async def test_all_of_it_sent_anew_takes_the_place_of_what_is_there(
    egress: Egress, world: World, what: Download
) -> None:
    what.part.write_bytes(b"?" * 5000)
    await serve(world, said("200 OK", BODY, etag='W/"weak"', last_modified="Mon, 01 Jan 2024 00:00:00 GMT"))
    await fetch(egress, what)
    assert "if-range" not in world.asked[0].headers and what.into.read_bytes() == BODY


async def test_what_was_whole_before_the_end_is_compared_without_a_request(
    egress: Egress, world: World, what: Download
) -> None:
    begun(what, len(BODY))
    assert await fetch(egress, what) == [len(BODY)] and world.asked == []
    assert what.into.read_bytes() == BODY


async def test_an_answer_that_ends_early_keeps_what_came(
    egress: Egress, world: World, what: Download
) -> None:
    cut = said("200 OK", BODY, etag='"one"')[: -len(BODY) // 2]
    await serve(world, cut, said("200 OK", BODY[:4000]))
    with pytest.raises(Unreachable):
        await fetch(egress, what)
    assert what.part.read_bytes() == BODY[: what.there] and what.there == len(BODY) // 2
    assert what.validator.read_text() == '"one"'
    with pytest.raises(Unreachable, match=f"ended after 4000 of {len(BODY)} bytes"):
        await fetch(egress, what)


async def test_something_else_is_deleted_whether_it_was_there_or_came(
    egress: Egress, world: World, what: Download
) -> None:
    begun(what, len(BODY) - 1)
    what.part.write_bytes(what.part.read_bytes() + b"?")
    await serve(world, said("200 OK", bytes(len(BODY))))
    for _ in range(2):
        with pytest.raises(Wrong, match="weights is not what it must be: SHA-256"):
            await fetch(egress, what)
        assert [*what.into.parent.glob("weights*")] == []
    assert len(world.asked) == 1


async def test_more_than_it_must_be_is_not_taken(egress: Egress, world: World, what: Download) -> None:
    await serve(world, said("200 OK", BODY + b"?"))
    with pytest.raises(TooLarge):
        await fetch(egress, what)
    assert not what.into.exists() and what.there == 0
    begun(what, 0)
    what.part.write_bytes(BODY + b"!")
    await world.serve(PUBLIC, _whole)
    await fetch(egress, what)
    assert what.into.read_bytes() == BODY


async def _whole(_: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(said("200 OK", BODY))


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451])
async def test_what_a_host_does_not_give_is_refused(
    egress: Egress, world: World, what: Download, status: int
) -> None:
    await serve(world, said(f"{status} No"))
    with pytest.raises(Refused, match=f"site.example does not give weights: it answered {status}"):
        await fetch(egress, what)


@pytest.mark.parametrize("status", [416, 429, 500, 502, 503])
async def test_what_may_pass_is_worth_another_try(
    egress: Egress, world: World, what: Download, status: int
) -> None:
    begun(what, 1000)
    await serve(world, said(f"{status} Later"))
    with pytest.raises(Unreachable, match=f"answered {status}"):
        await fetch(egress, what)
    assert what.there == (0 if status == 416 else 1000)


async def test_the_guard_and_the_switch_hold_for_it_too(egress: Egress, world: World, what: Download) -> None:
    await serve(world, said("302 Found", location="http://192.168.1.7/weights"))
    with pytest.raises(AddressRefused):
        await fetch(egress, what)
    await egress.switch("feeds", False)
    with pytest.raises(SwitchedOff):
        await fetch(egress, what)
    assert len(world.asked) == 1 and what.there == 0


async def test_a_file_of_which_only_gits_name_is_known_is_compared_with_that(
    egress: Egress, world: World, tmp_path: Path
) -> None:
    body = b'{"model_type": "bert"}\n'
    name = hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()
    one = Download(URL, tmp_path / "config.json", len(body), "", name)
    await serve(world, said("200 OK", body.replace(b"bert", b"clip")), said("200 OK", body))
    with pytest.raises(Wrong, match=r"config.json is not what it must be: git [0-9a-f]{12}…, not"):
        await fetch(egress, one)
    assert not one.into.exists() and not one.part.exists()
    assert (await fetch(egress, one))[-1] == len(body) and one.into.read_bytes() == body
