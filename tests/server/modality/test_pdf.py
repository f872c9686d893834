"""A PDF becomes a text that flows, and a bad one a sentence; PDFium never runs in the house itself."""

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from tests.books import make_book, pdf

from anagnorisis.domain import Unreadable
from anagnorisis.modality import pdf as reading

LINES = [
    "The tide had gone out further than anybody remem-",
    "bered, and on the sand lay the hull of the old ferry",
    "with its name still legible.",
    "Nobody spoke for a while. Then the children ran down",
    "to it, and the rest of the village followed them.",
]


def read(folder: Path, data: bytes) -> reading.Document:
    return reading.read(os.fsencode(make_book(folder / "a.pdf", data)))


def test_lines_are_paragraphs_again_and_parted_words_are_whole(tmp_path: Path) -> None:
    told = read(
        tmp_path, pdf([LINES], Title="The ferry", Author="Ida Moss", CreationDate="D:20210405120000Z")
    )
    assert told.plain.split("\n") == [
        "The tide had gone out further than anybody remembered, and on the sand lay the hull of the old ferry"
        " with its name still legible.",
        "Nobody spoke for a while. Then the children ran down to it, and the rest of the village followed"
        " them.",
    ]
    assert (told.title, told.author, told.published) == ("The ferry", "Ida Moss", "2021-04-05")


def test_what_stands_on_every_page_is_no_part_of_the_text(tmp_path: Path) -> None:
    pages = [[f"The ferry | page {n}", f"Chapter {n} tells something new.", str(n)] for n in range(1, 8)]
    told = read(tmp_path, pdf(pages))
    assert "The ferry" not in told.plain
    assert told.plain.split("\n") == [f"Chapter {n} tells something new." for n in range(1, 8)]


def test_a_sentence_goes_on_over_the_edge_of_few_pages_as_its_own_paragraph(tmp_path: Path) -> None:
    told = read(tmp_path, pdf([["It rained all night"], ["and in the morning too."]]))
    assert told.plain == "It rained all night\nand in the morning too."


def test_signs_that_mean_something_in_html_are_only_signs(tmp_path: Path) -> None:
    told = read(tmp_path, pdf([["<script>alert(1)</script> & more"]]))
    assert told.plain == "<script>alert(1)</script> & more"
    assert "<script" not in told.html


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (pdf([[]]), "scan"),
        (b"%PDF-1.7\nnothing of the kind", "no whole PDF"),
        (pdf([LINES])[:200], "no whole PDF"),
    ],
)
def test_what_cannot_be_read_has_a_reason(data: bytes, why: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=why):
        read(tmp_path, data)


def test_a_file_that_keeps_its_reader_busy_ends_only_its_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = tmp_path / "busy.py"
    busy.write_text("import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass\n")
    monkeypatch.setattr(reading, "CHILD", busy)
    with pytest.raises(Unreadable, match="more time or memory"):
        read(tmp_path, pdf([LINES]))
    monkeypatch.setattr(reading, "PATIENCE_S", 0.2)
    with pytest.raises(Unreadable, match="too long"):
        read(tmp_path, pdf([LINES]))


def test_the_first_page_is_its_face(tmp_path: Path) -> None:
    face = Image.open(
        BytesIO(reading.face(os.fsencode(make_book(tmp_path / "a.pdf", pdf([LINES, []]))), 160))
    )
    assert face.size == (120, 160) and face.mode == "RGB"
    assert len(face.getcolors(1 << 16) or []) > 2, "there is ink on the paper"


def test_the_house_itself_never_loads_pdfium(tmp_path: Path) -> None:
    asked = "import sys, anagnorisis.app; print('pypdfium2' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
