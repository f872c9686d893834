"""An address as it is asked for, read strictly: what does not have one plain reading is refused.

What other programs guess at (numbers for addresses, names before an @, backslashes) is how a checked host
and a connected one come apart.
"""

import re
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import idna
from msgspec import Struct

from anagnorisis.domain import BadValue

PORTS = {"http": 80, "https": 443}
LONGEST = 4096
UNSEEN = re.compile(r"[\x00-\x20\x7f\\]")
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
KEPT = "/:@!$&'()*+,;=~%"


class Target(Struct, frozen=True):
    """One address, taken apart: `host` is a lower-case ASCII name or an IP address without brackets."""

    scheme: str
    host: str
    port: int
    path: str
    """With the query, ready to be sent."""

    @property
    def authority(self) -> str:
        """Host and port as the `Host` header has them."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"

    @property
    def url(self) -> str:
        """The address in its plain spelling, without a fragment."""
        return f"{self.scheme}://{self.authority}{self.path}"

    def joined(self, location: str) -> "Target":
        """Where `location` leads from here. Raises `BadValue`."""
        return read(urljoin(self.url, location))


def read(url: str) -> Target:
    """The target of `url`. Raises `BadValue` saying what is wrong with it."""
    if len(url) > LONGEST or UNSEEN.search(url):
        raise BadValue("This address is too long, or has a blank, a backslash or an unseen character in it.")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise BadValue(f"This is no address of the web: {error}.") from error
    if parts.scheme not in PORTS:
        raise BadValue("Only addresses that begin with https:// or http:// can be fetched.")
    if "@" in parts.netloc:
        raise BadValue("An address must not hold a name or password before an @.")
    if not host or port == 0 or ("[" in parts.netloc and ":" not in host):
        raise BadValue("This address names no host.")
    return Target(parts.scheme, host_in(host), port or PORTS[parts.scheme], _path(parts))


def host_in(text: str) -> str:
    """A host name or address in its plain spelling. Raises `BadValue` for what can be read in two ways."""
    if ":" in text:
        try:
            return str(IPv6Address("" if "%" in text else text.removeprefix("[").removesuffix("]")))
        except ValueError as error:
            raise BadValue(f"{text} is no address of a host.") from error
    try:
        name = text if text.isascii() else idna.encode(text, uts46=True).decode()
    except idna.IDNAError as error:
        raise BadValue(f"{text} is no name of a host: {error}.") from error
    name = name.lower().removesuffix(".")
    labels = name.split(".")
    if len(name) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        raise BadValue(f"{text} is no name of a host.")
    return _quad(name) if NUMBER.fullmatch(labels[-1]) else name


def _quad(text: str) -> str:
    """What ends in a number is an IPv4 address, and only four plain decimal numbers are one."""
    try:
        return str(IPv4Address(text))
    except ValueError as error:
        raise BadValue(f"{text} is no address of a host: write four numbers, 0 to 255, with dots.") from error


def _path(parts: SplitResult) -> str:
    path = quote(parts.path, safe=KEPT) or "/"
    return f"{path}?{quote(parts.query, safe=KEPT + '?')}" if parts.query else path
