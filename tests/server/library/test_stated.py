"""What the site says of a model's files, or of a checkpoint, is taken only where it says all of it."""

import hashlib
from pathlib import Path

import msgspec
import pytest
from tests.hub import REPOSITORY, REVISION, SITE, UNWANTED, Hub, checkpoint_files, known_eyes
from tests.internet import PUBLIC, World, saying

from anagnorisis.domain import Refused
from anagnorisis.egress.client import Egress
from anagnorisis.egress.pace import Pace
from anagnorisis.egress.refusals import Unreachable
from anagnorisis.embed.description import Sum
from anagnorisis.library.checkpoints import named
from anagnorisis.library.stated import checkpoint, stated
from anagnorisis.store.db import Store


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


async def test_a_checkpoint_is_pinned_to_its_commit_and_only_what_an_export_reads_is_wanted(
    egress: Egress, world: World
) -> None:
    hub = Hub(checkpoint_files(more=1000), small=True)
    await hub.serve(world)
    origin, sums = await checkpoint(egress, SITE, REPOSITORY, "main")
    assert (origin.repository, origin.wanted, origin.revision) == (REPOSITORY, "main", REVISION)
    assert origin.licence == "cc0-1.0" and sums.keys() == hub.files.keys() - {*UNWANTED}
    weights = hub.files["model.safetensors"]
    assert sums["model.safetensors"] == Sum(hashlib.sha256(weights).hexdigest(), len(weights))
    assert sums["config.json"] == Sum("", len(hub.files["config.json"]))
    assert origin.git_ids.keys() == sums.keys() - {"model.safetensors"}
    assert origin.git_ids["tokenizer.json"] == "9e26dfeeb6e641a33dae4961196235bdb965b21b"  # as git says of {}


async def test_weights_in_parts_come_with_their_index_and_a_large_tokenizer_has_its_sha256(
    egress: Egress, world: World
) -> None:
    files = checkpoint_files(more=1000)
    body, index = files.pop("model.safetensors"), "model.safetensors.index.json"
    parts = [f"model-0000{n}-of-00002.safetensors" for n in (1, 2)]
    hub = Hub(files | {index: b'{"weight_map": {}}'} | dict.fromkeys(parts, body), small=True)
    hub.small.remove("tokenizer.json")
    await hub.serve(world)
    origin, sums = await checkpoint(egress, SITE, REPOSITORY, "main")
    assert {*parts, index} < sums.keys() and index in origin.git_ids
    assert sums["tokenizer.json"].sha256 and "tokenizer.json" not in origin.git_ids


@pytest.mark.parametrize(
    ("without", "why"),
    [
        (
            "model.safetensors",
            r"has pytorch_model\.bin and no model\.safetensors\. Pickles may hold programs",
        ),
        ("config.json", "lacks config.json, which an export needs"),
        ("tokenizer.json", "lacks tokenizer.json"),
    ],
)
async def test_a_checkpoint_of_pickles_or_without_its_tokenizer_is_refused(
    egress: Egress, world: World, without: str, why: str
) -> None:
    files = checkpoint_files(more=1000)
    del files[without]
    await Hub(files, small=True).serve(world)
    with pytest.raises(Refused, match=why):
        await checkpoint(egress, SITE, REPOSITORY, "main")


async def test_weights_whose_sha256_is_not_stated_are_not_fetched_blindly(
    egress: Egress, world: World
) -> None:
    hub = Hub(checkpoint_files(more=1000), small=True)
    hub.small.add("model.safetensors")
    await hub.serve(world)
    with pytest.raises(Refused, match=r"does not state what model\.safetensors of someone/eyes must be"):
        await checkpoint(egress, SITE, REPOSITORY, "main")


async def test_a_checkpoint_that_asks_for_an_account_is_refused_at_once(egress: Egress, world: World) -> None:
    hub = Hub(checkpoint_files(more=1000), small=True)
    hub.gated = "manual"
    await hub.serve(world)
    with pytest.raises(Refused, match="whom its makers let in"):
        await checkpoint(egress, SITE, REPOSITORY, "main")
    with pytest.raises(Refused, match="no longer, given by"):
        await checkpoint(egress, SITE, REPOSITORY, "refs/pr/1")
    assert world.asked[-1].path.endswith("/revision/refs%2Fpr%2F1?blobs=true")


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ({"license": "mit"}, "mit"),
        ({"license": "other", "license_name": "house-rules"}, "house-rules"),
        ({"license": "other"}, "other"),
        ({"license": ["mit", "apache-2.0"]}, "mit, apache-2.0"),
        ({}, ""),
    ],
)
async def test_its_licence_is_that_of_its_card(
    egress: Egress, world: World, card: dict[str, object], licence: str
) -> None:
    hub = Hub(checkpoint_files(more=1000), small=True)
    hub.card = card
    await hub.serve(world)
    origin, _ = await checkpoint(egress, SITE, REPOSITORY, "main")
    assert origin.licence == licence


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html>", "does not say what its files are"),
        (b'{"sha": "main", "siblings": []}', "names no commit: 'main'"),
        (b'{"sha": "' + b"0" * 40 + b'"}', "does not say what its files are"),
    ],
)
async def test_an_answer_that_is_none_is_worth_another_try(
    egress: Egress, world: World, body: bytes, why: str
) -> None:
    await world.serve(PUBLIC, saying("200 OK", body))
    with pytest.raises(Unreachable, match=why):
        await checkpoint(egress, SITE, REPOSITORY, "main")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("someone/eyes", ("someone/eyes", "main")),
        ("Some-One/eyes_v1.5@refs/pr/3", ("Some-One/eyes_v1.5", "refs/pr/3")),
        (f"someone/eyes@{REVISION}", ("someone/eyes", REVISION)),
        ("eyes", None),
        ("/home/ada/eyes", None),
        ("./someone/eyes", None),
        ("someone/..", None),
        ("a/b/c", None),
        ("someone/eyes@", None),
        ("someone/eyes@../up", None),
        ("söme/eyes", None),
    ],
)
def test_a_name_has_an_owner_and_perhaps_a_revision(said: str, found: tuple[str, str] | None) -> None:
    assert named(said) == found
