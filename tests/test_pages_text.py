"""The measure of texts found on pages: runs of four words, as the benchmark it is taken from defines them."""

import gzip
import json
from pathlib import Path

import pytest
from tests.pages import SCRIPTED, page

import pages_text


def test_runs_are_of_four_words_and_counted_as_often_as_they_stand() -> None:
    assert pages_text.runs("a b c d e") == {("a", "b", "c", "d"): 1, ("b", "c", "d", "e"): 1}
    assert pages_text.runs("a, b! c d — a b c d")[("a", "b", "c", "d")] == 2
    assert pages_text.runs("a b") == {("a", "b"): 1}
    assert pages_text.runs("") == pages_text.runs(" … ") == {}


def put(folder: Path, pages: dict[str, tuple[bytes, str]]) -> None:
    (folder / "html").mkdir(parents=True)
    for name, (body, _) in pages.items():
        (folder / "html" / f"{name}.html.gz").write_bytes(gzip.compress(body))
    told = {
        name: {"url": f"https://site.example/{name}", "articleBody": text}
        for name, (_, text) in pages.items()
    }
    (folder / "ground-truth.json").write_text(json.dumps(told))


def test_a_text_that_is_found_whole_counts_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages_text, "PAGES", tmp_path)
    words = pages_text.extract(page(), "", "https://site.example/a").plain
    put(tmp_path, {"a": (page(), words)})
    told = pages_text.measure()
    assert told is not None and (told.f1, told.precision, told.recall, told.lost) == (1.0, 1.0, 1.0, 0)


def test_a_page_without_a_text_costs_recall_and_no_precision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages_text, "PAGES", tmp_path)
    words = pages_text.extract(page(), "", "https://site.example/a").plain
    put(tmp_path, {"a": (page(), words), "b": (SCRIPTED, "A text that only scripts would show.")})
    told = pages_text.measure()
    assert told is not None and (told.precision, told.recall, told.lost) == (1.0, 0.5, 1)
    assert told.f1 == pytest.approx(2 / 3)


def test_without_the_pages_there_is_no_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages_text, "PAGES", tmp_path / "none")
    assert pages_text.measure() is None
