"""The numbers in the READMEs are those of the receipts."""

import tables


def test_the_tables_of_the_readmes_are_made_from_the_newest_receipts() -> None:
    stale = [path.name for path, text in tables.pages().items() if path.read_text("utf-8") != text]
    assert stale == [], "run `python benchmarks/tables.py`"


def test_every_promise_has_a_receipt() -> None:
    receipts = tables.newest().values()
    measured = {key for receipt in receipts for key in tables.measured(receipt)}
    assert [key for key, *_ in tables.PROMISES if key not in measured] == [], "run `make bench`"


def test_a_promise_is_shown_only_with_its_receipt() -> None:
    receipt = {
        "name": "start",
        "date": "2026-01-01T00:00:00+00:00",
        "machine": {"cpu": "x", "cores": 2, "memory": 1},
        "figures": {"idle_rss_mb": 101.26},
        "ratios": {},
    }
    table = tables.promises({"start": receipt})
    assert "| ≤ 140 MB | **101** MB |" in table
    assert "rating" not in table
    assert tables.promises({}) == ""
