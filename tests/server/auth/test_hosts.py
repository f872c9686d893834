"""Which names the server answers to, whatever it is bound to."""

import pytest

from anagnorisis.auth.hosts import Hosts, host_of
from anagnorisis.auth.refusals import WrongHost


@pytest.mark.parametrize(
    "header",
    [
        "localhost:8765",
        "127.0.0.1:8765",
        "127.0.0.1",
        "[::1]:8765",
        "LOCALHOST",
        "192.168.1.5:8765",
        "house.lan",
    ],
)
def test_our_own_names_and_the_address_of_arrival_pass(header: str) -> None:
    Hosts("0.0.0.0", ["House.lan"]).check(header, "192.168.1.5")


@pytest.mark.parametrize(
    "header",
    ["", "evil.example", "evil.example:8765", "192.168.1.6", "0.0.0.0:8765", "localhost.evil.example"],
)
def test_any_other_name_is_turned_away(header: str) -> None:
    with pytest.raises(WrongHost, match="does not go by the name"):
        Hosts("0.0.0.0", ["house.lan"]).check(header, "192.168.1.5")


def test_an_address_that_arrived_over_ipv6_in_disguise_is_still_ours() -> None:
    Hosts("::", []).check("192.168.1.5:8765", "::ffff:192.168.1.5")


@pytest.mark.parametrize(
    ("header", "host"), [("A.b:1", "a.b"), ("[::1]:80", "::1"), ("[::1]", "::1"), ("a", "a"), ("", "")]
)
def test_the_host_is_read_without_port_and_brackets(header: str, host: str) -> None:
    assert host_of(header) == host


def test_a_name_learned_later_passes_from_then_on() -> None:
    hosts = Hosts("0.0.0.0", [])
    with pytest.raises(WrongHost):
        hosts.check("anagnorisis.local:8765", "192.168.1.5")
    hosts.know(["Anagnorisis.local", "0.0.0.0"])
    hosts.check("anagnorisis.local:8765", "192.168.1.5")
    with pytest.raises(WrongHost):
        hosts.check("0.0.0.0", "192.168.1.5")
