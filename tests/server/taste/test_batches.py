"""Of a batch everything that can be kept is kept; the rest is refused one by one, in plain words."""

from typing import Any

import pytest

from anagnorisis.domain import BadValue
from anagnorisis.taste.batches import MOST, Batch, EventIn, check, moves_ratings

NOW = 1_790_000_000_000
UUID = "0b0e7b1e-6f0a-4c0e-9d55-0123456789ab"
ITEM = "a" * 32


def event(**said: Any) -> EventIn:
    plain: dict[str, Any] = {"uuid": UUID, "kind": "rating", "at": NOW, "item": ITEM, "value": 7.0}
    return EventIn(**{**plain, **said})


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"value": None}, "A rating is a number from 0 to 10"),
        ({"value": 10.5}, "A rating is a number from 0 to 10"),
        ({"value": -0.1}, "A rating is a number from 0 to 10"),
        ({"value": float("nan")}, "must be a number"),
        ({"kind": "stars"}, "There is no event 'stars'"),
        ({"uuid": "7"}, "The uuid of an event"),
        ({"uuid": UUID.upper()}, "The uuid of an event"),
        ({"item": "../../etc/passwd"}, "The item of an event"),
        ({"item": ""}, "The item of an event"),
        ({"kind": "undo", "target": None}, "An undo must name"),
        ({"kind": "undo", "target": "that one"}, "An undo must name"),
        ({"kind": "position", "value": -1.0}, "A position is a number"),
        ({"at": 0}, "before 2020"),
        ({"at": -(2**70)}, "before 2020"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_the_rest_is_kept(said: dict[str, Any], words: str) -> None:
    kept, refused = check(Batch(NOW, [event(), event(**said), event(value=0.0)]), 1, 2, NOW)
    assert [e.value for e in kept] == [7.0, 0.0]
    assert [(r.uuid, r.code) for r in refused] == [(said.get("uuid", UUID), "bad_value")]
    assert words in refused[0].detail


@pytest.mark.parametrize(
    ("sent_at", "at", "kept_at"),
    [
        (NOW, NOW - 60_000, NOW - 60_000),
        (NOW - 3_600_000, NOW - 3_660_000, NOW - 60_000),
        (NOW + 3_600_000, NOW + 3_540_000, NOW - 60_000),
        (1_000, 400, NOW - 600),
        (NOW, NOW + 5_000, NOW),
        (0, 2**80, NOW),
    ],
)
def test_times_are_moved_to_the_servers_clock_and_never_lie_in_the_future(
    sent_at: int, at: int, kept_at: int
) -> None:
    kept, _ = check(Batch(sent_at, [event(at=at)]), 1, 2, NOW)
    assert (kept[0].at, kept[0].received_at) == (kept_at, NOW)


def test_events_carry_who_sent_them() -> None:
    (kept,), _ = check(Batch(NOW, [event()]), 4, 9, NOW)
    assert (kept.person, kept.device, kept.item, kept.uuid) == (4, 9, ITEM, UUID)


def test_an_undo_may_leave_out_the_item() -> None:
    (kept,), _ = check(Batch(NOW, [event(kind="undo", item="", value=None, target=UUID)]), 1, 2, NOW)
    assert (kept.item, kept.target) == ("", UUID)


def test_a_batch_that_is_too_long_is_refused_whole() -> None:
    with pytest.raises(BadValue, match="200 events at most, not 201"):
        check(Batch(NOW, [event()] * (MOST + 1)), 1, 2, NOW)


@pytest.mark.parametrize(
    ("kind", "moves"), [("rating", True), ("clear", True), ("undo", True), ("play", False)]
)
def test_only_some_events_can_move_ratings(kind: str, moves: bool) -> None:
    kept, _ = check(Batch(NOW, [event(kind=kind, target=UUID)]), 1, 2, NOW)
    assert moves_ratings(kept) is moves


def test_the_order_of_a_batch_outlives_a_clock_that_was_put_back() -> None:
    """A day fast, then put right between the second event and the third."""
    day = 86_400_000
    told = [NOW - 5_000 + day, NOW - 4_000 + day, NOW - 3_000, NOW - 2_000, NOW - 2_000]
    kept, refused = check(Batch(NOW, [event(at=at, value=float(n)) for n, at in enumerate(told)]), 1, 2, NOW)
    assert [e.at for e in kept] == [NOW - 1, NOW, NOW - 3_000, NOW - 2_000, NOW - 2_000] and not refused


def test_events_that_would_lie_in_the_future_keep_their_order_and_push_no_other_far() -> None:
    told = [NOW - 60_000, NOW, NOW + 1, NOW + 9_000_000]
    kept, _ = check(Batch(NOW, [event(at=at) for at in told]), 1, 2, NOW)
    assert [e.at for e in kept] == [NOW - 60_000, NOW - 2, NOW - 1, NOW]
