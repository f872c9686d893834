"""One-time codes: how they read, and that typing slips do not matter."""

import re

import pytest

from anagnorisis.auth.codes import hash_of, new_code


def test_a_code_is_two_groups_of_four_that_are_hard_to_misread() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", code) for code in codes)


@pytest.mark.parametrize("typed", ["k01f-2m9x", "KOIF2M9X", " kolf 2m9x ", "K0-1F-2M-9X"])
def test_a_code_is_the_same_however_it_is_typed(typed: str) -> None:
    assert hash_of(typed) == hash_of("K01F-2M9X")


def test_another_code_has_another_hash_and_the_hash_does_not_hold_the_code() -> None:
    assert hash_of("K01F-2M9Y") != hash_of("K01F-2M9X")
    assert len(hash_of("K01F-2M9X")) == 32 and b"K01F" not in hash_of("K01F-2M9X")
