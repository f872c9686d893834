"""Ports that are taken, a house that does not answer, firewalls that keep phones out."""

import socket
from collections.abc import Callable

import pytest

from anagnorisis.api.doctor import ports
from anagnorisis.api.entrance import Entrance
from anagnorisis.config import Settings

UFW = "Status: active\n\nTo         Action   From\n22/tcp     ALLOW    Anywhere\n{}"
FIREWALLD = "public (active)\n  target: default\n  services: ssh\n  ports: {}"
NFT = "table inet filter {{\n chain input {{\n type filter hook input priority 0; policy drop;\n {}\n }}\n}}"


def test_a_port_that_is_taken_is_told_and_left_alone(told) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert f"✗ Port {port} is taken" in told(ports.free(Settings(port=port)))
    assert told(ports.free(Settings(port=port))).startswith("✓")


def test_an_address_that_is_not_ours_is_told(told) -> None:
    assert "is not an address of this machine" in told(ports.free(Settings(host="192.0.2.77")))


def test_a_house_that_does_not_answer_where_phones_look_is_told(told) -> None:
    with socket.create_server(("127.0.0.1", 0)) as here:
        port = here.getsockname()[1]
        assert told(ports.answering(Entrance(port=port, addresses=("127.0.0.1",)))).startswith("✓")
        said = told(ports.answering(Entrance(port=port, addresses=("127.0.0.1", "127.0.0.9"))))
        assert said.startswith("✗") and "127.0.0.9" in said and "--lan" in said


@pytest.mark.parametrize(
    ("program", "closed", "opened", "remedy"),
    [
        ("ufw", UFW.format(""), UFW.format("8765/tcp   ALLOW    192.168.0.0/16"), "ufw allow 8765/tcp"),
        (
            "firewall_cmd",
            FIREWALLD.format("80/tcp"),
            FIREWALLD.format("80/tcp 8765/tcp"),
            "--add-port=8765/tcp",
        ),
        ("nft", NFT.format(""), NFT.format("tcp dport { 22, 8765 } accept"), "open tcp port 8765"),
    ],
)
def test_a_firewall_that_keeps_phones_out_is_told_with_its_remedy(
    program: str, closed: str, opened: str, remedy: str, programs: Callable[..., None], told
) -> None:
    programs(**{program: closed})
    assert told(ports.firewall([8765])).startswith("✗") and remedy in told(ports.firewall([8765]))
    programs(**{program: opened})
    assert told(ports.firewall([8765])).startswith("✓")


def test_a_firewall_that_is_off_or_missing_is_no_obstacle(programs: Callable[..., None], told) -> None:
    assert told(ports.firewall([8765])).startswith("·")
    programs(ufw="Status: inactive", nft="table inet filter {\n}")
    assert told(ports.firewall([8765])).startswith("·")
