"""What stands before a model: pictures, sound and texts made ready; with a model at hand, texts to vectors.

All figures are CPU time of one thread. Pictures: a JPEG of 12 million pixels for CLIP, from the thumbnail the
house has made of it and from the file. Sound: three crops of 10 s of a track of 4 minutes for CLAP and for
YAMNet, decoded from MP3 and FLAC; the slowest counts. Texts: 20 words each, 32 at a time; they need
onnxruntime and `--models DIR` with a MiniLM in `DIR/minilm.int8`. What is not at hand is named and not run.
Questions: medians in a library of `--items`, warm, by words alone and with meaning (`search_speed.py`).
`models` in the receipt is what `anagnorisis models bench` says of what is built in and of the models in DIR.
"""

import argparse
import asyncio
import importlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import av
import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

import search_speed
from anagnorisis.config import Settings
from anagnorisis.domain import AnagnorisisError
from anagnorisis.embed import importing
from anagnorisis.embed.front import picture
from anagnorisis.embed.front.recipes import MelRecipe, PictureRecipe, SoundRecipe, TextRecipe
from anagnorisis.embed.front.sound import Listener
from anagnorisis.embed.front.text import Reader
from anagnorisis.embed.registry import Registry
from anagnorisis.embed.workers import Workers
from anagnorisis.library import pace
from anagnorisis.library.embed import Embedding
from anagnorisis.media.pictures import shrink
from anagnorisis.store.db import Store
from anagnorisis.taste.spaces import Spaces
from receipt import arguments, conclude

RATE, MINUTES = 44_100, 4
BATCH, WORDS, TEXTS = 32, 20, 512
CLIP = PictureRecipe(
    224,
    224,
    "crop",
    interpolation="bicubic",
    mean=(0.48145466, 0.4578275, 0.40821073),
    std=(0.26862954, 0.26130258, 0.27577711),
)
CLAP = SoundRecipe(MelRecipe(48_000, 1024, 1024, 480, 64, 50, 14_000), 10, channels=1)
YAMNET = SoundRecipe(
    MelRecipe(16_000, 512, 400, 160, 64, 125, 7500, "htk", "scale", False, 1, "ln", 0.001, centred=False),
    10,
    patch=96,
)
MINILM = TextRecipe(256)


def cpu_s(work: Callable[[], object], runs: int) -> float:
    """Median CPU seconds of `work`, after one run that does not count."""
    work()
    found = []
    for _ in range(runs):
        began = time.thread_time()
        work()
        found.append(time.thread_time() - began)
    return statistics.median(found)


def pictures(folder: Path, runs: int) -> tuple[dict[str, float], dict[str, float | str]]:
    """CPU ms to make a large picture ready, and Pillow's decoding the whole of it for comparison."""
    rng = np.random.default_rng(5)
    blocks = rng.integers(0, 255, (375, 500, 3), np.uint8).repeat(8, 0).repeat(8, 1)
    file = folder / "large.jpg"
    Image.fromarray(blocks // 2 + rng.integers(0, 24, blocks.shape, np.uint8)).save(file, quality=90)
    thumbnail = shrink(file.read_bytes(), 480)

    def whole() -> None:
        with Image.open(file) as image:
            picture.numbers(image.convert("RGB"), CLIP)

    ways = {
        "image_front_ms": lambda: picture.array(bytes(file), CLIP, thumbnail),
        "image_front_file_ms": lambda: picture.array(bytes(file), CLIP),
        "image_decoded_whole_ms": whole,
    }
    found = {name: round(1000 * cpu_s(way, runs), 2) for name, way in ways.items()}
    return found, {
        "image_front_to_whole": round(found["image_front_ms"] / found["image_decoded_whole_ms"], 3)
    }


def sounds(folder: Path, runs: int) -> dict[str, float]:
    """Seconds of sound decoded and made ready in a CPU second."""
    found = {}
    for name, codec in (("mp3", "libmp3lame"), ("flac", "flac")):
        file = bytes(track(folder / f"track.{name}", codec))
        for model, recipe in (("clap", CLAP), ("yamnet", YAMNET)):
            listener = Listener(recipe)
            took = cpu_s(lambda file=file, listener=listener: listener.arrays(file), runs)
            found[f"audio_{model}_{name}_realtime"] = round(recipe.crops * recipe.seconds / took, 1)
    return {"audio_realtime": min(found.values()), **found}


def track(path: Path, codec: str) -> Path:
    """Tones that swell under noise, in two channels."""
    t, rng = np.arange(60 * MINUTES * RATE) / RATE, np.random.default_rng(7)
    tones = [np.sin(2 * np.pi * hertz * t) * (1 + np.sin(t)) for hertz in (220, 331)]
    sound = (0.2 * np.stack(tones) + 0.05 * rng.normal(size=(2, len(t)))).clip(-1, 1)
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=RATE, layout="stereo")
        frame = av.AudioFrame.from_ndarray(sound.astype(np.float32), "fltp", "stereo")
        frame.sample_rate = RATE
        shape = av.AudioResampler(stream.codec_context.format, "stereo", RATE, frame_size=1152)
        for piece in [*shape.resample(frame), *shape.resample(None)]:
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return path


def texts(models: Path | None, runs: int) -> float | str:
    """Texts to vectors in a CPU second by MiniLM, or why it was not run."""
    folder = models / "minilm.int8" if models else None
    if folder is None or not (folder / "model.onnx").exists():
        return "not run: --models names no folder with minilm.int8"
    if not find_spec("onnxruntime"):
        return "not run: onnxruntime is not installed"
    onnxruntime: Any = importlib.import_module("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, ["CPUExecutionProvider"])
    reader = Reader(folder / "tokenizer.json", MINILM)
    rng = np.random.default_rng(3)
    known = ["music", "river", "stone", "window", "morning", "under", "green", "garden", "without", "city"]
    given = [" ".join(rng.choice(known, WORDS)) for _ in range(TEXTS)]

    def work() -> list[NDArray[np.float32]]:
        chunks = [chunk for text in given for chunk in reader.chunks(text)]
        return [session.run(None, batch.inputs)[0] for batch in reader.batches(chunks, BATCH)]

    return round(TEXTS / cpu_s(work, runs), 1)


async def table(data: Path, models: Path | None) -> list[dict[str, Any]]:
    """What is built in, and each model in a folder of `models`, on made items; what is none is left out."""
    settings = Settings(data=data)
    store, worker = await Store.open(data), Workers(settings)
    try:
        spaces = Spaces(store, Registry(store, data / "models"))
        for file in sorted(models.glob("*/model.json")) if models else ():
            try:
                await importing.bring_in(file.parent, store, spaces.registry, worker)
            except AnagnorisisError as error:
                print(f"{file.parent.name}: {error.what}")
        embedding = Embedding(store, worker, spaces)
        return [msgspec.to_builtins(one) async for one in pace.measured(store, embedding, settings)]
    finally:
        await worker.close()
        await store.close()


def options() -> argparse.Namespace:
    """The command line."""
    parser = arguments(__doc__)
    parser.add_argument("--models", type=Path, metavar="DIR", help="a folder of models to try")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--items", type=int, default=100_000, help="of the library that is searched")
    return parser.parse_args()


def main() -> None:
    """Measure what can be measured here and print the receipt."""
    asked, load = options(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as made:
        figures, ratios = pictures(Path(made), asked.runs)
        figures |= sounds(Path(made), asked.runs)
    found = texts(asked.models, asked.runs)
    if isinstance(found, str):
        ratios["minilm_texts_per_core_s"] = found
    else:
        figures["minilm_texts_per_core_s"] = found
    with tempfile.TemporaryDirectory() as made:
        searched = asyncio.run(search_speed.measure(Path(made, "house"), asked.items))
        known = asyncio.run(table(Path(made, "models"), asked.models))
    figures |= {name: searched.pop(name) for name in ("search_words_ms", "search_meaning_ms")}
    ratios |= {
        f"search_{name}" if not name.startswith("search") else name: told for name, told in searched.items()
    }
    conclude("models", figures, ratios, asked.json, load, {"models": known})


if __name__ == "__main__":
    main()
