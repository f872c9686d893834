"""A phone on another host: the house is found by name, followed when it moves, and yields to a namesake."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.server.two_hosts import Host, two_hosts

pytestmark = pytest.mark.long
FETCH = """
import http.client, json, socket, ssl, sys
guide, name, address = sys.argv[1], sys.argv[2], sys.argv[3]
link = http.client.HTTPConnection(guide, 8080, timeout=10)
link.request("GET", "/anagnorisis-ca.pem")
context = ssl.create_default_context(cadata=link.getresponse().read().decode())
line = context.wrap_socket(socket.create_connection((address, 8765), 10), server_hostname=name)
line.sendall(f"GET /hello HTTP/1.1\\r\\nhost: {name}:8765\\r\\nconnection: close\\r\\n\\r\\n".encode())
print(b"".join(iter(lambda: line.recv(4096), b"")).decode())
"""


@pytest.fixture
def hosts() -> Iterator[tuple[Host, Host]]:
    with two_hosts() as made:
        yield made


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[Host, str], str]]:
    """Start a house on a host and its own data; the first line it prints."""
    running: list[subprocess.Popen[str]] = []

    def start(host: Host, data: str) -> str:
        running.append(host.serve("--data", tmp_path / data))
        out = running[-1].stdout
        assert out is not None
        return out.readline()

    yield start
    for one in running:
        one.terminate()
        one.communicate(timeout=30)


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "it never came true"


def test_a_phone_finds_the_house_by_name_and_follows_it_to_another_address(
    hosts: tuple[Host, Host], serve: Callable[[Host, str], str]
) -> None:
    box, phone = hosts
    assert "https://anagnorisis.local:8765" in serve(box, "data")
    until(lambda: phone.heard("anagnorisis") == box.address)
    answer = phone.run("python3", "-c", FETCH, box.address, "anagnorisis.local", box.address)
    assert " 200 " in answer.split("\n")[0]
    told = json.loads(answer.partition("\n\n")[2])
    assert told["others"] == [f"https://{box.address}:8765"]
    box.move("10.77.0.9")
    until(lambda: phone.heard("anagnorisis") == "10.77.0.9")
    answer = phone.run("python3", "-c", FETCH, box.address, "10.77.0.9", box.address)
    assert " 200 " in answer.split("\n")[0], "certificate and allow-list have followed"


def test_a_second_house_takes_the_next_name(
    hosts: tuple[Host, Host], serve: Callable[[Host, str], str]
) -> None:
    box, other = hosts
    serve(box, "data")
    until(lambda: other.heard("anagnorisis") == box.address)
    assert "https://anagnorisis-2.local:8765" in serve(other, "other")
    until(lambda: box.heard("anagnorisis-2") == other.address)
