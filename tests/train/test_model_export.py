"""Tiny checkpoints, made from their configurations, say in the house's worker what they say in torch."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
import pytest
import torch
import transformers
from PIL import Image
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from anagnorisis.config import Settings
from anagnorisis.domain import BadValue, Refused
from anagnorisis.embed import description, importing, trial
from anagnorisis.embed.frames import Made
from anagnorisis.embed.onnx import Graph
from anagnorisis.embed.registry import Registry
from anagnorisis.embed.worker import Worker
from anagnorisis.export import eight, exporting, process
from anagnorisis.export.exporting import export
from anagnorisis.export.given import real
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


def qwen3(folder: Path) -> None:
    config = transformers.Qwen3Config(
        **TEXT, num_key_value_heads=1, head_dim=16, max_position_embeddings=128, initializer_range=0.2
    )
    saved(folder, transformers.Qwen3Model(config))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling/config.json").write_text(json.dumps({"pooling_mode_lasttoken": True}))
    prompts = {"prompts": {"query": "Bees: ", "document": ""}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts))


MAKERS: dict[str, Make] = {"clip": clip, "siglip": siglip, "clap": clap, "bert": bert, "qwen3": qwen3}


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(7)


@pytest.fixture
def asked(tmp_path: Path) -> Callable[..., Asked]:
    def make(name: str, eight_bits: bool = False, given: str = "") -> Asked:
        checkpoint = tmp_path / name
        checkpoint.mkdir()
        MAKERS[name](checkpoint)
        told = (f"tiny-{name}", "CC0-1.0", "a test")
        return Asked(str(checkpoint), str(tmp_path / "out"), *told, eight_bits, given)

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


def pictures(folder: Path, count: int) -> None:
    folder.mkdir()
    for number in range(count):
        drawn = np.random.default_rng(number).integers(0, 255, (6, 6, 3)).astype(np.uint8)
        Image.fromarray(drawn).resize((90, 70)).save(folder / f"{number}.png")
    (folder / "cover.txt").write_text("No picture, and passed over.")


@pytest.mark.parametrize("name", ["clip", "bert", "qwen3"])
def test_weights_of_8_bits_are_near_and_the_nearer_way_is_kept(
    asked: Callable[..., Asked], tmp_path: Path, name: str
) -> None:
    if name == "clip":
        pictures(tmp_path / "own", 24)
    wanted, lines = asked(name, True, str(tmp_path / "own") if name == "clip" else ""), list[str]()
    told = export(wanted, planned(Path(wanted.checkpoint)), lines.append)
    for part in {"content"} | ({"words"} if told.words else set()):
        said = [line for line in lines if line.startswith(part)]
        tried = {
            way: float(line.split("at most ")[1].split()[0])
            for line in said
            for way in ("dynamic", "calibrated")
            if line.startswith(f"{part}: {way}, ") and "neighbours" not in line
        }
        assert tried.keys() == {"dynamic", "calibrated"}
        way = told.made_by[f"{part}_weights"].removeprefix("8 bits, ")
        assert tried[way] == min(tried.values())
        assert 0 < float(told.made_by[f"{part}_cosine_distance"]) <= exporting.EIGHT_BITS
        assert exporting.NEIGHBOURS <= float(told.made_by[f"{part}_neighbours_kept"]) <= 1
        graph = onnx.load(Path(wanted.into) / f"{part}.onnx")
        kinds = {node.op_type for node in graph.graph.node}
        assert ("QuantizeLinear" in kinds) == (way == "calibrated")
        assert ("DynamicQuantizeLinear" in kinds) == (way == "dynamic")
        scales = [one.dims for one in graph.graph.initializer if one.name.endswith("_scale")]
        assert any(dims and dims[0] > 1 for dims in scales), "a scale for each channel"
    assert {*told.files} == {one.name for one in Path(wanted.into).iterdir()} - {"model.json"}


def test_too_few_pictures_calibrate_nothing_and_that_is_said(asked: Callable[..., Asked]) -> None:
    wanted, lines = asked("clip", True), list[str]()
    told = export(wanted, planned(Path(wanted.checkpoint)), lines.append)
    assert any(line.startswith("content: not calibrated, as that needs 8 things") for line in lines)
    assert told.made_by["content_weights"] == "8 bits, dynamic"


def test_weights_of_8_bits_that_stray_are_refused_with_the_figure(
    asked: Callable[..., Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = asked("bert", True)
    monkeypatch.setattr(exporting, "EIGHT_BITS", 1e-7)
    with pytest.raises(Refused, match=r"content is [0-9.e-]+ from torch by cosine, more than 1e-07"):
        export(wanted, planned(Path(wanted.checkpoint)), lambda _: None)
    assert not Path(wanted.into).exists()


def test_a_graph_that_mixes_neighbours_up_is_refused() -> None:
    rng = np.random.default_rng(3)
    told = [rng.normal(size=(2, 8)) for _ in range(20)]
    same = eight.compared(told, told)
    assert same.apart < 1e-12 and same.kept == 1
    mixed = eight.compared([one + rng.normal(size=(2, 8)) * 3 for one in told], told)
    assert mixed.kept is not None and mixed.kept < exporting.NEIGHBOURS
    assert eight.compared(told[:10], told[:10]).kept is None, "too few to say"
    with pytest.raises(Refused, match=r"content keeps \d+% of the nearest neighbours that torch finds"):
        exporting._agrees("content", eight.Near(0.001, mixed.kept), 0.02, "", lambda _: None)
    assert eight.compared([told[0] * np.nan], told[:1]).apart == float("inf")


def test_things_of_ones_own_must_be_readable(asked: Callable[..., Asked], tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/a.txt").write_text("no picture")
    wanted = asked("clip", True, str(tmp_path / "own"))
    with pytest.raises(BadValue, match=r"Nothing at .*own can be read"):
        export(wanted, planned(Path(wanted.checkpoint)), lambda _: None)
    with pytest.raises(BadValue, match="There is nothing at"):
        process.run(
            Path(wanted.checkpoint),
            tmp_path / "o",
            name="",
            licence="",
            source="",
            eight_bits=True,
            given=tmp_path / "x",
        )


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
