"""What the server knows of its embedders before it starts one."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from anagnorisis.domain import KINDS
from anagnorisis.embed import ARTICLE_DATA, EMBEDDERS

DATA = Path(sys.modules["anagnorisis.embed"].__file__ or "").parent / "data"
ASK = "import sys, anagnorisis.embed.worker; print(*({'av', 'PIL', 'tokenizers'} & sys.modules.keys()))"


def test_every_kind_has_an_embedder_of_its_own() -> None:
    assert set(EMBEDDERS) == set(KINDS)
    assert len({spec.digest for spec in EMBEDDERS.values()}) == len(KINDS)
    assert {kind: spec.dim for kind, spec in EMBEDDERS.items()} == {
        "music": 518,
        "image": 691,
        "article": 256,
    }


@pytest.mark.parametrize("name", ARTICLE_DATA)
def test_the_digest_names_the_data_that_lie_here(name: str) -> None:
    assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == ARTICLE_DATA[name]


def test_the_data_say_where_they_come_from_and_that_they_were_changed() -> None:
    notice = (DATA / "NOTICE").read_text()
    assert "all-MiniLM-L6-v2" in notice
    assert "changed     yes" in notice
    assert "Apache License" in (DATA / "LICENSE").read_text()


def test_the_server_imports_no_library_of_the_embedders() -> None:
    loaded = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == ""
