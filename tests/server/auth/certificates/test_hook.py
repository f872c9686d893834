"""The hook that comes along: what it asks of lexicon, and what it says when it does not know enough."""

import subprocess
from pathlib import Path

import pytest

from anagnorisis.auth.certificates.hook import answered
from anagnorisis.domain import BadValue

HOOK = Path(__file__).parents[4] / "deploy/acme-hook-lexicon.sh"
NAME = "_acme-challenge.music.example.org"


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a `lexicon` that reaches nobody writes down what it was asked."""
    program = tmp_path / "lexicon"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("LEXICON_PROVIDER", "cloudflare")
    monkeypatch.setenv("LEXICON_DOMAIN", "example.org")
    monkeypatch.setenv("LEXICON_WAIT_S", "0")
    return tmp_path / "asked"


def test_the_record_is_made_and_taken_away_again(asked: Path) -> None:
    with answered(HOOK, NAME, "v a l"):
        made = f"cloudflare create example.org TXT --name {NAME} --content v a l\n"
        assert asked.read_text() == made
    assert asked.read_text() == made + made.replace("create", "delete")


def test_a_provider_that_nobody_named_is_asked_for(asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEXICON_PROVIDER")
    with pytest.raises(BadValue, match="name the DNS provider"), answered(HOOK, NAME, "value"):
        pass
    assert not asked.exists()


def test_a_record_that_stays_behind_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    hook = tmp_path / "hook"
    hook.write_text('#!/bin/sh\n[ "$1" = present ]\n')
    hook.chmod(0o755)
    with answered(hook, NAME, "value"):
        pass
    assert "A record was left in DNS" in caplog.text


def test_any_other_verb_is_refused(asked: Path) -> None:
    done = subprocess.run([HOOK, "renew", "a", "b"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "usage" in done.stderr
