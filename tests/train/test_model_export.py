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
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from anagnorisis.config import Settings
from anagnorisis.domain import BadValue, Refused
from anagnorisis.embed import description, importing, trial
from anagnorisis.embed.frames import Made
from anagnorisis.embed.registry import Registry
from anagnorisis.embed.worker import Worker
from anagnorisis.export import exporting, process
from anagnorisis.export.exporting import export
from anagnorisis.export.plan import Asked, planned
from anagnorisis.export.towers import towers
from anagnorisis.store.db import Store

WORDS = sorted({word.strip(".,:") for text in trial.TEXTS for word in text.decode().split()})
START, END = 2 + len(WORDS), 3 + len(WORDS)
SIZE = END + 1
CARD = "---\nlicense: cc0-1.0\n---\n# tiny\n"
TEXT: dict[str, Any] = {
    "vocab_size": SIZE,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}
SEEN: dict[str, Any] = {**TEXT, "image_size": 32, "patch_size": 8}
del SEEN["vocab_size"]

Make = Callable[[Path], None]


def tokenizer(folder: Path) -> None:
    known = {
        "[PAD]": 0,
        "[UNK]": 1,
        **{word: n + 2 for n, word in enumerate(WORDS)},
        "<s>": START,
        "</s>": END,
    }
    made = Tokenizer(WordLevel(known, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    made.post_processor = TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", START), ("</s>", END)]
    )
    made.save(str(folder / "tokenizer.json"))


def saved(folder: Path, model: Any, processor: dict[str, Any] | None = None) -> None:
    model.save_pretrained(folder)
    tokenizer(folder)
    (folder / "README.md").write_text(CARD)
    if processor:
        (folder / "preprocessor_config.json").write_text(json.dumps(processor))


def clip(folder: Path) -> None:
    words = {
        **TEXT,
        "max_position_embeddings": 20,
        "bos_token_id": START,
        "eos_token_id": END,
        "pad_token_id": 0,
    }
    config = transformers.CLIPConfig(text_config=words, vision_config=SEEN, projection_dim=24)
    shown = {"do_center_crop": True, "crop_size": {"height": 32, "width": 32}, "size": {"shortest_edge": 32}}
    saved(folder, transformers.CLIPModel(config), shown | {"resample": 3, "image_mean": [0.4] * 3})


def siglip(folder: Path) -> None:
    words = {**TEXT, "max_position_embeddings": 16, "pad_token_id": 0, "projection_size": 32}
    config = transformers.SiglipConfig(text_config=words, vision_config=SEEN)
    saved(folder, transformers.SiglipModel(config), {"size": {"height": 32, "width": 32}, "resample": 2})


def clap(folder: Path) -> None:
    words = {**TEXT, "max_position_embeddings": 90, "pad_token_id": 0, "projection_dim": 16}
    heard = {
        "patch_embeds_hidden_size": 8,
        "hidden_size": 64,
        "depths": [1, 1, 1, 1],
        "num_attention_heads": [1, 1, 2, 2],
        "projection_dim": 16,
        "enable_fusion": False,
    }
    config = transformers.ClapConfig(text_config=words, audio_config=heard, projection_dim=16)
    shown = {"sampling_rate": 48_000, "fft_window_size": 1024, "hop_length": 480, "feature_size": 64}
    saved(folder, transformers.ClapModel(config), shown | {"frequency_min": 50, "max_length_s": 10})


def bert(folder: Path) -> None:
    config = transformers.BertConfig(**TEXT, max_position_embeddings=64, type_vocab_size=2)
    saved(folder, transformers.BertModel(config, add_pooling_layer=False))


MAKERS: dict[str, Make] = {"clip": clip, "siglip": siglip, "clap": clap, "bert": bert}


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(7)


@pytest.fixture
def asked(tmp_path: Path) -> Callable[..., Asked]:
    def make(name: str, eight_bits: bool = False) -> Asked:
        checkpoint = tmp_path / name
        checkpoint.mkdir()
        MAKERS[name](checkpoint)
        return Asked(str(checkpoint), str(tmp_path / "out"), f"tiny-{name}", "CC0-1.0", "a test", eight_bits)

    return make


@pytest.fixture
async def house(tmp_path: Path) -> Any:
    store, worker = await Store.open(tmp_path / "house"), Worker(Settings(data=tmp_path / "house"))
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
    for given in exporting.real(tower, Path(asked.into)):
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


@pytest.mark.parametrize("name", ["clip", "bert"])
def test_weights_of_8_bits_are_a_quarter_and_near(asked: Callable[..., Asked], name: str) -> None:
    wanted = asked(name, eight_bits=True)
    told = export(wanted, planned(Path(wanted.checkpoint)), lambda _: None)
    assert 0 < float(told.made_by["content_cosine_distance"]) <= exporting.EIGHT_BITS
    assert (Path(wanted.into) / "content.onnx").stat().st_size == told.files["content.onnx"].bytes


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
