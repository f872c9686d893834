"""How devices reach the house at this moment: its name, its ports, the tag of its authority."""

import io
import socket
from collections.abc import Awaitable, Callable

import segno
from msgspec import Struct

from anagnorisis.domain import BadValue


class Entrance(Struct, eq=False):
    """Changed by whoever follows the network; read by the console, the guide and the app."""

    scheme: str = "http"
    host: str = "127.0.0.1"
    """The name that the app is installed under; it never changes once a phone knows it."""
    port: int = 0
    guide_port: int = 0
    """0 where there is no guide: devices trust the certificate already, or none is needed."""
    tag: str = ""
    """Four characters that name the house's own authority; empty without one."""
    addresses: tuple[str, ...] = ()
    """Of this machine on the home network, the likeliest first."""

    @property
    def app(self) -> str:
        """The origin of the app."""
        return self.origin(self.host)

    @property
    def is_open(self) -> bool:
        """Whether others than this machine can come in."""
        return self.scheme == "https"

    @property
    def guide(self) -> str:
        """Where a phone begins: the guide by its address, which needs no name; else the app."""
        if not self.guide_port:
            return self.app
        host = _bracketed(self.addresses[0]) if self.addresses else self.host
        return f"http://{host}:{self.guide_port}"

    def origin(self, host: str) -> str:
        """The app's origin under another of its names or addresses."""
        usual = self.port == {"http": 80, "https": 443}[self.scheme]
        return f"{self.scheme}://{_bracketed(host)}" + ("" if usual else f":{self.port}")

    def others(self) -> list[str]:
        """The app's origins by IPv4 address, for devices that do not find the name. A page's policy cannot
        name an IPv6 address (CSP 3 §2.3.1), so none is told to one."""
        return [self.origin(address) for address in self.addresses if ":" not in address]


async def _no_authority() -> list[str]:
    raise BadValue("This house has no authority of its own: it is served plainly, or with files of others.")


class Renewal(Struct, eq=False):
    """How a new authority is made while the house runs; set by whoever serves it."""

    renew: Callable[[], Awaitable[list[str]]] = _no_authority
    """Says what to do next, line by line. Raises `BadValue` where the house has no authority of its own."""


def picture(address: str) -> str:
    """`address` as a QR code, SVG without size or namespace, to stand in a page."""
    drawn = io.BytesIO()
    segno.make(address, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, light="#fff", nl=False
    )
    return drawn.getvalue().decode()


def in_letters(address: str) -> str:
    """`address` as a QR code for a terminal."""
    drawn = io.StringIO()
    segno.make(address).terminal(drawn, compact=True)
    return drawn.getvalue()


def outward() -> str:
    """The IPv4 address of this machine as its network sees it; empty without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: only asks which way it would go
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
