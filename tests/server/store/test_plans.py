"""Every ordered query walks an index: no page is sorted while somebody waits."""

import pkgutil
import re
import sqlite3
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from typing import get_args

import pytest

from anagnorisis import store
from anagnorisis.store import items
from anagnorisis.store.migrate import migrate

SORTS = "USE TEMP B-TREE FOR"


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(":memory:", isolation_level=None)
    migrate(opened)
    yield opened
    opened.close()


def plan(db: sqlite3.Connection, statement: str) -> str:
    """The steps SQLite takes, one a line."""
    named = dict.fromkeys(re.findall(r":(\w+)", statement))
    steps = db.execute(f"EXPLAIN QUERY PLAN {statement}", named or (None,) * statement.count("?"))
    return "\n".join(step for *_, step in steps)


def pages() -> dict[str, str]:
    """The SQL of every page that `items.Query` can ask for, by its shape."""
    either = (False, True)
    shapes = product(
        get_args(items.Sort), either, either, either, either, ("any", "yes", "no"), either, either
    )
    return {str(shape): items.statement(*shape, ordered=True) for shape in shapes}


def constants() -> dict[str, str]:
    """Every SQL constant of the store with an order in it, by where it stands."""
    modules = [
        import_module(f"{store.__name__}.{info.name}") for info in pkgutil.iter_modules(store.__path__)
    ]
    return {
        f"{module.__name__}.{name}": value
        for module in modules
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and value.startswith("SELECT") and "ORDER BY" in value
    }


def test_no_page_of_items_is_sorted_whatever_its_order_and_filters(db: sqlite3.Connection) -> None:
    plans = {shape: plan(db, statement) for shape, statement in pages().items()}
    assert len(plans) == 1728
    assert {shape: steps for shape, steps in plans.items() if SORTS in steps} == {}


def test_a_page_of_one_kind_looks_at_that_kind_only(db: sqlite3.Connection) -> None:
    for sort, after in product(("newest", "oldest", "made", "title", "longest", "shortest"), (False, True)):
        shape = (sort, True, False, False, False, "any", False, after)
        steps = plan(db, items.statement(*shape, ordered=True))
        assert re.search(r"USING INDEX items_\w+_of_kind \(kind=\?", steps), steps


def test_no_filter_of_a_page_reads_a_whole_table(db: sqlite3.Connection) -> None:
    for shape, statement in pages().items():
        assert not re.search(r"SCAN (p|t|r|m)\b", plan(db, statement)), shape


def test_no_other_ordered_query_is_sorted(db: sqlite3.Connection) -> None:
    plans = {name: plan(db, statement) for name, statement in constants().items()}
    assert {"anagnorisis.store.events.LAST_RATING", "anagnorisis.store.vectors.PENDING"} <= plans.keys()
    assert {name: steps for name, steps in plans.items() if SORTS in steps} == {}


def test_a_missing_index_would_be_seen(db: sqlite3.Connection) -> None:
    db.execute("DROP INDEX items_newest")
    assert SORTS in plan(
        db, items.statement("newest", False, False, False, False, "any", False, False, ordered=True)
    )
