"""Which host names this server answers to. A page that rebinds its own name to our address is turned away."""

import ipaddress
from collections.abc import Iterable

from anagnorisis.auth.refusals import WrongHost

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
WILDCARDS = frozenset({"0.0.0.0", "::", ""})


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Hosts:
    """The allow-list: names of loopback, the address bound to, further names from the settings."""

    def __init__(self, bound: str, names: Iterable[str]) -> None:
        self._names = LOOPBACK | {name.lower() for name in (bound, *names)} - WILDCARDS

    def know(self, names: Iterable[str]) -> None:
        """Answer to `names` too from now on."""
        self._names |= {name.lower() for name in names} - WILDCARDS

    def check(self, header: str, arrived_at: str) -> None:
        """Raises `WrongHost` unless `header` names us.

        The very address that the connection arrived at passes too: no rebound name can be that.
        """
        name = host_of(header)
        if name not in self._names and name != arrived_at.lower().removeprefix("::ffff:"):
            raise WrongHost(
                f"This server does not go by the name “{name}”. Add it to `names` in its settings, "
                "or use the address printed at its start."
            )


def host_of(header: str) -> str:
    """The host of a `Host` header, without port and brackets, lower case."""
    name = header.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.rpartition(":")[0] if ":" in name else name
