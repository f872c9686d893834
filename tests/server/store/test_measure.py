"""What is recommended follows from what was measured, and is written into a file that people edit."""

import tomllib
from pathlib import Path

import pytest

from anagnorisis.config import load
from anagnorisis.domain import BadValue
from anagnorisis.store import measure
from anagnorisis.store.measure import Measured

FOUND = Measured({1: 10e9, 2: 18e9}, {1: 9e9, 2: 17e9}, {1000: (1.0, 2.0), 2000: (2.0, 1.0)}, 2, 20_000)


def test_a_small_machine_is_measured_and_every_figure_is_told() -> None:
    said: list[str] = []
    found = measure.measure(said.append, sizes=(600, 1200), stream=1 << 22, dim=16)
    assert [line.split()[0] for line in said] == ["Reading", "Looking", "Looking"]
    assert found.stream.keys() == found.scan.keys() and 1 in found.stream
    assert all(rate > 0 for rate in [*found.stream.values(), *found.scan.values()])
    assert found.compared.keys() == {600, 1200} and found.threads in found.scan
    told = "\n".join(measure.report(found))
    assert f"vectors.threads = {found.threads}" in told and f"vectors.ivf_from = {found.ivf_from}" in told


@pytest.mark.parametrize(
    ("compared", "expected"),
    [
        ({1000: (1.0, 2.0), 2000: (2.0, 1.0)}, 10_000),  # a scan of 10,000 rows takes 10 ms
        ({1000: (40.0, 50.0), 2000: (80.0, 20.0)}, 2000),  # lists lose at 1,000
        ({1000: (40.0, 10.0), 2000: (80.0, 20.0)}, 1000),
        ({1000: (1.0, 2.0), 2000: (2.0, 3.0)}, 300_000),  # they never won
        ({1000: (0.001, 0.01), 2000: (0.002, 0.02)}, 10_000_000),
    ],
)
def test_lists_begin_where_they_are_faster_and_a_scan_would_be_noticed(
    compared: dict[int, tuple[float, float]], expected: int
) -> None:
    assert measure._crossing(compared) == expected


def test_no_more_threads_are_taken_than_give_a_twentieth_more() -> None:
    assert measure._fewest({1: 10.0, 2: 19.0, 3: 19.5, 4: 18.0}) == 2
    assert measure._fewest({1: 10.0, 2: 10.1}) == 1


def test_settings_are_written_beside_what_people_wrote(tmp_path: Path) -> None:
    file = tmp_path / "anagnorisis.toml"
    file.write_text(
        '# our house\nport = 9000  # not the usual\n\n[vectors]\nengine = "core"  # as always\nthreads = 1\n'
    )
    assert measure.write(tmp_path, FOUND) == file
    text = file.read_text()
    assert "# our house\nport = 9000  # not the usual" in text and 'engine = "core"  # as always' in text
    settings = load({"data": tmp_path}, {})
    assert (settings.port, settings.vectors.threads, settings.vectors.ivf_from) == (9000, 2, 20_000)
    assert [path.name for path in tmp_path.iterdir()] == ["anagnorisis.toml"]


def test_a_house_without_a_file_gets_one(tmp_path: Path) -> None:
    measure.write(tmp_path / "new", FOUND)
    assert tomllib.loads((tmp_path / "new" / "anagnorisis.toml").read_text()) == {
        "vectors": {"mode": "auto", "threads": 2, "ivf_from": 20_000}
    }


@pytest.mark.parametrize("text", ["port = = 1\n", "vectors = 3\n"])
def test_a_file_that_does_not_fit_stays_as_it_is(tmp_path: Path, text: str) -> None:
    file = tmp_path / "anagnorisis.toml"
    file.write_text(text)
    with pytest.raises(BadValue, match="left as it is"):
        measure.write(tmp_path, FOUND)
    assert file.read_text() == text
