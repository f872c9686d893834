"""What is advised is within a night and within its memory, and nothing is advised that does not run."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from tests import graphs

from anagnorisis.config import Settings
from anagnorisis.domain import Unknown
from anagnorisis.embed import importing
from anagnorisis.embed.registry import Registry
from anagnorisis.embed.workers import Workers
from anagnorisis.library.embed import Embedding
from anagnorisis.library.pace import NIGHT_S, Pace, advised, measured, table
from anagnorisis.store.db import Store
from anagnorisis.taste.spaces import Spaces

PLAIN = Pace("image-looks-1", "image", 691, False, 0, 0.6, 90.0, 120, "", 16)
EYES = Pace("eyes", "image", 512, True, 90 << 20, 2.0, 10.0, 400, "CPUExecutionProvider", 16)
LENS = replace(EYES, name="lens", words=False, weight=300 << 20, per_s=12.0)


def names(found: list[Pace], count: int = 1000, worker_mb: int = 1024) -> list[str]:
    return [one.name for one in advised(found, {"image": count}, worker_mb)]


def test_what_knows_words_goes_before_what_is_larger() -> None:
    assert names([PLAIN, LENS, EYES]) == ["eyes"]
    assert names([PLAIN, LENS]) == ["lens"]


@pytest.mark.parametrize("change", [{"per_s": 0.0}, {"memory_mb": 2000}, {"per_s": 999 / NIGHT_S}])
def test_what_does_not_run_fit_or_end_is_not_advised(change: dict[str, float]) -> None:
    assert names([PLAIN, replace(EYES, **change), LENS]) == ["lens"]


def test_where_nothing_is_through_in_a_night_what_is_built_in_stays() -> None:
    slow = [replace(one, per_s=0.001) for one in (PLAIN, EYES)]
    (told,) = advised(slow, {"image": 100_000}, 1024)
    assert (told.name, told.says) == ("image-looks-1", "nothing else is through in a night here")


def test_advice_says_what_it_would_take() -> None:
    (told,) = advised([EYES], {"image": 36_000}, 1024)
    assert told.says == "knows words, sees 36,000 in 60 min, in 400 MB"
    (small,) = advised([EYES], {}, 1024)
    assert small.says == "knows words, sees 0 in 1 s, in 400 MB"


def test_the_table_has_a_line_for_each_and_says_what_went_wrong() -> None:
    lines = table([PLAIN, replace(EYES, per_s=0.0, memory_mb=0, problem="It does not run.")])
    assert lines[0].split() == ["model", "kind", "items/s", "first", "memory", "vector", "words", "on"]
    plain = ["image-looks-1", "image", "90.0", "0.6", "s", "120", "MB", "1382", "B", "no", "itself"]
    assert lines[1].split() == plain
    assert lines[2].split()[2] == "none" and "?" in lines[2].split()
    assert lines[3:] == ["eyes: It does not run."]


async def test_what_no_item_of_the_house_can_be_read_by_says_why(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "house")
    settings = Settings(data=tmp_path / "house")
    worker = Workers(settings)
    spaces = Spaces(store, Registry(store, tmp_path / "house" / "models"))
    embedding = Embedding(store, worker, spaces)
    graphs.picture_model(tmp_path / "eyes")
    one = await importing.bring_in(tmp_path / "eyes", store, spaces.registry, worker)
    (spaces.registry.home(one.digest) / "model.onnx").write_bytes(b"torn")
    told = [found async for found in measured(store, embedding, settings, ["eyes", "image-looks-1"])]
    await worker.close()
    await store.close()
    torn, plain = told
    assert torn.per_s == 0 and torn.problem and torn.weight == sum(f.bytes for f in one.files.values())
    assert plain.per_s > 0 and plain.problem == "" and plain.of == 3 and plain.first_s > 0
    assert names(told) == ["image-looks-1"]


async def test_a_name_that_is_none_is_said_before_anything_is_measured(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "house")
    settings = Settings(data=tmp_path / "house")
    spaces = Spaces(store, Registry(store, tmp_path / "house" / "models"))
    embedding = Embedding(store, Workers(settings), spaces)
    with pytest.raises(Unknown, match="No model ears is installed"):
        [one async for one in measured(store, embedding, settings, ["image-looks-1", "ears"])]
    await store.close()
