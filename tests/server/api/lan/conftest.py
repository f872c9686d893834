"""A home network made of loopback addresses, so that no test is heard outside this machine."""

from ipaddress import ip_address

import pytest

from anagnorisis.api.entrance import Entrance
from anagnorisis.api.lan import front
from anagnorisis.auth.certificates.reach import Address
from anagnorisis.auth.hosts import Hosts
from anagnorisis.config import Settings


class Network:
    """What `home_addresses` finds; a test moves the machine by setting `addresses`."""

    def __init__(self) -> None:
        self.addresses: tuple[Address, ...] = (ip_address("127.0.0.1"),)

    def __call__(self) -> tuple[Address, ...]:
        return self.addresses


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    network = Network()
    monkeypatch.setattr(front, "home_addresses", network)
    monkeypatch.setattr(front, "LOOKS_S", 0.05)
    return network


@pytest.fixture
def settings(tmp_path) -> Settings:
    (tmp_path / "data").mkdir()
    return Settings(data=tmp_path / "data", lan=True)


@pytest.fixture
def entrance() -> Entrance:
    return Entrance(port=8765, guide_port=8080)


@pytest.fixture
def hosts() -> Hosts:
    return Hosts("::", [])
