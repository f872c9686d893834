"""The commands as processes of their own: what they print, how they end, what they refuse."""

import http.client
import io
import json
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import segno

from anagnorisis.__main__ import main

CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b")
Start = Callable[..., "Running"]


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "anagnorisis", *map(str, arguments)]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=60)


class Running:
    """`serve` in a process of its own, once it has said where it is."""

    def __init__(self, said: Path, data: Path, *flags: object) -> None:
        self._said, self.cookie = said, ""
        with said.open("w") as out:
            self.process = subprocess.Popen(
                command("serve", "--data", data, "--port", 0, *flags), stdout=out, stderr=subprocess.STDOUT
            )
        while "Its own files" not in self.said:
            assert self.process.poll() is None, self.said
            time.sleep(0.01)
        self.port = int(re.findall(r"Anagnorisis .* is at https?://.*:(\d+)", self.said)[0])

    @property
    def said(self) -> str:
        """All that it printed."""
        return self._said.read_text("utf-8")

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, str], bytes]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"x-anag": "1", "cookie": self.cookie, "content-type": "application/json"}
        link.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = link.getresponse()
        told = answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        link.close()
        return told

    def open(self) -> None:
        """Come in with the code on the console."""
        code = CODE.search(self.said)
        assert code, self.said
        status, headers, body = self.ask("POST", "/api/session", {"code": code[0], "name": "Ada"})
        assert status == 201, body
        self.cookie = headers["set-cookie"].split(";")[0]

    def stream(self, path: str, read: int) -> socket.socket:
        """A line left open after `read` bytes of its answer."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        line.sendall(f"GET {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {self.cookie}\r\n\r\n".encode())
        while read > 0:
            read -= len(line.recv(min(read, 65536)))
        return line

    def end(self) -> str:
        """Ask it to end; what it said at last."""
        before = self.said
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        return self.said.removeprefix(before)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    running: list[Running] = []

    def start(*flags: object) -> Running:
        running.append(Running(tmp_path / f"said-{len(running)}", tmp_path / "data", *flags))
        return running[-1]

    yield start
    for one in running:
        one.process.kill()
        one.process.wait()


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
    (tmp_path / "library/long.wav").write_bytes(_wav(40_000_000))
    house = start("--library", tmp_path / "library")
    house.open()
    items: list[dict[str, dict[str, str]]] = []
    while not items:
        items = json.loads(house.ask("GET", "/api/items")[2])["picks"]
        time.sleep(0.05)
    lines = [house.stream("/api/changes", 500), house.stream(f"/media/{items[0]['item']['id']}", 100_000)]
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
    assert run("people", "list", "--data", tmp_path / "data").stdout == "Bob\n"
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
        (["--host", "0.0.0.0"], "plain HTTP cannot keep a session"),
        (["--host", "192.0.2.77", "--cert", "c.pem"], "is not an address of this machine"),
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


def _wav(size: int) -> bytes:
    """Silence of 16 bit and 44.1 kHz in one channel."""
    head = b"RIFF" + (size + 36).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    shape = (1, 1, 44_100, 88_200, 2, 16)
    widths = (2, 2, 4, 4, 2, 2)
    form = b"".join(value.to_bytes(width, "little") for value, width in zip(shape, widths, strict=True))
    return head + form + b"data" + size.to_bytes(4, "little") + bytes(size)
