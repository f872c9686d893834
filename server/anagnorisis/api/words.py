"""What a person says of their taste in words: to write, to see how each wish stands, to take back."""

import time

from litestar import delete, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Struct

from anagnorisis.auth.sessions import Caller
from anagnorisis.domain import KINDS
from anagnorisis.store import words as kept
from anagnorisis.store.db import Store
from anagnorisis.store.words import Written
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.standing import Standing, standing
from anagnorisis.taste.wishes import Wish, parse

BEFORE = 20
"""Earlier words that are shown."""


class WordsIn(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person writes; empty to take everything back."""

    text: str


class WishOut(Struct, frozen=True):
    """One wish of a text, and how it stands."""

    written: str
    """As it stands in the text; the text without it is the other wishes, joined by semicolons."""
    wanted: bool
    """False: the person would rather not have it."""
    stands: list[Standing]
    """In every kind."""


class WordsOut(Struct, frozen=True):
    """What a person says of their taste."""

    text: str
    at: int | None
    """Unix seconds; None when they never wrote."""
    wishes: list[WishOut]
    before: list[Written]
    """What they wrote earlier, the latest first."""


@get("/taste/words")
async def get_words(
    caller: NamedDependency[Caller], store: NamedDependency[Store], learner: NamedDependency[Learner]
) -> WordsOut:
    """What the person who asks says of their taste, and how each wish stands against their ratings."""
    return await _told(store, learner, caller.person.id)


@put("/taste/words")
async def write_words(
    data: JSONBody[WordsIn],
    caller: NamedDependency[Caller],
    store: NamedDependency[Store],
    learner: NamedDependency[Learner],
) -> WordsOut:
    """Say it anew. Names act at once; the rest when it was read, which the bell `vectors` tells."""
    text, person = data.text.strip(), caller.person.id
    parse(text)
    await store.write(lambda db: kept.write(db, person, text, int(time.time())), "words")
    await learner.reword(person)
    return await _told(store, learner, person)


@delete("/taste/words", status_code=204)
async def erase_words(
    caller: NamedDependency[Caller], store: NamedDependency[Store], learner: NamedDependency[Learner]
) -> None:
    """Erase all that the person ever wrote, for good."""
    person = caller.person.id
    async with store.erasing("words", person):
        await store.write(lambda db: kept.erase(db, person), "words")
        await learner.reword(person)


async def _told(store: Store, learner: Learner, person: int) -> WordsOut:
    written = await kept.written(store.read, person, BEFORE + 1)
    views = {kind: await learner.view(person, kind) for kind in KINDS}
    spoken = views[KINDS[-1]].wished.spoken
    stands: list[list[Standing]] = [[] for _ in spoken.wishes]
    for kind, view in views.items():
        spec = learner.spaces.registry.active(kind)
        reasons = await _reasons(store, spec.digest, spoken.wishes)
        for wish, told in zip(spoken.wishes, stands, strict=True):
            reason = reasons.get(wish.about, "")
            told.append(standing(spoken, wish, view.wished, view.taste, spec, reason))
    wishes = [
        WishOut(wish.written, wish.sign > 0, told) for wish, told in zip(spoken.wishes, stands, strict=True)
    ]
    now = written[0] if written else None
    return WordsOut(now.text if now else "", now.at if now else None, wishes, written[1:])


async def _reasons(store: Store, model: str, wishes: tuple[Wish, ...]) -> dict[str, str]:
    """Why the embedder `model` made nothing of phrases."""
    made = await kept.phrases(store.read, model, {wish.about for wish in wishes})
    return {phrase: one.reason for phrase, one in made.items() if one.reason}
