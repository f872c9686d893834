"""The wheel carries all that the house needs: package, core, stub, tables, migrations and the built app."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MIGRATIONS = sorted((ROOT / "server/anagnorisis/store/migrations").glob("*.sql"))
FROM_THE_WHEEL = """
import sys
sys.path.insert(0, sys.argv[1])
from anagnorisis import _core, app
print(_core.__file__.startswith(sys.argv[1]), (app.UI / "index.html").is_file())
"""
WITHIN = (
    "anagnorisis/__main__.py",
    "anagnorisis/_core.pyi",
    "anagnorisis/py.typed",
    "anagnorisis/api/not_built.html",
    "anagnorisis/embed/data/LICENSE",
    "anagnorisis/embed/data/NOTICE",
    "anagnorisis/embed/data/table.npz",
    "anagnorisis/embed/data/tokenizer.json",
    "anagnorisis/embed/known/clap-htsat.json",
    "anagnorisis/media/reader.css",
    "anagnorisis/ui/index.html",
    "anagnorisis/ui/manifest.webmanifest",
    "anagnorisis/ui/sw.js",
)


@pytest.mark.long
def test_a_wheel_serves_on_its_own(tmp_path: Path) -> None:
    words = ["build", "--release", "--quiet", "--out", str(tmp_path)]
    subprocess.run([Path(sys.executable).with_name("maturin"), *words], cwd=ROOT, check=True, timeout=900)
    (wheel,) = tmp_path.glob("*.whl")
    assert "abi3" in wheel.name
    names = set(zipfile.ZipFile(wheel).namelist())
    migrations = {f"anagnorisis/{at.relative_to(ROOT / 'server/anagnorisis')}" for at in MIGRATIONS}
    assert {*WITHIN, *migrations} - names == set()
    assert any(name.startswith("anagnorisis/_core") and name.endswith(".so") for name in names)
    assert any(name.startswith("anagnorisis/ui/assets/index-") for name in names)
    assert {name for name in names if "/ui/" not in name and name.endswith((".svelte", ".ts"))} == set()
    shut = tmp_path / "unpacked"
    zipfile.ZipFile(wheel).extractall(shut)
    said = subprocess.run(
        [sys.executable, "-c", FROM_THE_WHEEL, shut], capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout.split() == ["True", "True"]
