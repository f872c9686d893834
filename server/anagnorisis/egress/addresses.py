"""Which addresses a host may have: the internet for everybody, the home only for names a person allowed.

The lists are IANA's special-purpose registries of 2026, written out: `ipaddress` of Python 3.11 takes NAT64,
6to4, multicast and 3fff::/20 for global, and 100.64.0.0/10 for not private.
"""

from collections.abc import Set
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NAT64 = IPv6Network("64:ff9b::/96")
"""An IPv4 address as a network without IPv4 writes it (RFC 6052): judged by what it stands for."""
INTERNET_V6 = IPv6Network("2000::/3")
"""All that was ever given out; loopback, mapped, private, link-local and multicast lie outside."""

HOME: tuple[Network, ...] = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),  # carriers' own, and Tailscale
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv6Network("fc00::/7"),
)
MACHINE: tuple[Network, ...] = (
    IPv4Network("127.0.0.0/8"),
    IPv4Network("169.254.0.0/16"),  # link-local; clouds keep keys at 169.254.169.254
    IPv6Network("::1/128"),
    IPv6Network("fe80::/10"),
)
NOWHERE: tuple[Network, ...] = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.0.2.0/24"),
    IPv4Network("192.88.99.0/24"),  # relays of 6to4
    IPv4Network("198.18.0.0/15"),
    IPv4Network("198.51.100.0/24"),
    IPv4Network("203.0.113.0/24"),
    IPv4Network("224.0.0.0/4"),
    IPv4Network("240.0.0.0/4"),
    IPv6Network("2001::/23"),  # Teredo, benchmarks, ORCHID
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),  # 6to4 can stand for any IPv4 address, and no host needs it any more
    IPv6Network("3fff::/20"),
)


def read(text: str) -> Address:
    """The address written in `text`, which may have a zone. Raises `ValueError` when there is none."""
    return ip_address(text.partition("%")[0])


def meant(address: Address) -> Address:
    """The IPv4 address that `address` stands for where it is mapped or of NAT64, else itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address


def is_public(address: Address) -> bool:
    """Whether `address` is one of the internet."""
    plain = meant(address)
    if isinstance(plain, IPv6Address) and plain not in INTERNET_V6:
        return False
    return not _within(plain, HOME + MACHINE + NOWHERE)


def is_permitted(host: str, address: Address, local_hosts: Set[str]) -> bool:
    """Whether `host` may be reached at `address`.

    A host among `local_hosts` may be at home; at the machine itself or on its link only where a person
    allowed just that address or `localhost`, so that no name can be bent towards it.
    """
    if is_public(address):
        return True
    plain = meant(address)
    spelled = host in {str(plain), "localhost"}
    return host in local_hosts and (_within(plain, HOME) or (spelled and _within(plain, MACHINE)))


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)
