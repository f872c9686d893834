"""A committee begins as the linear taste, learns what that leaves over, goes on where it was interrupted."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from anagnorisis.train import files, learning
from anagnorisis.train.files import CHECKPOINT
from anagnorisis.train.forward import say
from anagnorisis.train.learning import Learning
from anagnorisis.train.network import Committee, Face
from anagnorisis.train.trials import trials

from .conftest import MakeExercises


def weights_of(taught: Learning) -> dict[str, NDArray[np.float32]]:
    return {name: value.cpu().numpy() for name, value in taught.committee.state_dict().items()}


def test_an_untaught_head_says_what_the_linear_taste_says() -> None:
    face = Face(Committee(9, 2, 3)).eval()
    shift, stretch, unsure = face(torch.randn(6, 9), torch.tensor([1]), torch.tensor([2]))
    assert not shift.any() and (stretch == 1).all() and not unsure.any()


def test_it_learns_what_no_line_can_tell(make_exercises: MakeExercises, tmp_path: Path) -> None:
    exercises = make_exercises(200)
    taught = Learning(exercises, tmp_path / CHECKPOINT)
    taught.learn(120, lambda *_: None)
    weights = weights_of(taught)
    (trial,) = trials(exercises, lambda rows, kind, person: say(weights, rows, kind, person))
    assert trial.ratings == 60
    assert trial.head_error < 0.85 * trial.linear_error
    assert trial.head_rank and trial.linear_rank is not None and trial.head_rank > trial.linear_rank + 0.1


def test_where_there_is_nothing_to_learn_it_changes_next_to_nothing(
    make_exercises: MakeExercises, tmp_path: Path
) -> None:
    exercises = make_exercises(60, bent=False)
    taught = Learning(exercises, tmp_path / CHECKPOINT)
    taught.learn(60, lambda *_: None)
    rows = torch.as_tensor(exercises.rows, dtype=torch.float32)
    with torch.no_grad():
        shift, _, _ = Face(taught.committee).eval()(rows, torch.tensor([0]), torch.tensor([0]))
    assert float(shift.square().mean().sqrt()) < 0.3


def test_fresh_ratings_teach_nobody(
    make_exercises: MakeExercises, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "EPOCHS", 3)
    exercises, made = make_exercises(40), []
    for name in ("one", "other"):
        Learning(exercises, tmp_path / name).learn(60, lambda *_: None)
        made.append(files.get(tmp_path / name)[0])
        exercises.rating[exercises.fresh] = 0
    assert made[0]["now.out"].any(), "something was learned"
    assert all(np.array_equal(made[0][name], made[1][name]) for name in made[0])


def test_an_interrupted_course_ends_as_one_that_was_not(
    make_exercises: MakeExercises, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "EPOCHS", 6)
    exercises = make_exercises(40)
    whole = Learning(exercises, tmp_path / "whole")
    whole.learn(60, lambda *_: None)

    def interrupt(done: int, _: float) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Learning(exercises, tmp_path / "parts").learn(60, interrupt)
    told: list[int] = []
    resumed = Learning(exercises, tmp_path / "parts")
    resumed.learn(60, lambda done, _: told.append(done))
    assert told == [4, 5, 6], "what was told of is not done again"
    assert resumed.progress.best == whole.progress.best
    before, after = weights_of(whole), weights_of(resumed)
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_the_seconds_of_all_parts_are_counted(make_exercises: MakeExercises, tmp_path: Path) -> None:
    exercises = make_exercises(40)
    spent: list[float] = []
    Learning(exercises, tmp_path / CHECKPOINT).learn(1e-9, lambda _, seconds: spent.append(seconds))
    assert len(spent) == 1, "one epoch is always made"
    Learning(exercises, tmp_path / CHECKPOINT).learn(spent[0], lambda _, seconds: spent.append(seconds))
    assert len(spent) == 1, "and nothing more when the seconds are used up"
