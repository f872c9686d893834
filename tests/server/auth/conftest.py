"""An open house on a fresh folder, for the tests of the door."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from anagnorisis.store.db import Store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "data")
    yield store
    await store.close()
