"""Which addresses are of the internet, which of the home, and who may be where."""

import pytest

from anagnorisis.egress.addresses import is_permitted, is_public, read

INTERNET = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.15.255.255",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "192.0.1.1",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450:4001::1",
    "2001:4860:4860::8888",
    "64:ff9b::808:808",
    "::ffff:8.8.8.8",
]
ELSEWHERE = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1"),
    *("127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1"),
    *("192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1"),
    *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:7f00:1", "fe80::1"),
    *("fe80::1%eth0", "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::a00:1"),
    *("64:ff9b::6440:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:7f00:1::1", "2001:2::1", "2001:20::1"),
    *("2001:db8::1", "2002:7f00:1::", "2002:c0a8:1::1", "2002:808:808::1", "3fff::1", "4000::1", "5f00::1"),
]


@pytest.mark.parametrize("text", INTERNET)
def test_an_address_of_the_internet_is_public(text: str) -> None:
    assert is_public(read(text))
    assert is_permitted("site.example", read(text), set())


@pytest.mark.parametrize("text", ELSEWHERE)
def test_any_other_is_not(text: str) -> None:
    assert not is_public(read(text))
    assert not is_permitted("site.example", read(text), {"nas.home"})


@pytest.mark.parametrize("text", ["10.0.0.5", "192.168.1.9", "100.101.1.1", "fd00::5", "::ffff:192.168.1.9"])
def test_a_name_that_was_allowed_may_be_at_home(text: str) -> None:
    assert is_permitted("nas.home", read(text), {"nas.home"})
    assert not is_permitted("sub.nas.home", read(text), {"nas.home"})


@pytest.mark.parametrize("text", ["127.0.0.1", "::1", "169.254.169.254", "fe80::1", "::ffff:127.0.0.1"])
def test_no_allowed_name_may_be_this_machine_or_its_link_unless_it_is_spelled_so(text: str) -> None:
    assert not is_permitted("nas.home", read(text), {"nas.home"})
    assert not is_permitted("nas.home", read(text), {"nas.home", "localhost", "127.0.0.1"})


def test_this_machine_may_be_allowed_as_what_it_is() -> None:
    assert is_permitted("localhost", read("127.0.0.1"), {"localhost"})
    assert is_permitted("127.0.0.1", read("127.0.0.1"), {"127.0.0.1"})
    assert is_permitted("::1", read("::1"), {"::1"})
    assert not is_permitted("127.0.0.2", read("127.0.0.2"), {"127.0.0.1"})


@pytest.mark.parametrize(
    "text", ["224.0.0.1", "0.0.0.0", "255.255.255.255", "ff02::1", "2002:a00:1::1", "::"]
)
def test_what_is_nowhere_cannot_be_allowed(text: str) -> None:
    assert not is_permitted(text, read(text), {text})
