"""Whether the ports can be had, whether the house answers at them, and whether a firewall is in between."""

import shutil
import socket
import ssl
import subprocess
from collections.abc import Sequence

from anagnorisis.api import server
from anagnorisis.api.doctor.finding import Finding, note, well, wrong
from anagnorisis.api.entrance import Entrance
from anagnorisis.config import Settings
from anagnorisis.domain import AnagnorisisError

PATIENCE_S = 3.0
MDNS = 5353


def free(settings: Settings) -> list[Finding]:
    """Whether the port can be listened at, where no house runs."""
    try:
        server.bind(settings).close()
    except AnagnorisisError as error:
        return [wrong(error.what)]
    return [well(f"Port {settings.port} is free for the house.")]


def answering(entrance: Entrance) -> list[Finding]:
    """Whether the running house answers at each address that phones are told."""
    found = []
    for address in entrance.addresses or ("127.0.0.1",):
        try:
            line = socket.create_connection((address, entrance.port), PATIENCE_S)  # noqa: TID251  # us
            with line:
                if entrance.scheme == "https":
                    _greet(line)
        except (OSError, ssl.SSLError) as error:
            found.append(
                wrong(
                    f"The house does not answer at {address} port {entrance.port} ({error}). If it listens "
                    "at another address, start it with --lan; else a firewall is in between."
                )
            )
    return found or [well(f"The house answers at port {entrance.port}.")]


def firewall(ports: Sequence[int]) -> list[Finding]:
    """What ufw, firewalld or nftables say of `ports`, as far as they may be asked."""
    ufw, firewalld, nft = (
        _ask("ufw", "status"),
        _ask("firewall-cmd", "--list-all"),
        _ask("nft", "list", "ruleset"),
    )
    if "Status: active" in ufw:
        shut = [port for port in ports if not _opens(ufw, port)]
        return _verdict("ufw", shut, "sudo ufw allow {}/tcp")
    if "target:" in firewalld:
        shut = [port for port in ports if not _opens(firewalld, port)]
        return _verdict(
            "firewalld", shut, "sudo firewall-cmd --permanent --add-port={}/tcp; sudo firewall-cmd --reload"
        )
    if "hook input" in nft and "policy drop" in nft:
        shut = [port for port in ports if not _opens(nft, port)]
        return _verdict("nftables", shut, "open tcp port {} in the input chain")
    return [
        note(
            "No firewall of this machine was found that may be asked; the router's own is not seen from here."
        )
    ]


def _verdict(name: str, shut: Sequence[int], remedy: str) -> list[Finding]:
    if not shut:
        return [well(f"{name} lets phones through.")]
    return [wrong(f"{name} keeps phones from port {port}. Open it: {remedy.format(port)}") for port in shut]


def _opens(rules: str, port: int) -> bool:
    words = rules.replace("/", " ").replace(",", " ").replace("{", " ").replace("}", " ").split()
    return str(port) in words


def _greet(line: socket.socket) -> None:
    """A handshake; who signed the certificate is looked at elsewhere."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.wrap_socket(line).close()


def _ask(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return ""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
