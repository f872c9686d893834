"""The sample library: the same seed gives the same files, gaps are filled, failure is told."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from anagnorisis.domain import WorkerLost
from anagnorisis.sources.sample import write_sample
from anagnorisis.sources.sample.music import STYLES
from anagnorisis.sources.sample.texts import SUBJECTS, texts


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    steps = list(write_sample(folder, seed=7, music=2, images=3, articles=3))
    assert steps == [(n + 1, 10) for n in range(10)]  # two tracks, their two covers, three and three
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_same_seed_gives_the_same_pictures_and_words(sample: Path, tmp_path: Path) -> None:
    list(write_sample(tmp_path, seed=7, music=0, images=3, articles=3))
    first, again = files(sample), files(tmp_path)
    assert again and all(first[name] == body for name, body in again.items())


def test_another_seed_gives_other_pictures(sample: Path, tmp_path: Path) -> None:
    list(write_sample(tmp_path, seed=8, music=0, images=3, articles=0))
    assert not set(files(sample).values()) & set(files(tmp_path).values())


def test_a_track_is_thirty_seconds_of_sound_with_tags(sample: Path) -> None:
    track = next((sample / "music" / STYLES[0].artist).glob("*.opus"))
    with av.open(str(track)) as opened:
        stream = opened.streams.audio[0]
        tags = {**opened.metadata, **stream.metadata}
        sound = np.concatenate([frame.to_ndarray().ravel() for frame in opened.decode(stream)])
    named = {key.lower(): value for key, value in tags.items()}
    assert (named["artist"], named["genre"]) == (STYLES[0].artist, STYLES[0].genre)
    assert abs(len(sound) / 48_000 - 30) < 0.1
    assert 0.5 < np.abs(sound).max() <= 1.0


def test_styles_sound_different(sample: Path) -> None:
    rng = np.random.default_rng(1)
    spectra = []
    for style in STYLES:
        power = np.abs(np.fft.rfft(style.play(rng)[: 2**19])) ** 2
        share = np.add.reduceat(power, [0, 1000, 4000, 16000, 64000]) / power.sum()
        spectra.append(share)
    distances = [np.abs(a - b).sum() for i, a in enumerate(spectra) for b in spectra[:i]]
    assert min(distances) > 0.02


def test_pictures_open_and_say_when_they_were_taken(sample: Path) -> None:
    for path in (sample / "pictures").rglob("*.jpg"):
        with Image.open(path) as image:
            assert min(image.size) >= 800
            assert image.getexif().get_ifd(0x8769)[0x9003]


def test_a_text_of_each_subject_uses_only_its_own_sentences(tmp_path: Path) -> None:
    for path, write in texts(tmp_path, 3, len(SUBJECTS)):
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path)
        _, sentences, _ = SUBJECTS[path.parent.name]
        assert sum(sentence in path.read_text("utf-8") for sentence in sentences) == 12


def test_a_second_call_only_fills_gaps(sample: Path) -> None:
    before = files(sample)
    lost = next((sample / "pictures").rglob("*.jpg"))
    kept = next((sample / "texts").rglob("*.*"))
    lost.unlink()
    kept.write_text("my own words", "utf-8")
    list(write_sample(sample, seed=7, music=2, images=3, articles=3))
    after = files(sample)
    assert after.pop(str(kept.relative_to(sample))) == b"my own words"
    before.pop(str(kept.relative_to(sample)))
    assert after == before


def test_no_room_is_told_in_a_sentence(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_bytes(b"not a folder")
    with pytest.raises(WorkerLost, match="could not be written"):
        list(write_sample(taken, music=0, images=1, articles=0))
