"""Where the house listens and how it is encrypted there, as the settings have it when they fit together."""

import socket
from typing import Literal

from anagnorisis.auth.hosts import is_loopback
from anagnorisis.config import Settings
from anagnorisis.domain import BadValue

Encryption = Literal["none", "own", "files", "acme"]


def listens_at(settings: Settings) -> str:
    """The address to listen at; with `lan` every one of this machine, unless one was chosen."""
    if not settings.lan or not is_loopback(settings.host):
        return settings.host
    return "::" if socket.has_dualstack_ipv6() else "0.0.0.0"


def encryption(settings: Settings) -> Encryption:
    """How what is sent is encrypted. Raises `BadValue` for settings that contradict each other, and for plain
    HTTP where others could reach it.
    """
    host = listens_at(settings)
    if (settings.cert is None) != (settings.key is None):
        raise BadValue("A certificate and its key belong together: give both --cert and --key.")
    match settings.tls:
        case "files" if settings.cert is None:
            raise BadValue('tls = "files" needs the files: give --cert and --key.')
        case "acme" if not settings.names or settings.acme_hook is None:
            raise BadValue(
                'tls = "acme" needs your domain in `names`, and `acme_hook`, which writes into DNS.'
            )
        case "own" | "files" | "acme" as chosen:
            return chosen
        case "proxy" if not settings.trusted_proxies:
            raise BadValue('tls = "proxy" needs to know the proxy: name its address in `trusted_proxies`.')
        case "off" if not is_loopback(host):
            raise BadValue(
                f"Other devices could reach {host}, but plain HTTP cannot keep a session there: leave --tls "
                "out for a certificate of the house's own, or leave --host out to serve this machine only."
            )
        case "off" | "proxy":
            return "none"
    if settings.cert is not None:
        return "files"
    return "none" if is_loopback(host) else "own"
