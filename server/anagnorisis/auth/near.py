"""Whether an address is of the home network: what the setup code asks before it lets the first person in."""

from ipaddress import IPv6Address, ip_address


def is_near(address: str) -> bool:
    """True for loopback, private and link-local addresses, and for what has no IP address: a local socket."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return True
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return parsed.is_private or parsed.is_link_local
