"""Checkpoints of the site of models: what it says of one, which of its files are read, where they wait.

They are fetched as known models are, for `models export` to make a model of; then their disk is given back.
"""

import re

from anagnorisis.domain import BadValue, Conflict, Unknown
from anagnorisis.library.pulls import Pull, Pulls
from anagnorisis.library.stated import checkpoint

NAMED = re.compile(r"([a-z0-9][\w.-]{0,95}/[a-z0-9][\w.-]{0,95})(?:@([\w][\w./-]{0,127}))?", re.I | re.A)
BRANCH = "main"
AGREED = ("waiting", "whole")


def named(said: str) -> tuple[str, str] | None:
    """The repository and the revision of `owner/name` or `owner/name@revision`; None for anything else."""
    found = NAMED.fullmatch(said)
    return (found[1], found[2] or BRANCH) if found else None


class Checkpoints:
    """Those among the `pulls`."""

    def __init__(self, pulls: Pulls) -> None:
        self.pulls = pulls

    async def look(self, name: str, revision: str) -> Pull:
        """What the site says of it now; of one that is being fetched, or is here, what it said.

        Raises `Refused` for one that cannot be had or exported, `Conflict` while another revision of it is
        here, and what `Egress.get` raises.
        """
        pull = self._kept(name)
        if pull and pull.state in AGREED:
            return self._same(pull, revision)
        origin, sums = await checkpoint(self.pulls.egress, self.pulls.site, name, revision)
        return await self.pulls.found(origin, sums)

    async def agree(self, name: str, revision: str, licence: bool) -> Pull:
        """Have it fetched, or tried again, as it was told; `licence`: its terms are known from elsewhere.

        Raises `Conflict` saying what is to be done first, and `Refused` where there is no room for it.
        """
        pull = self._kept(name)
        if pull is None or pull.origin is None or pull.origin.wanted != revision:
            raise Conflict(
                f"First see what {name} is, how large, and under which terms: give the same command without "
                "--agree."
            )
        if pull.state in AGREED:
            return pull
        if not pull.origin.licence and not licence:
            raise BadValue(f"{name} states no licence. Say under which terms it may be used, with --licence.")
        await self.pulls.check_switch()
        self.pulls.check_disk(pull)
        return await self.pulls.agreed(pull)

    async def give_back(self, name: str) -> None:
        """Fetch it no further, and give its disk back. Raises `Unknown`."""
        if self._kept(name) is None:
            raise Unknown(f"Nothing of {name} is here.")
        await self.pulls.done(name)

    def standing(self, name: str) -> Pull:
        """How far it is. Raises `Unknown`."""
        if (pull := self._kept(name)) is None:
            raise Unknown(f"Nothing of {name} is here any more: it was given up.")
        return pull

    def _kept(self, name: str) -> Pull | None:
        pull = self.pulls.get(name)
        return pull if pull and pull.origin else None

    def _same(self, pull: Pull, revision: str) -> Pull:
        if pull.origin and pull.origin.wanted != revision:
            raise Conflict(
                f"{pull.name} is here at {pull.origin.wanted}. Give that up first, with: anagnorisis models "
                f"remove {pull.name}"
            )
        return pull
