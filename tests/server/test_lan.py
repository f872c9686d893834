"""`serve --lan` as a process: what a phone meets, and a new authority taken up while a stream plays."""

import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest
from tests.server.running import Running, Start, run, wav

LENGTH = 30_000_000


def hello(house: Running) -> dict[str, object]:
    """What the plain onboarding port says."""
    guide = re.search(r"Phones begin at http://(.+):(\d+) and meet box", house.said)
    assert guide, house.said
    link = http.client.HTTPConnection("127.0.0.1", int(guide[2]), timeout=20)
    link.request("GET", "/hello", headers={"host": "localhost"})
    told: dict[str, object] = json.loads(link.getresponse().read())
    link.close()
    return told


def authority(house: Running) -> str:
    """The authority's certificate as the guide gives it out, PEM."""
    guide = re.search(r"Phones begin at http://(.+):(\d+) and", house.said)
    assert guide
    link = http.client.HTTPConnection("127.0.0.1", int(guide[2]), timeout=20)
    link.request("GET", "/anagnorisis-ca.pem", headers={"host": "localhost"})
    found = link.getresponse().read().decode()
    link.close()
    return found


def trusting(house: Running, pem: str, name: str = "anagnorisis.local") -> ssl.SSLSocket:
    """A connection that believes in `pem` alone and calls the house `name`."""
    plain = socket.create_connection(("127.0.0.1", house.port), timeout=20)
    return ssl.create_default_context(cadata=pem).wrap_socket(plain, server_hostname=name)


def ask(line: ssl.SSLSocket, path: str, cookie: str = "", host: str = "anagnorisis.local") -> bytes:
    line.sendall(f"GET {path} HTTP/1.1\r\nhost: {host}\r\ncookie: {cookie}\r\n\r\n".encode())
    return line.recv(4096)


def test_a_phone_that_trusts_the_authority_reaches_the_app_by_name(lan: Start) -> None:
    house = lan()
    assert house.said.startswith("Anagnorisis ") and "https://anagnorisis" in house.said.split("\n")[0]
    told = hello(house)
    assert f"box {told['tag']}" in house.said
    name = str(told["app"]).removeprefix("https://").partition(":")[0]
    with trusting(house, authority(house), name) as line:
        assert b" 200 " in ask(line, "/hello", host=name)
    with trusting(house, authority(house), "localhost") as line:
        assert b" 421 " in ask(line, "/hello", host="evil.example")
    with pytest.raises(ssl.SSLCertVerificationError):
        trusting(house, authority(house), "example.com")
    assert house.end() == ""


def test_a_device_without_trust_gets_no_further(lan: Start) -> None:
    house = lan()
    plain = socket.create_connection(("127.0.0.1", house.port), timeout=20)
    with plain, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(plain, server_hostname="anagnorisis.local")


def test_the_same_authority_serves_after_a_restart(lan: Start) -> None:
    house = lan()
    before = authority(house)
    house.end()
    again = lan()
    assert authority(again) == before


def test_a_new_authority_is_taken_up_while_a_stream_plays(lan: Start, tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library/long.wav").write_bytes(wav(LENGTH))
    house = lan("--library", tmp_path / "library")
    pem, tag = authority(house), hello(house)["tag"]
    house.secure(pem)
    item = house.first_item()
    with trusting(house, pem, "localhost") as playing:
        head = ask(playing, f"/media/{item}", house.cookie, "localhost")
        assert b" 200 " in head
        done = run("certificate", "new-ca", "--data", tmp_path / "data")
        new_tag = hello(house)["tag"]
        assert done.returncode == 0 and f"box {new_tag}" in done.stdout and new_tag != tag
        heard = len(head.partition(b"\r\n\r\n")[2])
        while heard < LENGTH:
            piece = playing.recv(1 << 20)
            assert piece, f"cut short after {heard} bytes"
            heard += len(piece)
    with pytest.raises(ssl.SSLCertVerificationError):
        trusting(house, pem, "localhost")
    trusting(house, authority(house), "localhost").close()


def test_new_ca_works_while_no_house_runs(lan: Start, tmp_path: Path) -> None:
    house = lan()
    before = authority(house)
    house.end()
    done = run("certificate", "new-ca", "--data", tmp_path / "data")
    assert done.returncode == 0 and "new authority" in done.stdout
    assert authority(lan()) != before


def test_a_house_without_an_authority_says_so(start: Start, tmp_path: Path) -> None:
    start()
    done = run("certificate", "new-ca", "--data", tmp_path / "data")
    assert done.returncode == 1 and "no authority of its own" in done.stderr


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ("chmod 644 {0}/ca.pem", "can be read by others"),
        ("chmod 755 {0}", "can be read by others"),
        ("echo nonsense > {0}/ca.pem", "is damaged"),
        ("rm {0}/ca.pem; mkdir -m 600 {0}/ca.pem", "cannot be read"),
    ],
)
def test_certificates_that_cannot_be_used_stop_the_start_in_one_sentence(
    spoil: str, says: str, lan: Start, tmp_path: Path
) -> None:
    lan().end()
    subprocess.run(spoil.format(tmp_path / "data/certificates"), shell=True, check=True)
    done = run("serve", "--lan", "--data", tmp_path / "data", "--port", 0)
    assert done.returncode == 1 and says in done.stderr and done.stderr.count("\n") == 1
    assert done.stderr.startswith("anagnorisis: ")


def test_the_doctor_finds_nothing_wrong_with_a_running_house(lan: Start, tmp_path: Path) -> None:
    house = lan()
    done = run("doctor", "--data", tmp_path / "data")
    assert done.returncode == 0, done.stdout
    assert f"The house answers at port {house.port}" in done.stdout
    assert f"box {hello(house)['tag']}" in done.stdout and "✗" not in done.stdout


def test_the_doctor_names_everything_that_stands_in_the_way(lan: Start, tmp_path: Path) -> None:
    lan().end()
    data = tmp_path / "data"
    (data / "certificates/ca.pem").chmod(0o644)
    data.chmod(0o755)
    year = time.time() + 366 * 86_400
    os.utime(data / "lan-name", (year, year))
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run("doctor", "--data", data, "--tls", "own", "--port", port)
    assert done.returncode == 1 and done.stderr == ""
    wrong = [line for line in done.stdout.split("\n") if line.startswith("✗")]
    assert [
        next((w for w in ("chmod 700", "a year behind", "is taken", "chmod 600") if w in one), one)
        for one in wrong
    ] == [
        "chmod 700",
        "a year behind",
        "is taken",
        "chmod 600",
    ]


def test_the_doctor_explains_settings_that_do_not_fit_together(tmp_path: Path) -> None:
    done = run("doctor", "--data", tmp_path, "--host", "0.0.0.0", "--tls", "off")
    assert done.returncode == 1 and "✗ Other devices could reach 0.0.0.0" in done.stdout
