"""Which models are installed and which read a kind: chosen, switched to, gone back from, taken out."""

import sqlite3
from collections.abc import Iterator

import pytest

from anagnorisis.domain import Conflict, Unknown
from anagnorisis.store import models
from anagnorisis.store.db import Store
from anagnorisis.store.migrate import migrate
from anagnorisis.store.models import Model

EYES = Model("e" * 32, "image", "eyes", 5, b"{}")
LENS = Model("f" * 32, "image", "lens", 6, b"{}")
EARS = Model("a" * 32, "music", "ears", 7, b"{}")


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    """A house with three models."""
    opened = sqlite3.connect(":memory:", isolation_level=None)
    migrate(opened)
    for model in (EYES, LENS, EARS):
        models.install(opened, model)
    yield opened
    opened.close()


def used(db: sqlite3.Connection) -> dict[str, str]:
    return {state: told for _, state, told, _ in db.execute(models.USES)}


def test_a_choice_waits_beside_what_serves_until_the_switch(db: sqlite3.Connection) -> None:
    models.choose(db, "image", [EYES.digest, LENS.digest], 10)
    assert used(db) == {"candidate": f'["{EYES.digest}","{LENS.digest}"]'}
    models.switch(db, "image", [EYES.digest, LENS.digest], 20)
    assert used(db) == {"active": f'["{EYES.digest}","{LENS.digest}"]', "previous": "[]"}


def test_to_choose_what_serves_takes_a_choice_back(db: sqlite3.Connection) -> None:
    models.choose(db, "image", [EYES.digest], 10)
    models.choose(db, "image", [], 11)
    assert used(db) == {}
    models.choose(db, "image", [EYES.digest], 12)
    models.switch(db, "image", [EYES.digest], 13)
    models.choose(db, "image", [], 14)
    models.choose(db, "image", [EYES.digest], 15)
    assert used(db) == {"active": f'["{EYES.digest}"]', "previous": "[]"}


def test_a_switch_to_what_is_no_longer_wanted_is_refused(db: sqlite3.Connection) -> None:
    with pytest.raises(Conflict, match="meanwhile"):
        models.switch(db, "image", [], 10)
    models.choose(db, "image", [EYES.digest], 10)
    with pytest.raises(Conflict, match="meanwhile"):
        models.switch(db, "image", [LENS.digest], 11)
    assert used(db) == {"candidate": f'["{EYES.digest}"]'}


def test_only_installed_models_of_the_kind_can_be_chosen(db: sqlite3.Connection) -> None:
    for digest in ("0" * 32, EARS.digest):
        with pytest.raises(Unknown, match=digest):
            models.choose(db, "image", [digest], 10)


def test_what_is_in_use_cannot_be_taken_out_and_what_is_not_can(db: sqlite3.Connection) -> None:
    models.choose(db, "image", [EYES.digest, LENS.digest], 10)
    with pytest.raises(Conflict, match="candidate model of image"):
        models.uninstall(db, LENS.digest)
    models.drop(db, "image", "candidate")
    models.uninstall(db, LENS.digest)
    with pytest.raises(Unknown):
        models.uninstall(db, LENS.digest)


async def test_what_was_written_is_read(store: Store) -> None:
    await store.write(lambda db: models.install(db, EYES))
    await store.write(lambda db: models.choose(db, "image", [EYES.digest], 10))
    assert await models.installed(store.read) == [EYES]
    assert await models.uses(store.read) == [models.Use("image", "candidate", (EYES.digest,), 10)]
