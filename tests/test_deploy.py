"""What runs the house for years fits the house: its commands, folders and paths are those of this tree."""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from anagnorisis.__main__ import _parser
from anagnorisis.api.server import FAREWELL_S
from anagnorisis.config import PREFIX, load

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"


def directives(section: str) -> list[tuple[str, str]]:
    """(name, value) of a section of the unit, in order."""
    text = (DEPLOY / "anagnorisis.service").read_text("utf-8").split(f"[{section}]\n")[1].split("\n[")[0]
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, value) for name, _, value in (line.partition("=") for line in lines)]


def instructions() -> list[tuple[str, str]]:
    """(instruction, rest) of the Dockerfile, continued lines joined."""
    text = re.sub(r"\\\n\s*", "", (DEPLOY / "Dockerfile").read_text("utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


@pytest.fixture
def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]["anagnorisis"]


def test_the_unit_starts_the_house_where_it_may_write() -> None:
    service = dict(directives("Service"))
    program, *words = shlex.split(service["ExecStart"])
    asked = _parser().parse_args(words)
    assert program.endswith("/bin/anagnorisis")
    assert asked.data == Path("/var/lib") / service["StateDirectory"]
    assert service["ProtectSystem"] == "strict" and service["ProtectHome"] == "read-only"
    assert service["UMask"] == "0077" and service["NoNewPrivileges"] == "true"
    assert service["CapabilityBoundingSet"] == "" and service["User"] != "root"
    assert int(service["TimeoutStopSec"]) > FAREWELL_S + 1


def test_nothing_is_said_twice_in_the_unit() -> None:
    for section in ("Unit", "Service", "Install"):
        names = [name for name, _ in directives(section) if name != "SystemCallFilter"]
        assert len(names) == len(set(names)) > 0


def test_the_image_copies_what_there_is_and_runs_as_nobody() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [Path(line) for line in tracked.splitlines()]
    there = {str(one) for file in files for one in (file, *file.parents)}
    stages = "\n".join(f"{name} {rest}" for name, rest in instructions()).split("FROM ")[1:]
    for rest in [rest for name, rest in instructions() if name == "COPY" and "--from" not in rest]:
        assert set(rest.split()[:-1]) <= there, rest
    last = dict(line.partition(" ")[::2] for line in stages[-1].splitlines()[1:])
    assert last["USER"] == "anagnorisis"
    settings = dict(word.partition("=")[::2] for word in last["ENV"].split())
    assert settings[f"{PREFIX}DATA"] == last["VOLUME"] == "/data"
    for said in (last["CMD"], last["HEALTHCHECK"].partition("CMD ")[2]):
        words = [word for word in yaml.safe_load(said) if word != "anagnorisis"]
        assert callable(_parser().parse_args(words).command)


def test_what_the_image_needs_is_not_kept_from_it() -> None:
    kept = {
        line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if "!" in line
    }
    copied = [rest for name, rest in instructions() if name == "COPY" and "--from" not in rest]
    assert {source.split("/")[0] for rest in copied for source in rest.split()[:-1]} == kept


def test_the_container_is_on_the_hosts_network_and_only_reads_the_library(compose: Any) -> None:
    assert compose["network_mode"] == "host" and "ports" not in compose
    assert compose["read_only"] and compose["cap_drop"] == ["ALL"]
    data, library = compose["volumes"]
    assert (data["type"], data["target"]) == ("volume", "/data")
    assert library["read_only"] and library["target"] in compose["command"]
    assert _parser().parse_args(compose["command"]).library == [Path(library["target"])]
    assert (DEPLOY / compose["build"]["context"] / compose["build"]["dockerfile"]).is_file()
    for name in compose["environment"]:
        assert load({}, {name: "info"}).log_level == "info"
