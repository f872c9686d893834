"""What the house is called and where it is found, and which of that its authority may speak for."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from msgspec import Struct

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

HOME_NAMES = ("local", "home.arpa", "localhost")
"""Endings of names that exist only at home (RFC 6762, 8375, 6761)."""
HOME_NETWORKS: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "100.64.0.0/10",
        "fd00::/8",
        "fe80::/10",
        "::1/128",
    )
)
"""Addresses that nobody outside is reached by; 100.64/10 is also what Tailscale gives out."""
LOOPBACK = (ip_address("127.0.0.1"), ip_address("::1"))


class Reach(Struct, frozen=True):
    """Names, lower case, and addresses, both sorted, under which devices find the house."""

    names: tuple[str, ...]
    addresses: tuple[Address, ...]


def reach(names: Iterable[str], addresses: Iterable[Address]) -> Reach:
    """A `Reach` of `names` and `addresses`, with those of loopback added."""
    named = {"localhost", *(name.lower().rstrip(".") for name in names)}
    return Reach(tuple(sorted(named)), tuple(sorted({*LOOPBACK, *addresses}, key=_order)))


def within(wished: Reach, further: Iterable[str] = ()) -> Reach:
    """The part of `wished` that an authority for home and the names `further` may speak for.

    A bare host name stays out: whoever may speak for `dev` may speak for every site below it.
    """
    endings = (*HOME_NAMES, *further)
    return Reach(
        tuple(name for name in wished.names if any(_below(name, ending) for ending in endings)),
        tuple(one for one in wished.addresses if any(one in network for network in HOME_NETWORKS)),
    )


def own_domains(names: Iterable[str]) -> tuple[str, ...]:
    """Those of `names` that are a domain of somebody's and not of every home, sorted."""
    lowered = {name.lower().rstrip(".") for name in names}
    return tuple(
        sorted(n for n in lowered if "." in n and not any(_below(n, ending) for ending in HOME_NAMES))
    )


def _below(name: str, ending: str) -> bool:
    return name == ending or name.endswith(f".{ending}")


def _order(address: Address) -> tuple[int, int]:
    return address.version, int(address)
