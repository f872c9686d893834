"""Whether the house's name leads to it: by multicast DNS for `.local`, by the resolver for other names."""

import socket
from collections.abc import Sequence

from anagnorisis.api.doctor.finding import Finding, note, well, wrong
from anagnorisis.api.lan.discovery import Discovery
from anagnorisis.auth.certificates.reach import Address


async def answered(host: str, addresses: Sequence[Address]) -> list[Finding]:
    """Whether `host`, a `.local` name, is answered by the house at `addresses`, and by nobody else."""
    name = host.removesuffix(".local")
    try:
        # The ear has no address of its own, so whoever answers counts, the house too.
        listening = Discovery(addresses, ours=())
    except OSError as error:
        return [wrong(f"Multicast DNS cannot be spoken here ({error}). Containers need the host's network.")]
    try:
        there = await listening.taken(name)
    finally:
        await listening.close()
    if not there:
        return [
            wrong(
                f"Nobody answers to {host}. Multicast may be blocked: open UDP port 5353, and run containers "
                "on the host's network."
            )
        ]
    if there not in {str(one) for one in addresses}:
        return [
            wrong(f"{there}, another machine, answers to {host}. End it, or give its house another name.")
        ]
    return [
        well(f"{host} is answered."),
        note(
            "An Android phone that does not find it: turn Private DNS off. Guest Wi-Fi keeps devices apart."
        ),
    ]


def resolved(host: str, addresses: Sequence[Address]) -> list[Finding]:
    """Whether the resolver of this machine leads from `host` to one of `addresses`."""
    try:
        there = {str(one[4][0]) for one in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError) as error:
        return [wrong(f"{host} is not found by this machine's resolver ({error}). Make a DNS record for it.")]
    if there & {str(one) for one in addresses}:
        return [well(f"{host} leads here.")]
    return [
        note(
            f"{host} leads to {', '.join(sorted(there))}, which is not this machine. That is right where a "
            "proxy is there; else the router may hold back private answers (DNS rebind protection)."
        )
    ]
