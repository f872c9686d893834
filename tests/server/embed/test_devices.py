"""Which devices get a process each: what is said, else the cards there are, if the runtime can use them."""

from pathlib import Path

import pytest

from anagnorisis.embed.devices import VISIBLE, devices, environment

HERE, NOWHERE = "msgspec", "no-such-runtime"


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    """A driver's folder with two cards."""
    for bus in ("0000:01:00.0", "0000:02:00.0"):
        (tmp_path / "gpus" / bus).mkdir(parents=True)
    return tmp_path / "gpus"


@pytest.mark.parametrize(
    ("visible", "found"),
    [
        (None, ("0", "1")),
        ("0,1,2", ("0", "1", "2")),
        ("2, GPU-5a", ("2", "GPU-5a")),
        ("1", ()),
        ("", ()),
        ("-1", ()),
        ("0,1,-1,3", ("0", "1")),
    ],
)
def test_several_cards_that_may_be_seen_get_a_process_each(
    cards: Path, visible: str | None, found: tuple[str, ...]
) -> None:
    environ = {} if visible is None else {VISIBLE: visible}
    assert devices((), environ, cards, HERE) == found


def test_one_card_none_or_a_runtime_without_cards_leave_it_at_one_process(cards: Path) -> None:
    assert devices((), {}, cards, NOWHERE) == ()
    (cards / "0000:02:00.0").rmdir()
    assert devices((), {}, cards, HERE) == ()
    assert devices((), {}, cards / "gone", HERE) == ()


def test_what_is_said_goes_before_what_is_there(cards: Path) -> None:
    assert devices(("1",), {VISIBLE: "0,1"}, cards, NOWHERE) == ("1",)
    assert devices((0, 2), {}, cards, NOWHERE) == ("0", "2")
    assert devices(("cpu", "cpu"), {}, cards, NOWHERE) == ("cpu", "cpu")


def test_a_process_sees_its_own_device_alone() -> None:
    assert environment("1") == {VISIBLE: "1"} and environment("cpu") == {VISIBLE: "-1"}
    assert environment("") == {}, "it chooses for itself, as without this setting"
