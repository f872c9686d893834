"""Known models: a small file each in `known/` says what is fetched, what it must be and what it becomes."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from anagnorisis.domain import Kind, Unknown
from anagnorisis.embed.description import Description, Sum, Tower, check

FOLDER = Path(__file__).parent / "known"


class Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    """A file in the repository."""

    path: str
    bytes: int = 0
    """0: not known here."""
    sha256: str = ""
    """"": not known here; nothing is fetched before somebody agreed to what the site states."""


class Known(Struct, frozen=True, forbid_unknown_fields=True):
    """A model that can be fetched when somebody asks for it; nothing of it is in the house before."""

    name: str
    kind: Kind
    title: str
    says: str
    licence: str
    licence_url: str
    """Where its terms stand."""
    source: str
    repository: str
    """On the site, at one `revision`, which is a commit: what it names never changes."""
    revision: str
    memory_mb: int
    """A rough guess of what the worker will hold; the trial measures it."""
    proof: str
    """Where the digests were found; "" where none were."""
    files: dict[str, Wanted]
    """By their name in the model's folder."""
    content: Tower
    licence_proof: str = ""
    """Where its terms were found to be stated, where that needed looking into; "" elsewhere."""
    words: Tower | None = None
    shared_space: bool = False

    @property
    def pinned(self) -> bool:
        """Whether what is fetched must be what is written here."""
        return all(one.sha256 for one in self.files.values())

    @property
    def speaks(self) -> bool:
        """Whether words can be compared with what it sees."""
        return self.kind == "article" or (self.words is not None and self.shared_space)

    @property
    def bytes(self) -> int:
        """To fetch, as far as known here."""
        return sum(one.bytes for one in self.files.values())

    @property
    def sums(self) -> dict[str, Sum]:
        """What each file must be, of those that are pinned."""
        return {name: Sum(one.sha256, one.bytes) for name, one in self.files.items() if one.sha256}

    def described(self, sums: Mapping[str, Sum], vouched: str) -> Description:
        """The model that it becomes with such files; `vouched` says who said that they are these."""
        return check(
            Description(
                name=self.name,
                kind=self.kind,
                content=self.content,
                licence=self.licence,
                source=f"{self.source} ({self.repository} at {self.revision[:12]})",
                files=dict(sums),
                words=self.words,
                shared_space=self.shared_space,
                title=self.title,
                says=self.says,
                made_by={"repository": self.repository, "revision": self.revision, "digests": vouched},
            )
        )


@cache
def catalogue() -> Mapping[str, Known]:
    """Every known model by its name, in the order in which they are shown."""
    told = [msgspec.json.decode(file.read_bytes(), type=Known) for file in FOLDER.glob("*.json")]
    return {one.name: one for one in sorted(told, key=lambda one: (one.kind, not one.pinned, one.bytes))}


def known(name: str, among: Mapping[str, Known] | None = None) -> Known:
    """The known model of that name. Raises `Unknown`."""
    found = (among or catalogue()).get(name)
    if found is None:
        raise Unknown(f"No known model is called {name}. `anagnorisis models known` names them.")
    return found
