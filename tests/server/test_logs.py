"""The log says what happened, fits into its files, and helps nobody in."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from anagnorisis import logs

SECRET = "x7QmSecretOfTheHouse"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[logging.Logger]:
    (tmp_path / "data").mkdir()
    logger = logging.getLogger("anagnorisis.test")
    with logs.to_files(tmp_path / "data"):
        yield logger


def written(tmp_path: Path) -> str:
    return (tmp_path / "data/logs/anagnorisis.log").read_text("utf-8")


@pytest.mark.parametrize(
    "message",
    [
        f"cookie: __Host-anag={SECRET}; other=1",
        f"Cookie: session={SECRET}",
        f"{{'authorization': 'Bearer {SECRET}'}}",
        f"Authorization: Basic {SECRET}==",
        f"[(b'cookie', b'a'), ('cookie': b'__Host-anag={SECRET}')]",
        f"GET /join#c={SECRET} failed",
        f"https://site.example/feed?user=ada&token={SECRET}&x=1",
        f"https://site.example/?api_key={SECRET}",
        f"cannot fetch https://ada:{SECRET}@site.example/feed",
    ],
)
def test_no_secret_is_written(message: str, log: logging.Logger, tmp_path: Path) -> None:
    log.error("%s", message)
    try:
        raise ValueError(message)
    except ValueError:
        log.exception("It failed")
    told = written(tmp_path)
    assert SECRET not in told and told.count(logs.HIDDEN) >= 2 and "ValueError" in told


def test_a_code_is_a_secret_and_a_date_or_id_is_not(log: logging.Logger, tmp_path: Path) -> None:
    log.error("code K7Q2-9XWM at 2026-11-25, event 0190f7a2-1111-7222-8333-944445555666, 12:30")
    assert f"code {logs.HIDDEN} at 2026-11-25, event 0190f7a2-1111-7222-8333-944445555666" in written(
        tmp_path
    )


def test_the_level_is_of_our_own_words_only(log: logging.Logger, tmp_path: Path) -> None:
    try:
        logs.to_console("debug")
        log.debug("ours, in detail")
        logging.getLogger("aiosqlite").debug("theirs, in detail")
        logs.to_console("error")
        log.warning("ours, unasked")
        logging.getLogger("aiosqlite").warning("theirs, of weight")
    finally:
        logging.getLogger("anagnorisis").setLevel(logging.NOTSET)
    lines = [line.split(": ")[1] for line in written(tmp_path).splitlines()]
    assert lines == ["ours, in detail", "theirs, of weight"]


def test_the_files_rotate_and_only_their_owner_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "LARGEST", 2000)
    for _ in range(2):
        with logs.to_files(tmp_path):
            for n in range(200):
                logging.getLogger("anagnorisis.test").error("line %d of many", n)
    files = sorted((tmp_path / "logs").iterdir())
    assert len(files) == 1 + logs.KEPT and all(file.stat().st_size <= 2000 for file in files)
    assert "line 199 of many" in (tmp_path / "logs/anagnorisis.log").read_text()
    assert (tmp_path / "logs").stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_without_room_for_files_the_house_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "logs").write_text("a file stands in the way")
    with logs.to_files(tmp_path):
        logging.getLogger("anagnorisis.test").error("still here")
    assert "No log is kept in" in caplog.text
