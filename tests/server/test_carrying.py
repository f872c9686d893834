"""`taste export` and `taste import`, with a house running and without one."""

import json
import stat
import zipfile
from pathlib import Path
from uuid import uuid4

from tests.server.running import Start, run

RATED = {"type": "event", "kind": "rating", "value": 8, "at": 1_790_000_000_000}


def lines(many: int) -> str:
    told = [{**RATED, "uuid": str(uuid4()), "item": f"{n:032x}"} for n in range(many)]
    return "\n".join(map(json.dumps, told)) + "\n"


def test_a_taste_goes_from_a_house_at_rest_to_one_that_runs(start: Start, tmp_path: Path) -> None:
    other, written, taste = tmp_path / "other", tmp_path / "ada.jsonl", tmp_path / "ada.zip"
    written.write_text(lines(12) + "no line of ours\n")
    assert run("people", "add", "Ada", "--data", other).returncode == 0
    told = run("taste", "import", "ada", written, "--data", other)
    assert told.stdout.splitlines()[0] == "12 events of Ada are in the house now."
    assert "Line 13 could not be taken in: This line is none" in told.stdout
    assert (
        run("taste", "export", "Ada", taste, "--data", other).stdout == f"The taste of Ada is in {taste}.\n"
    )
    assert stat.S_IMODE(taste.stat().st_mode) == 0o600
    with zipfile.ZipFile(taste) as read:
        assert read.read("events.ndjson").count(b'"type":"event"') == 12
    house = start()
    house.open()
    for _ in range(2):
        told = run("taste", "import", "Ada", taste, "--data", tmp_path / "data")
        assert told.stdout == "12 events of Ada are in the house now.\n"
    again = run("taste", "export", "Ada", taste, "--data", tmp_path / "data")
    assert again.returncode == 1 and "is there already" in again.stderr


def test_what_cannot_be_carried_is_refused_in_a_sentence(tmp_path: Path) -> None:
    data, nothing = tmp_path / "data", tmp_path / "none" / "x.zip"
    wrong = tmp_path / "wrong.zip"
    wrong.write_bytes(b"PK\x03\x04 and no more")
    run("people", "add", "Ada", "--data", data)
    for words, why in (
        (("export", "Eve", tmp_path / "eve.zip"), "nobody called Eve"),
        (("export", "Ada", nothing), "No such file or directory"),
        (("import", "Ada", nothing), "No such file or directory"),
        (("import", "Ada", wrong), "no taste, or it was damaged"),
    ):
        told = run("taste", *words, "--data", data)
        assert told.returncode == 1 and why in told.stderr and "Traceback" not in told.stderr
    assert not (tmp_path / "eve.zip").exists()
