"""Two hosts on one cable: network namespaces with a pair of linked interfaces, and processes inside them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.server.running import command

ASK = """
import asyncio, sys
from ipaddress import ip_address
from anagnorisis.api.lan.discovery import Discovery
async def ask():
    ear = Discovery([ip_address(sys.argv[2])])
    print(await ear.taken(sys.argv[1]))
    await ear.close()
asyncio.run(ask())
"""


class Host:
    """A host with the one address `address`/24."""

    def __init__(self, name: str, link: str, address: str) -> None:
        self.name, self.link, self.address = name, link, address

    def run(self, *words: object, timeout: float = 60) -> str:
        """What a command inside prints. Raises `CalledProcessError`."""
        inside = ["ip", "netns", "exec", self.name, *map(str, words)]
        return subprocess.run(inside, capture_output=True, text=True, check=True, timeout=timeout).stdout

    def serve(self, *flags: object) -> "subprocess.Popen[str]":
        """A house inside."""
        inside = ["ip", "netns", "exec", self.name, *command("serve", "--lan", *flags)]
        return subprocess.Popen(inside, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def heard(self, name: str) -> str:
        """The address that answers to `name`.local on the cable; empty when none does."""
        return self.run(sys.executable, "-c", ASK, name, self.address).strip()

    def plug_in(self) -> None:
        """Have the address, and a way out."""
        self.run("ip", "address", "add", f"{self.address}/24", "dev", self.link)
        for link in ("lo", self.link):
            self.run("ip", "link", "set", link, "up")
        self.run("ip", "route", "add", "default", "dev", self.link)

    def move(self, address: str) -> None:
        """Take another address."""
        self.run("ip", "address", "flush", "dev", self.link)
        self.address = address
        self.plug_in()


@contextmanager
def two_hosts() -> Iterator[tuple[Host, Host]]:
    """Two hosts. Fails, with what the system said, where none may be made."""
    tag = f"an{os.getpid() % 10_000}"
    hosts = [Host(f"{tag}{end}", f"{tag}{end}", f"10.77.0.{n}") for n, end in ((1, "a"), (2, "b"))]
    try:
        for host in hosts:
            _ip("netns", "add", host.name)
        _ip("link", "add", hosts[0].link, "type", "veth", "peer", "name", hosts[1].link)
        for host in hosts:
            _ip("link", "set", host.link, "netns", host.name)
            host.plug_in()
        yield hosts[0], hosts[1]
    except subprocess.CalledProcessError as error:
        pytest.fail(
            f"Two network namespaces are needed, and the system says: {error.stderr or error}. Run as root."
        )
    finally:
        for host in hosts:
            subprocess.run(["ip", "netns", "del", host.name], check=False, capture_output=True)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)
