"""What is put is got again, all of it or what was there before."""

from pathlib import Path

import numpy as np
import pytest
from safetensors import SafetensorError

from anagnorisis.train import files
from anagnorisis.train.files import Exercises


def test_exercises_come_back_as_they_were(exercises: Exercises, tmp_path: Path) -> None:
    files.put_exercises(tmp_path / files.EXERCISES, exercises)
    told = files.get_exercises(tmp_path / files.EXERCISES)
    assert (told.kinds, told.people) == (exercises.kinds, exercises.people)
    for name in Exercises.__struct_fields__[2:]:
        before, after = getattr(exercises, name), getattr(told, name)
        assert after.dtype == before.dtype, name
        assert np.array_equal(after, before), name


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / files.WEIGHTS
    files.put(path, {"a": np.arange(3)}, {"of": "the first"})
    files.put(path, {"a": np.arange(4)[::2]})
    arrays, told = files.get(path)
    assert arrays["a"].tolist() == [0, 2] and told == {}
    assert [one.name for one in tmp_path.iterdir()] == [files.WEIGHTS]


def test_damage_is_told(tmp_path: Path) -> None:
    path = tmp_path / files.WEIGHTS
    files.put(path, {"a": np.arange(300)})
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(SafetensorError):
        files.get(path)
    with pytest.raises(FileNotFoundError):
        files.get(tmp_path / "absent.safetensors")
