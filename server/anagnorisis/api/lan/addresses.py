"""Which addresses this machine has on the home network, and what it is called there."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, ip_address, ip_network

import ifaddr

from anagnorisis.api.entrance import outward
from anagnorisis.auth.certificates.reach import Address

VIRTUAL = ("docker", "br-", "veth", "virbr", "cni", "flannel", "podman", "lxc", "lxd", "vmnet", "vboxnet")
"""Beginnings of the names of interfaces that lead to containers and machines within this one."""
LOCAL_IPV6 = ip_network("fd00::/8")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def home_addresses() -> tuple[Address, ...]:
    """IPv4 and local IPv6 addresses, the one that leads outside first. Others come and go by the day."""
    found: set[Address] = set()
    for adapter in ifaddr.get_adapters():
        if not adapter.name.startswith(VIRTUAL):
            for one in adapter.ips:
                found.add(ip_address(one.ip if isinstance(one.ip, str) else one.ip[0]))
    return tuple(
        sorted(filter(_lasting, found), key=lambda one: (str(one) != outward(), one.version, int(one)))
    )


def local_names(hostname: str, chosen: str, further: Iterable[str]) -> list[str]:
    """`chosen`.local, this machine's own .local name where it is one, and the names of the settings."""
    label = hostname.partition(".")[0].lower()
    own = [f"{label}.local"] if LABEL.fullmatch(label) and label != "localhost" else []
    return [f"{chosen}.local", *own, *further]


def _lasting(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not (address.is_loopback or address.is_link_local)
    return address in LOCAL_IPV6
