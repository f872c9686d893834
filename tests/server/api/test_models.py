"""Models over HTTP and by commands: who may change them, what is told, what is refused."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests import graphs

from anagnorisis import app
from anagnorisis.api.model_orders import (
    BenchModels,
    ImportModel,
    ListModels,
    RemoveModel,
    UseModels,
    VerifyModels,
)
from anagnorisis.api.rooms import Rooms
from anagnorisis.config import Settings
from anagnorisis.domain import AnagnorisisError, Refused
from anagnorisis.embed import EMBEDDERS

VIEWER = EMBEDDERS["image"].name


@pytest.fixture
def obey(rooms: Rooms) -> Callable[..., Any]:
    """What the running house answers to an order."""
    return app.obedience(rooms)


@pytest.fixture
def eyes(tmp_path: Path) -> tuple[str, str]:
    """A folder with a model of pictures, and its digest."""
    return str(tmp_path / "eyes"), graphs.picture_model(tmp_path / "eyes").digest


async def told(client: httpx.AsyncClient, kind: str = "image") -> dict[str, Any]:
    kinds = (await client.get("/api/models")).json()["kinds"]
    return next(one for one in kinds if one["kind"] == kind)


async def until_it_serves(client: httpx.AsyncClient, digest: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while (now := await told(client))["active"]["digest"] != digest:
            await asyncio.sleep(0.02)
    return now


async def test_a_model_is_imported_chosen_seen_by_all_and_removed(
    ada: httpx.AsyncClient, obey: Any, eyes: tuple[str, str]
) -> None:
    folder, digest = eyes
    first = await obey(ImportModel(folder))
    assert first[0].startswith(f"eyes is installed, under {graphs.LICENCE}: ")
    (installed,) = (await ada.get("/api/models")).json()["installed"]
    assert (installed["digest"], installed["dim"], installed["words"]) == (digest, 48, False)
    assert installed["cost"]["provider"] == "CPUExecutionProvider"
    chosen = (await ada.put("/api/models/image", json={"models": [digest]})).json()
    assert chosen["kinds"][1]["kind"] == "image"
    now = await until_it_serves(ada, digest)
    assert now["previous"]["name"] == VIEWER and now["candidate"] is None
    assert (await ada.delete(f"/api/models/image/installed/{digest}")).status_code == 409
    assert (await ada.put("/api/models/image", json={"models": []})).status_code == 200
    await until_it_serves(ada, EMBEDDERS["image"].digest)
    assert (await ada.delete(f"/api/models/image/installed/{digest}")).json()["installed"] == []


async def test_a_choice_is_taken_back_and_the_way_back_given_up(
    ada: httpx.AsyncClient, rooms: Rooms, obey: Any, eyes: tuple[str, str]
) -> None:
    await obey(ImportModel(eyes[0]))
    assert (await ada.delete("/api/models/image/candidate")).status_code == 404
    await rooms.board.pause("model")
    await rooms.changing.choose(["eyes"])
    assert (await told(ada))["candidate"]["to"]["digest"] == eyes[1]
    dropped = (await ada.delete("/api/models/image/candidate")).json()
    assert dropped["kinds"][1]["candidate"] is None
    await rooms.board.resume("model")
    await rooms.changing.choose(["eyes"])
    await until_it_serves(ada, eyes[1])
    assert (await ada.delete("/api/models/image/previous")).json()["kinds"][1]["previous"] is None


@pytest.mark.parametrize(
    ("method", "to", "body", "status"),
    [
        ("PUT", "/api/models/image", {"models": ["0" * 32]}, 404),
        ("PUT", "/api/models/image", {"models": ["../../etc"]}, 400),
        ("PUT", "/api/models/image", {"models": ["0" * 32] * 9}, 400),
        ("PUT", "/api/models/smell", {"models": []}, 400),
        ("DELETE", "/api/models/image/active", None, 400),
        ("DELETE", f"/api/models/image/installed/{'0' * 32}", None, 404),
        ("DELETE", "/api/models/image/installed/etc", None, 404),
    ],
)
async def test_what_cannot_be_is_refused(
    ada: httpx.AsyncClient, method: str, to: str, body: Any, status: int
) -> None:
    refused = await ada.request(method, to, json=body)
    assert refused.status_code == status and refused.json()["detail"]


async def test_only_owners_change_models_and_all_see_them(ada: httpx.AsyncClient, admit: Any) -> None:
    async with await admit("member") as member:
        assert (await member.get("/api/models")).status_code == 200
        assert (await member.put("/api/models/image", json={"models": []})).status_code == 403
        assert (await member.delete(f"/api/models/image/installed/{'0' * 32}")).status_code == 403


async def test_commands_say_what_is_there_and_what_comes(
    ada: httpx.AsyncClient, obey: Any, eyes: tuple[str, str]
) -> None:
    assert (await obey(ListModels()))[-1].startswith("No model is installed")
    await obey(ImportModel(eyes[0]))
    assert await obey(VerifyModels()) == ["1 models, every file as its description says."]
    assert (await obey(UseModels(["eyes"])))[0].startswith("eyes sees all pictures in the background")
    await until_it_serves(ada, eyes[1])
    lines = await obey(ListModels())
    assert any(line.startswith("image: eyes") for line in lines)
    assert f"  before {VIEWER}: could take over again" in lines
    assert (await obey(UseModels([eyes[1][:8]])))[0] == "Pictures stay with eyes."
    assert (await obey(RemoveModel(VIEWER)))[0].startswith(f"{VIEWER} is gone")


@pytest.mark.parametrize(
    ("order", "says"),
    [
        (UseModels(["nothing"]), "No model nothing is installed"),
        (UseModels([VIEWER, "eyes"]), "stands alone"),
        (RemoveModel(VIEWER), "built in"),
        (ImportModel("/nowhere/at/all"), "No such file"),
    ],
)
async def test_orders_that_cannot_be_are_refused(obey: Any, order: Any, says: str) -> None:
    with pytest.raises(AnagnorisisError) as refused:
        await obey(order)
    assert says in refused.value.what


async def test_without_a_server_a_command_does_the_same(settings: Settings, eyes: tuple[str, str]) -> None:
    await app.alone(settings, ImportModel(eyes[0]))
    await app.alone(settings, UseModels(["eyes"]))
    assert "  then eyes: 0 of 0 seen" in await app.alone(settings, ListModels())
    (settings.data / "models" / eyes[1] / "model.onnx").write_bytes(b"spoiled")
    with pytest.raises(Refused, match="Fetch it again"):
        await app.alone(settings, VerifyModels())


async def until_taken_in(client: httpx.AsyncClient, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(30):
        while len(came := (await client.get("/api/models")).json()["imported"]) < count:
            await asyncio.sleep(0.02)
    return list(came)


async def test_an_owner_points_at_a_folder_of_models_and_is_told_of_each(
    ada: httpx.AsyncClient, tmp_path: Path
) -> None:
    for name in ("eyes", "lens"):
        graphs.picture_model(tmp_path / "models" / name)
    (tmp_path / "models" / "lens" / "model.onnx").write_bytes(b"no graph")
    (tmp_path / "models" / "notes").mkdir()
    asked = await ada.post("/api/models/imports", json={"folder": str(tmp_path / "models")})
    assert asked.status_code == 202
    good, bad = await until_taken_in(ada, 2)
    assert (good["name"], good["installed"]) == ("eyes", True) and graphs.LICENCE in good["says"]
    assert (bad["name"], bad["installed"]) == ("lens", False)
    assert "model.onnx of" in bad["says"] and "Fetch it again" in bad["says"]
    assert [one["name"] for one in (await ada.get("/api/models")).json()["installed"]] == ["eyes"]
    again = await ada.post("/api/models/imports", json={"folder": str(tmp_path / "models" / "eyes")})
    assert again.status_code == 202
    async with asyncio.timeout(30):
        while (came := (await ada.get("/api/models")).json()["imported"]) == [good, bad] or not came:
            await asyncio.sleep(0.02)
    assert len(came) == 1 and "installed already" in came[0]["says"]


@pytest.mark.parametrize(
    ("folder", "why"),
    [("models", "from the top"), ("/nowhere/at/all", "no folder"), ("", ""), ("/tmp/\0", "from the top")],
)
async def test_where_no_model_is_that_is_said_at_once(ada: httpx.AsyncClient, folder: str, why: str) -> None:
    refused = await ada.post("/api/models/imports", json={"folder": folder})
    assert refused.status_code == 400 and why in refused.json()["detail"]


async def test_a_folder_without_models_is_named(ada: httpx.AsyncClient, admit: Any, tmp_path: Path) -> None:
    refused = await ada.post("/api/models/imports", json={"folder": str(tmp_path)})
    assert refused.status_code == 400 and f"Neither {tmp_path}" in refused.json()["detail"]
    async with await admit("member") as member:
        asked = await member.post("/api/models/imports", json={"folder": str(tmp_path)})
        assert asked.status_code == 403


async def test_models_are_measured_on_the_items_of_the_house_or_on_made_ones(
    ada: httpx.AsyncClient, obey: Any, eyes: tuple[str, str]
) -> None:
    await obey(ImportModel(eyes[0]))
    lines = await obey(BenchModels([]))
    measured = {line.split()[0]: line.split() for line in lines[1:] if line and not line.startswith("For ")}
    assert {"eyes", *(one.name for one in EMBEDDERS.values())} <= measured.keys()
    assert measured["eyes"][-1] == "CPUExecutionProvider" and float(measured["eyes"][2]) > 0
    advice = [line for line in lines if line.startswith("For ")]
    assert [line.split(":")[0] for line in advice] == ["For tracks", "For pictures", "For articles"]
    assert advice[1].startswith("For pictures: eyes, sees")
    only = await obey(BenchModels([VIEWER]))
    assert only[1].startswith(VIEWER) and only[-1].startswith(f"For pictures: {VIEWER}")
    with pytest.raises(AnagnorisisError, match="No model ears"):
        await obey(BenchModels(["ears"]))
