"""Tiny checkpoints, made from their configurations, say in the house's worker what they say in torch."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
import transformers
from tests.train.checkpoints import END, MAKERS, START
from tests.train.checkpoints import asked as asked
from tests.train.checkpoints import seed as seed

from anagnorisis.config import Settings
from anagnorisis.domain import BadValue, Refused
from anagnorisis.embed import description, importing, trial
from anagnorisis.embed.frames import Made
from anagnorisis.embed.onnx import Graph
from anagnorisis.embed.registry import Registry
from anagnorisis.embed.workers import Workers
from anagnorisis.export import exporting, process
from anagnorisis.export.exporting import export
from anagnorisis.export.given import real
from anagnorisis.export.plan import Asked, planned
from anagnorisis.export.towers import towers
from anagnorisis.store.db import Store


@pytest.fixture
async def house(tmp_path: Path) -> Any:
    store, worker = await Store.open(tmp_path / "house"), Workers(Settings(data=tmp_path / "house"))
    yield store, worker, Registry(store, tmp_path / "house" / "models")
    await worker.close()
    await store.close()


def torch_rows(asked: Asked, part: str) -> Iterator[np.ndarray]:
    """What torch makes of what the front end makes of the trial's things."""
    plan = planned(Path(asked.checkpoint))
    module = towers(Path(asked.checkpoint), plan)[part]
    told = msgspec.json.decode((Path(asked.into) / "model.json").read_bytes(), type=description.Description)
    tower = told.content if part == "content" else told.words
    assert tower is not None
    for given in real(tower, Path(asked.into)).items:
        with torch.no_grad():
            yield module(**{name: torch.as_tensor(one) for name, one in given.items()}).numpy()


@pytest.mark.parametrize("name", MAKERS)
async def test_a_checkpoint_says_in_the_worker_what_it_says_in_torch(
    asked: Callable[..., Asked], house: Any, tmp_path: Path, name: str
) -> None:
    store, worker, registry = house
    wanted, lines = asked(name), list[str]()
    told = export(wanted, planned(Path(wanted.checkpoint)), lines.append)
    assert any("from torch, by cosine" in line for line in lines)
    one = await importing.bring_in(Path(wanted.into), store, registry, worker)
    assert one.digest == told.digest and one.speaks
    spec = description.spec(one, str(registry.home(one.digest)))
    given = [
        (f"{n:032x}", item.decode() if one.kind == "article" else item)
        for n, item in enumerate(trial.samples(one.kind, tmp_path))
    ]
    rows = [made.row for made in await worker.embed(spec, given) if isinstance(made, Made)]
    for row, expected in zip(rows, torch_rows(wanted, "content"), strict=False):
        vector = np.frombuffer(row, "<f2").astype(np.float32)
        whole = expected.mean(axis=0)
        assert vector @ whole / np.linalg.norm(whole) / np.linalg.norm(vector) > 0.9999
    assert len(rows) == 3
    if told.words:
        phrases = [(f"{n:032x}", text.decode()) for n, text in enumerate(trial.TEXTS)]
        said = [made.row for made in await worker.embed(spec, phrases, words=True) if isinstance(made, Made)]
        for row, expected in zip(said, torch_rows(wanted, "words"), strict=False):
            vector = np.frombuffer(row, "<f2").astype(np.float32)
            assert vector @ expected[0] / np.linalg.norm(vector) > 0.9999
        assert len(said) == 3


def test_a_decoder_is_read_as_its_makers_read_it(asked: Callable[..., Asked], house: Any) -> None:
    """Padded before, and the last place taken: what the makers do; here it is padded behind."""
    wanted = asked("qwen3")
    told = export(wanted, planned(Path(wanted.checkpoint)), lambda _: None)
    assert told.content.text is not None and told.content.text.before_words == "Bees: "
    graph, model = (
        Graph(Path(wanted.into), told.content, 1),
        transformers.AutoModel.from_pretrained(wanted.checkpoint),
    )
    rows = [[START, 3, 4, 5, 6, END], [START, 7, END], [START, 9, 8, 2, END]]
    ids, mask, before, shown = (np.zeros((3, 6), np.int64) for _ in range(4))
    for n, row in enumerate(rows):
        ids[n, : len(row)], mask[n, : len(row)] = row, 1
        before[n, -len(row) :], shown[n, -len(row) :] = row, 1
    with torch.no_grad():
        out = model(
            input_ids=torch.as_tensor(before), attention_mask=torch.as_tensor(shown)
        ).last_hidden_state
    expected = torch.nn.functional.normalize(out[:, -1], dim=-1).numpy()
    said = graph.run({"input_ids": ids, "attention_mask": mask})
    assert np.abs(said - expected).max() < 1e-5
    texts = [b"Bees hum all day", b"in the garden"]
    asked_for = graph.rows([graph.prepared(text, words=True) for text in texts])
    plain = graph.rows([graph.prepared(b"Bees: " + text, words=False) for text in texts])
    assert all(np.allclose(one, other, atol=1e-5) for one, other in zip(asked_for, plain, strict=True))


def test_pooling_is_the_makers_own_and_what_no_graph_does_is_refused(asked: Callable[..., Asked]) -> None:
    checkpoint = Path(asked("bert").checkpoint)
    (checkpoint / "1_Pooling").mkdir()
    pooling = checkpoint / "1_Pooling/config.json"
    pooling.write_text(json.dumps({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}))
    plan = planned(checkpoint)
    assert plan.tokens == "first"
    given = torch.tensor([[START, 3, 4, END]])
    module = towers(checkpoint, plan)["content"]
    first = module.model(input_ids=given).last_hidden_state[0, 0]
    row = module(given, torch.ones_like(given), torch.zeros_like(given))[0]
    assert torch.nn.functional.cosine_similarity(row, first, dim=0) > 0.99999
    pooling.write_text(json.dumps({"pooling_mode_max_tokens": True}))
    with pytest.raises(BadValue, match="pools by pooling_mode_max_tokens"):
        planned(checkpoint)
    (checkpoint / "modules.json").write_text(json.dumps([{"type": "sentence_transformers.models.Dense"}]))
    with pytest.raises(BadValue, match="ends in Dense, which cannot be exported"):
        planned(checkpoint)
    (checkpoint / "modules.json").write_text("{}")
    with pytest.raises(BadValue, match="not the JSON"):
        planned(checkpoint)


def test_a_graph_that_says_otherwise_is_refused_and_nothing_is_kept(
    asked: Callable[..., Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = asked("bert")

    def other(folder: Path, plan: Any) -> Any:
        made = towers(folder, plan)
        graph = exporting._graph

        def altered(module: Any, tower: Any, path: Path) -> None:
            graph(module, tower, path)
            module.model.embeddings.word_embeddings.weight.mul_(-1)

        monkeypatch.setattr(exporting, "_graph", altered)
        return made

    monkeypatch.setattr(exporting, "towers", other)
    with pytest.raises(Refused, match="from torch by cosine, more than"):
        export(wanted, planned(Path(wanted.checkpoint)), lambda _: None)
    assert not Path(wanted.into).exists()
    assert [one.name for one in Path(wanted.into).parent.iterdir() if one.name.startswith(".out")] == []


def test_what_is_there_is_not_written_over(asked: Callable[..., Asked]) -> None:
    wanted = asked("bert")
    Path(wanted.into).mkdir()
    with pytest.raises(Refused, match="there already"):
        export(wanted, planned(Path(wanted.checkpoint)), lambda _: None)


def test_pickles_and_strangers_are_refused_by_name(asked: Callable[..., Asked]) -> None:
    checkpoint = Path(asked("bert").checkpoint)
    (checkpoint / "model.safetensors").rename(checkpoint / "pytorch_model.bin")
    with pytest.raises(BadValue, match=r"pytorch_model.bin and no \*.safetensors"):
        planned(checkpoint)
    (checkpoint / "config.json").write_text('{"model_type": "llama"}')
    with pytest.raises(BadValue, match="holds a 'llama'; known are clip"):
        planned(checkpoint)


def test_the_command_exports_in_a_process_of_its_own(
    asked: Callable[..., Asked], capfd: pytest.CaptureFixture[str]
) -> None:
    wanted = asked("bert")
    process.run(
        Path(wanted.checkpoint), Path(wanted.into), name="mine", licence="", source="", eight_bits=False
    )
    said = capfd.readouterr().out
    assert "content: at most" in said and "Take it in with: anagnorisis models import" in said
    told = importing.read(Path(wanted.into))
    assert (told.name, told.licence, told.source) == ("mine", "cc0-1.0", "exported from bert")
    assert told.made_by["torch"] == torch.__version__.partition("+")[0] and told.content.text is not None
    assert {*told.files} == {"content.onnx", "tokenizer.json"}
    with pytest.raises(Refused, match="lines above"):
        process.run(
            Path(wanted.checkpoint), Path(wanted.into), name="mine", licence="", source="", eight_bits=False
        )
    assert "there already" in capfd.readouterr().err
