"""The shared matrix: rows go in whole, come back as they were, and bad ones are named."""

import threading

import numpy as np
import pytest

from anagnorisis._core import Columns, Features

RNG = np.random.default_rng(11)


def rows(count: int, width: int = 5) -> np.ndarray:
    return RNG.normal(size=(count, width)).astype(np.float16)


def test_rows_come_back_in_the_order_asked_over_many_appends() -> None:
    features, parts = Features(5), [rows(count) for count in (1, 4095, 3, 9000, 0, 7)]
    firsts = [features.extend(part) for part in parts]
    assert firsts == [0, 1, 4096, 4099, 13099, 13099]
    assert (len(features), features.width) == (13106, 5)
    everything = np.concatenate(parts)
    asked = RNG.permutation(len(features)).astype(np.uint32)
    assert np.array_equal(features.take(asked), everything[asked].astype(np.float32))


def test_rows_that_are_not_contiguous_are_taken_as_they_read() -> None:
    features, block = Features(5), rows(20, 10)
    features.extend(block[::2, ::2])
    assert np.array_equal(features.take(np.arange(10, dtype=np.uint32)), block[::2, ::2].astype(np.float32))


def test_a_replaced_row_is_the_only_one_that_changes() -> None:
    features, block = Features(5), rows(5000)
    features.extend(block)
    new = rows(1)[0]
    features.replace(4500, new)
    block[4500] = new
    assert np.array_equal(features.take(np.arange(5000, dtype=np.uint32)), block.astype(np.float32))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_row_that_is_not_finite_is_named_and_nothing_of_its_batch_is_taken(bad: float) -> None:
    features, block = Features(5), rows(30)
    block[17, 3] = bad
    with pytest.raises(ValueError, match=r"NaN or infinity in row 17"):
        features.extend(block)
    assert len(features) == 0
    features.extend(rows(2))
    with pytest.raises(ValueError, match=r"NaN or infinity in row 1"):
        features.replace(1, np.full(5, bad, np.float16))


def test_a_row_of_another_width_is_refused() -> None:
    features = Features(5)
    features.extend(rows(2))
    with pytest.raises(ValueError, match="4 entries where 5"):
        features.extend(rows(2, 4))
    with pytest.raises(ValueError, match="6 entries where 5"):
        features.replace(0, rows(1, 6)[0])
    with pytest.raises(ValueError, match="at least 1"):
        Features(0)


def test_a_row_that_is_not_there_is_named() -> None:
    features = Features(5)
    features.extend(rows(3))
    with pytest.raises(ValueError, match="row 3 was asked for, but there are 3 rows"):
        features.take(np.array([0, 3], np.uint32))
    with pytest.raises(ValueError, match="row 9 was asked for"):
        features.replace(9, rows(1)[0])


def test_nothing_is_converted_silently() -> None:
    with pytest.raises(TypeError):
        Features(5).extend(rows(2).astype(np.float32))


def test_readers_go_on_while_rows_are_appended() -> None:
    features, block = Features(5), rows(4000)
    features.extend(block)
    columns, torn = Columns(features), []
    weights, covariance = np.ones(6), np.eye(6)
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            columns.refresh(weights, covariance)
            mean, _ = columns.at(np.arange(4000, dtype=np.uint32))
            if not np.allclose(mean, block.astype(float).sum(1), atol=1e-5):
                torn.append(mean)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for _ in range(40):
        features.extend(block)
    done.set()
    for reader in readers:
        reader.join()
    assert torn == []
    columns.refresh(weights, covariance)
    assert len(columns) == len(features) == 41 * 4000
