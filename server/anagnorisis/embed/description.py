"""What a model's `model.json` says: its files, what it wants to be given, what it gives, whose it is."""

import hashlib
from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from anagnorisis.domain import BadValue, Kind
from anagnorisis.embed import EmbedderSpec
from anagnorisis.embed.front.recipes import PictureRecipe, SoundRecipe, TextRecipe

FILE = "model.json"
LARGEST = 1 << 20
"""Bytes of a `model.json`."""
WIDEST = 8192
NEWEST_OPSET = 25
Pooling = Literal["none", "mean", "mean+deviation"]
"""How several rows of one item, of its crops or chunks, become one."""
Tokens = Literal["", "mean", "last"]
"""How a graph's rows of tokens (b, t, dim) become one: by mean over the mask, or the last one it marks."""
Recipe = TextRecipe | PictureRecipe | SoundRecipe


class Sum(Struct, frozen=True, forbid_unknown_fields=True):
    """What a file of the model must be."""

    sha256: str
    bytes: int


class Cost(Struct, frozen=True, forbid_unknown_fields=True):
    """What a model took where it was tried."""

    ms: float
    """Milliseconds an item, alone."""
    memory_mb: int
    """Most that the worker held."""
    provider: str
    """On which its graphs ran."""


class Tower(Struct, frozen=True, forbid_unknown_fields=True):
    """One graph of a model: from what it is given to rows of numbers. Exactly one recipe says how."""

    file: str
    output: str
    """The graph's output (b, dim)."""
    dim: int
    text: TextRecipe | None = None
    picture: PictureRecipe | None = None
    sound: SoundRecipe | None = None
    tokenizer: str = ""
    """File of the tokenizer, where it reads texts."""
    pooling: Pooling = "mean"
    normalised: bool = False
    """Each row is brought to length 1 before rows are pooled, and what comes of them after."""
    tokens: Tokens = ""
    """"": the graph's output is a row already."""

    @property
    def recipe(self) -> Recipe:
        """How it wants to be given things."""
        told = self.text or self.picture or self.sound
        assert told is not None, "`check` asks for one"
        return told

    @property
    def width(self) -> int:
        """Numbers of an item's vector."""
        return self.dim * (2 if self.pooling == "mean+deviation" else 1)

    @property
    def files(self) -> tuple[str, ...]:
        """What it reads."""
        return (self.file, self.tokenizer) if self.tokenizer else (self.file,)


class Description(Struct, frozen=True, forbid_unknown_fields=True):
    """A model, as its folder describes it."""

    name: str
    kind: Kind
    content: Tower
    """What looks at items."""
    licence: str
    source: str
    files: dict[str, Sum]
    words: Tower | None = None
    """What puts a few words where the items are that they speak of. An article's own tower does that too."""
    shared_space: bool = False
    """Whether rows of `words` can be compared with those of `content`."""
    title: str = ""
    says: str = ""
    """What it can and cannot do, in plain words."""
    cost: Cost | None = None
    made_by: dict[str, str] = field(default_factory=dict)
    """Of its export: versions, errors, whatever may be asked for later."""

    @property
    def speaks(self) -> bool:
        """Whether words can be compared with items."""
        return self.kind == "article" or (self.words is not None and self.shared_space)

    @property
    def towers(self) -> tuple[Tower, ...]:
        """Every graph it has."""
        return (self.content, self.words) if self.words else (self.content,)

    @property
    def digest(self) -> str:
        """32 hex digits over all that changes its vectors: recipes, pooling, and the content of its files."""
        parts = [_canonical(one) for one in self.towers]
        sums = [self.files[name].sha256.encode() for one in self.towers for name in sorted(one.files)]
        others = [self.files[name].sha256.encode() for name in sorted(self.files)]
        told = b"\n".join(
            [b"onnx-1", self.kind.encode(), str(self.shared_space).encode(), *parts, *sums, *others]
        )
        return hashlib.sha256(told).hexdigest()[:32]


def _canonical(tower: Tower) -> bytes:
    """A tower without the names of its files, the same whether a number was written 50 or 50.0."""
    bare = msgspec.json.encode(replace(tower, file="", tokenizer=""))
    told = msgspec.json.encode(msgspec.json.decode(bare, type=Tower))
    return told.replace(b',"tokens":""}', b"}")  # models of before this could be said keep their digest


def check(told: Description) -> Description:
    """`told`, if it can be followed. Raises `BadValue` naming what cannot."""
    wanted = {"article": "text", "image": "picture", "music": "sound"}[told.kind]
    _need(bool(told.name) and len(told.name) <= 64 and told.name.isprintable(), "name must say its name")
    _need(bool(told.licence.strip()), "licence is missing: say under which terms the weights may be used")
    _need(bool(told.source.strip()), "source is missing: say where the weights come from")
    _check_tower(told, "content", told.content, wanted)
    if told.words is not None:
        _check_tower(told, "words", told.words, "text")
        _need(told.words.width == told.content.width, "words must be as wide as content")
    for name in told.files:
        _need(_plain(name), f"{name!r} is no file beside {FILE}")
    return told


def _check_tower(told: Description, name: str, tower: Tower, wanted: str) -> None:
    recipes = {"text": tower.text, "picture": tower.picture, "sound": tower.sound}
    given = [one for one, recipe in recipes.items() if recipe is not None]
    _need(given == [wanted], f"{name} needs the recipe {wanted!r}, and no other")
    _need((wanted == "text") == bool(tower.tokenizer), f"{name} needs a tokenizer where it reads texts only")
    _need(tower.dim > 0 and tower.width <= WIDEST, f"{name}.dim must lie in 1..{WIDEST}")
    _need(bool(tower.output), f"{name}.output must name an output")
    masked = tower.text is not None and bool(tower.text.mask)
    _need(not tower.tokens or masked, f"{name}.tokens needs a text with a mask")
    _need(wanted != "picture" or tower.pooling != "mean+deviation", f"{name}.pooling: a picture is one row")
    for file in tower.files:
        _need(file in told.files, f"files does not say the SHA-256 of {file!r}")


def _plain(name: str) -> bool:
    return bool(name) and not name.startswith(".") and name != FILE and not {"/", "\\", "\0"} & {*name}


def _need(holds: bool, what: str) -> None:
    if not holds:
        raise BadValue(f"The model's description cannot be followed: {what}. Correct its {FILE}.")


def spec(told: Description, folder: str) -> EmbedderSpec:
    """The embedder of a model whose files lie in `folder`."""
    return EmbedderSpec(
        kind=told.kind,
        name=told.name,
        dim=told.content.width,
        digest=told.digest,
        module="anagnorisis.embed.onnx",
        title=told.title or f"Model: {told.name}",
        says=told.says or "A model that was brought in by you.",
        words=told.speaks,
        models=(told.digest,),
        folders=(folder,),
        bytes=sum(one.bytes for one in told.files.values()),
    )


def joined(parts: Mapping[str, EmbedderSpec]) -> EmbedderSpec:
    """The embedder that joins the rows of several, each brought to length 1, by their digests.

    It knows words where all of them do.
    """
    whole = list(parts.values())
    if len(whole) == 1:
        return whole[0]
    told = "\n".join(["stack-1", *parts])
    return EmbedderSpec(
        kind=whole[0].kind,
        name="+".join(one.name for one in whole),
        dim=sum(one.dim for one in whole),
        digest=hashlib.sha256(told.encode()).hexdigest()[:32],
        module=whole[0].module,
        title="Models: " + ", ".join(one.name for one in whole),
        says=" ".join(dict.fromkeys(one.says for one in whole)),
        words=all(one.words for one in whole),
        models=tuple(parts),
        folders=tuple(folder for one in whole for folder in one.folders),
        bytes=sum(one.bytes for one in whole),
    )
