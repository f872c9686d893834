"""Certificates are fetched by way of egress: its switch, its guard, its ledger."""

from collections.abc import Mapping

from anagnorisis.auth.certificates.sender import Sender, Sent
from anagnorisis.egress.client import Egress
from anagnorisis.egress.exchange import Ask


def through(egress: Egress) -> Sender:
    """The sender for the purpose `certificates`. It raises what `Egress.stream` does."""

    async def send(method: str, url: str, headers: Mapping[str, str], content: bytes) -> Sent:
        told = {name.lower(): value for name, value in headers.items()}
        ask = Ask(method=method, headers=told, content=content)
        async with egress.stream("certificates", url, ask) as answer:
            return Sent(answer.status, answer.headers, await answer.read())

    return send
