"""Which addresses and names are given to phones."""

import ifaddr
import pytest

from anagnorisis.api.lan import addresses
from anagnorisis.api.lan.addresses import home_addresses, local_names


def adapter(name: str, *ips: str) -> ifaddr.Adapter:
    found = [ifaddr.IP((ip, 0, 1) if ":" in ip else ip, 24, name) for ip in ips]
    return ifaddr.Adapter(name, name, found)


def test_only_addresses_that_last_and_that_phones_can_reach_are_given_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = [
        adapter("lo", "127.0.0.1", "::1"),
        adapter("eth0", "192.168.1.5", "fd00::5", "fe80::1", "2001:db8::7", "169.254.3.4"),
        adapter("wlan0", "10.0.0.9"),
        adapter("docker0", "172.17.0.1"),
        adapter("br-12ab", "172.18.0.1"),
        adapter("veth1", "192.168.9.9"),
    ]
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: there)
    monkeypatch.setattr(addresses, "outward", lambda: "192.168.1.5")
    assert [str(one) for one in home_addresses()] == ["192.168.1.5", "10.0.0.9", "fd00::5"]


def test_this_machine_is_asked() -> None:
    assert not [one for one in home_addresses() if one.is_loopback or one.is_link_local]


@pytest.mark.parametrize(
    ("hostname", "own"),
    [
        ("Box", ["box.local"]),
        ("box.fritz.box", ["box.local"]),
        ("my_box", []),
        ("-box", []),
        ("localhost", []),
        ("", []),
    ],
)
def test_the_machines_own_name_counts_where_it_is_one(hostname: str, own: list[str]) -> None:
    assert local_names(hostname, "anagnorisis-2", ["x.org"]) == ["anagnorisis-2.local", *own, "x.org"]
