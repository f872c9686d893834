"""Names as signs: the same everywhere, bounded, and nearly at right angles."""

import subprocess
import sys

import numpy as np

from anagnorisis.modality.codes import bounded, mixed_code, sign_code


def test_the_code_of_a_name_is_the_same_in_every_process() -> None:
    program = "from anagnorisis.modality.codes import sign_code; print(sign_code('Nina Simone'))"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == str(sign_code("Nina Simone"))


def test_codes_have_length_one_and_ignore_case() -> None:
    assert np.isclose(np.linalg.norm(sign_code("Rock")), 1)
    assert sign_code("ROCK") == sign_code("rock")


def test_no_name_is_no_signal() -> None:
    assert not any(sign_code(""))
    assert not mixed_code([]).any()


def test_codes_of_different_names_are_unrelated_on_average() -> None:
    codes = np.array([sign_code(f"artist {n}") for n in range(400)])
    likeness = codes @ codes.T
    off = likeness[~np.eye(400, dtype=bool)]
    assert abs(off.mean()) < 0.02
    assert off.std() < 0.4


def test_several_names_mix_into_a_code_of_about_the_same_length() -> None:
    lengths = [np.linalg.norm(mixed_code([f"{n}", f"{n} b", f"{n} c"])) for n in range(200)]
    assert 0.8 < np.mean(lengths) < 1.1


def test_numbers_are_held_within_one() -> None:
    assert (bounded(3.0), bounded(-3.0), bounded(0.25)) == (1.0, -1.0, 0.25)
