"""The commands as processes of their own: what they print, how they end, what they refuse."""

import http.client
import io
import json
import re
import signal
import ssl
import subprocess
import time
from pathlib import Path

import pytest
import segno
from tests.server.running import CODE, Start, run, wav

from anagnorisis.__main__ import main


def test_the_console_says_where_the_house_is_and_how_to_come_in(start: Start) -> None:
    house = start()
    assert house.said.startswith("Anagnorisis ") and f"http://127.0.0.1:{house.port}" in house.said
    status, headers, body = house.ask("GET", "/api/session")
    assert (status, json.loads(body)["code"]) == (401, "no_session")
    assert "server" not in headers
    house.open()
    status, _, body = house.ask("GET", "/api/session")
    assert (status, json.loads(body)["person"]["name"]) == (200, "Ada")
    assert house.end() == "" and house.process.returncode == 0


def test_a_restarted_house_knows_its_devices_and_prints_no_code(start: Start) -> None:
    house = start()
    house.open()
    house.end()
    again = start()
    again.cookie = house.cookie
    assert again.ask("GET", "/api/session")[0] == 200
    assert again.end() == "" and not CODE.search(again.said)


def test_open_lines_do_not_hold_up_the_end(start: Start, tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library/long.wav").write_bytes(wav(40_000_000))
    house = start("--library", tmp_path / "library")
    house.open()
    lines = [house.stream("/api/changes", 500), house.stream(f"/media/{house.first_item()}", 100_000)]
    began = time.monotonic()
    said = house.end()
    assert house.process.returncode == 0 and said == ""
    assert time.monotonic() - began < 15, "it waited for its open lines"
    for line in lines:
        line.close()


def test_a_house_that_is_told_to_end_at_once_and_twice_ends_once(start: Start) -> None:
    house = start()
    for _ in range(3):
        house.process.send_signal(signal.SIGINT)
    assert house.process.wait(20) == 0 and "Traceback" not in house.said


def test_a_library_is_taken_in_once_however_often_it_is_named(start: Start, tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    house = start("--library", tmp_path / "library")
    house.open()
    house.end()
    again = start("--library", tmp_path / "library", "--library", f"{tmp_path}/x/../library")
    again.cookie = house.cookie
    (source,) = json.loads(again.ask("GET", "/api/sources")[2])
    assert source["source"]["address"] == str(tmp_path / "library")


def test_people_are_added_through_the_running_house(start: Start, tmp_path: Path) -> None:
    house = start()
    added = run("people", "add", "Bob", "--data", tmp_path / "data")
    code = CODE.search(added.stdout)
    assert added.returncode == 0 and code
    status, _, body = house.ask("POST", "/api/session", {"code": code[0], "device": "phone"})
    assert status == 201 and json.loads(body)["person"]["name"] == "Bob"
    assert run("people", "list", "--data", tmp_path / "data").stdout == "Bob (owner)\n"
    assert CODE.search(run("code", "Bob", "--data", tmp_path / "data").stdout)
    refused = run("people", "add", "bob", "--data", tmp_path / "data")
    assert refused.returncode == 1
    assert refused.stderr == "anagnorisis: There is already somebody called bob. Choose another name.\n"


def test_a_running_house_says_that_it_is_well_and_a_missing_one_is_missed(
    start: Start, tmp_path: Path
) -> None:
    absent = run("health", "--data", tmp_path / "data")
    assert absent.returncode == 1 and "No server runs on this data folder" in absent.stderr
    house = start()
    assert run("health", "--data", tmp_path / "data").stdout == "The house is well.\n"
    house.end()
    assert run("health", "--data", tmp_path / "data").returncode == 1


def test_a_second_opinion_is_asked_of_the_running_house(start: Start, tmp_path: Path) -> None:
    absent = run("train", "--data", tmp_path / "data")
    assert absent.returncode == 1 and "No server runs on this data folder" in absent.stderr
    start()
    refused = run("train", "--data", tmp_path / "data", "--budget", "10m")
    assert refused.returncode == 1
    assert refused.stderr == ("anagnorisis: A second opinion needs 50 ratings to learn from; there are 0.\n")
    for budget in ("0s", "10", "ten minutes", "-5m"):
        assert run("train", "--data", tmp_path / "data", f"--budget={budget}").returncode == 2


def test_the_log_tells_of_the_day_and_helps_nobody_in(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANAGNORISIS_LOG_LEVEL", "debug")
    house = start()
    first = CODE.search(house.said)
    house.open()
    (added,) = CODE.findall(run("people", "add", "Bob", "--data", tmp_path / "data").stdout)
    for code in ("AAAA-AAAA", added, added):
        house.ask("POST", "/api/session", {"code": code})
    house.ask("GET", "/api/feed?token=secret-of-a-link")
    house.ask("PUT", "/api/egress/purposes/feeds", {"on": True})
    house.end()
    told = (tmp_path / "data/logs/anagnorisis.log").read_text("utf-8")
    assert re.search(r"INFO anagnorisis\.serve: Anagnorisis [\d.]+ begins\n", told) and "ends\n" in told
    assert first and house.cookie
    for secret in (first[0], added, house.cookie.partition("=")[2], "secret-of-a-link"):
        assert secret not in told


def test_a_second_server_on_the_same_data_or_port_is_refused_in_a_sentence(
    start: Start, tmp_path: Path
) -> None:
    house = start()
    same_data = run("serve", "--data", tmp_path / "data", "--port", 0)
    same_port = run("serve", "--data", tmp_path / "other", "--port", house.port)
    assert (same_data.returncode, same_port.returncode) == (1, 1)
    assert "is already open" in same_data.stderr and "Traceback" not in same_data.stderr
    assert f"Port {house.port} is taken" in same_port.stderr and same_port.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--host", "0.0.0.0", "--tls", "off"], "plain HTTP cannot keep a session"),
        (["--host", "192.0.2.77"], "is not an address of this machine"),
        (["--cert", "c.pem"], "give both --cert and --key"),
        (["--cert", "c.pem", "--key", "k.pem"], "cannot be used"),
        (["--library", "/nowhere/at/all"], "There is no folder"),
        (["--library", "/"], "whole disk"),
        (["--host", "no such host", "--cert", "c.pem", "--key", "k.pem"], "is not an address"),
    ],
)
def test_what_cannot_be_served_is_refused_in_one_sentence(
    flags: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--data", str(tmp_path / "data"), "--port", "0", *flags]) == 1
    told = capsys.readouterr().err
    assert says in told and told.startswith("anagnorisis: ") and told.count("\n") == 1


def test_a_data_folder_that_cannot_be_made_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    for words in (["people", "list"], ["serve", "--port", "0"]):
        said = run(*words, "--data", tmp_path / "file" / "data")
        assert (said.returncode, said.stdout) == (1, "")
        assert said.stderr.startswith("anagnorisis: ") and "Traceback" not in said.stderr, said.stderr
        assert len(said.stderr.splitlines()) == 1


def test_with_a_certificate_other_devices_are_served_and_get_a_code_to_scan(
    start: Start, tmp_path: Path
) -> None:
    cert, key = tmp_path / "c.pem", tmp_path / "k.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"]
    subprocess.run([*made, "-keyout", key, "-out", cert, *names], check=True, capture_output=True)
    house = start("--host", "0.0.0.0", "--cert", cert, "--key", key)
    context = ssl.create_default_context(cafile=str(cert))
    link = http.client.HTTPSConnection("localhost", house.port, context=context, timeout=20)
    link.request("GET", "/api/session")
    assert link.getresponse().status == 401
    link.close()
    assert house.end() == ""
    said = house.said
    assert "https://" in said.split("\n")[0] and "0.0.0.0" not in said.split("\n")[0]
    drawn = [line for line in said.split("\n") if set(line) & set("█▀▄")]
    (link,) = re.findall(r"https://\S+/#c=\S+", said)
    picture = io.StringIO()
    segno.make(link).terminal(picture, compact=True)
    assert drawn == [line for line in picture.getvalue().split("\n") if set(line) & set("█▀▄")]


def test_the_api_and_the_version_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["openapi"]) == 0
    assert json.loads(capsys.readouterr().out)["openapi"].startswith("3.1")
    assert main(["version"]) == 0
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", capsys.readouterr().out)
