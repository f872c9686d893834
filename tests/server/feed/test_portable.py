"""A taste carried to another house orders the same library the same, and hostile files do nothing."""

import hashlib
import io
import json
import time
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load, save

from anagnorisis.domain import BadValue, Event, Item, ItemId, Person, Place
from anagnorisis.embed import EMBEDDERS
from anagnorisis.feed import portable
from anagnorisis.feed.portable import Settled
from anagnorisis.store import events, forecasts, items, people, places, signal_epochs, sources, vectors, words
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.spaces import Spaces

NOW_MS = int(time.time() * 1000)


class House:
    """A store, its learner and one person."""

    def __init__(self, store: Store, learner: Learner, person: Person) -> None:
        self.store, self.learner, self.person = store, learner, person

    async def furnish(
        self, made: list[Item], rows: dict[ItemId, bytes], borne: dict[ItemId, list[str]]
    ) -> None:
        source = (await sources.list(self.store.read))[0].id
        found = [Place(source, i.id.encode(), i.id, 1, 1, 1, "", i.id, "") for i in made]
        await self.store.write(lambda db: items.put(db, [(item, borne[item.id]) for item in made]))
        await self.store.write(lambda db: places.settle(db, source, found, [], 1))
        told = [(item.id, rows[item.id]) for item in made]
        await self.store.write(lambda db: vectors.put_many(db, EMBEDDERS["image"].digest, told), "items")
        await self.learner.spaces.admit("image")

    async def rate(self, values: dict[ItemId, float], person: int | None = None) -> None:
        whose = person or self.person.id
        told = [
            Event(str(uuid4()), whose, 1, item, "rating", value, None, NOW_MS - 10_000 + n, NOW_MS)
            for n, (item, value) in enumerate(values.items())
        ]
        await self.learner.keep(whose, told)

    async def pack(self) -> bytes:
        file = io.BytesIO()
        await portable.pack(self.store, self.learner, self.person, Sight(self.person.id), "test", file)
        return file.getvalue()

    async def unpack(self, body: bytes) -> Settled:
        return await portable.unpack(self.store, self.learner, self.person.id, 1, io.BytesIO(body), NOW_MS)

    async def settle(self) -> None:
        """Have the view there, and all done that is due."""
        await self.learner.view(self.person.id, "image")
        await self.learner.tend()

    async def scores(self) -> dict[ItemId, float]:
        view = await self.learner.view(self.person.id, "image")
        return {item: score.mean for item, score in view.scores(view.space.ids).items() if score}


@pytest.fixture
async def found(tmp_path: Path) -> AsyncIterator[Callable[[str], Any]]:
    """`await found("name")` is a new, empty house of one person."""
    open_now: list[House] = []

    async def make(name: str) -> House:
        store = await Store.open(tmp_path / name)
        person = await store.write(lambda db: people.add(db, name, None, 1))
        await store.write(lambda db: sources.add(db, "folder", str(tmp_path), "Library", 1))
        spaces = Spaces(store)
        await spaces.load()
        open_now.append(House(store, Learner(store, spaces), person))
        return open_now[-1]

    yield make
    for house in open_now:
        await house.learner.close()
        await house.store.close()


Library = tuple[list[Item], dict[ItemId, bytes], dict[ItemId, list[str]]]


@pytest.fixture
def library(make_item: Any, rng: np.random.Generator) -> Library:
    made = [make_item("image", collection=f"folder {n % 5}", creator=f"camera {n % 3}") for n in range(90)]
    x = rng.normal(size=(90, EMBEDDERS["image"].dim)) @ np.diag(1 / np.arange(1, EMBEDDERS["image"].dim + 1))
    rows = {item.id: row.astype("<f2").tobytes() for item, row in zip(made, x, strict=True)}
    return made, rows, {item.id: [] for item in made}


async def at_home(house: House, library: Library, rng: np.random.Generator, many: int = 60) -> None:
    """The library, come in two parts so that its features are of another fit, and ratings of some of it."""
    made, *of = library
    await house.furnish(made[:50], *of)
    await house.furnish(made[50:], *of)
    await house.rate({made[n].id: float(rng.integers(0, 11)) for n in rng.permutation(90)[:many]})


async def hint(house: House, made: list[Item]) -> None:
    """Let be known what is no rating: pages looked at long, one of two, less of one, and no skips, please."""
    whose, at = house.person.id, NOW_MS - 5_000_000
    told = [
        Event(str(uuid4()), whose, 1, item.id, "dwell", 5.0 + n, None, at + n, NOW_MS)
        for n, item in enumerate(made[:50])
    ]
    told.append(Event(str(uuid4()), whose, 1, made[3].id, "pair", 1.0, made[80].id, at, NOW_MS))
    told.append(Event(str(uuid4()), whose, 1, made[81].id, "less", None, None, at, NOW_MS))
    await house.learner.keep(whose, told)
    await house.store.write(lambda db: signal_epochs.switch(db, whose, "skipped", False))
    await house.learner.tend()


@pytest.mark.parametrize("first", ["library", "taste"])
async def test_the_same_library_is_ordered_the_same_whichever_comes_first(
    found: Any, library: Library, rng: np.random.Generator, first: str
) -> None:
    home, away = await found("home"), await found("away")
    await at_home(home, library, rng)
    await home.store.write(lambda db: words.write(db, home.person.id, "folder 2; no camera 1", 1_790_000_000))
    await home.learner.reword(home.person.id)
    await hint(home, library[0])
    await home.settle()
    before, body = await home.scores(), await home.pack()
    assert (await home.learner.view(home.person.id, "image")).taste.hints
    made, *of = library
    if first == "library":
        await away.furnish(made[::-1], *of)
        (told,) = (await away.unpack(body)).tastes
        assert (told.kind, told.same) == ("image", True)
    else:
        assert (await away.unpack(body)).kept == 112
        await away.furnish(made[::-1], *of)
    await away.learner.tend()
    after = await away.scores()
    assert after == pytest.approx(before, abs=1e-6)
    assert sorted(after, key=after.__getitem__) == sorted(before, key=before.__getitem__)
    assert (await words.in_force(away.store.read)) == {away.person.id: "folder 2; no camera 1"}
    assert await signal_epochs.off(away.store.read, away.person.id) == {"skipped"}
    there, here = [await forecasts.of(one.store.read, one.person.id, "image") for one in (home, away)]
    assert there and here == there
    again = await away.unpack(body)
    assert (again.kept, again.refused) == (112, 0)
    assert await away.scores() == after
    assert len(await events.history(away.store.read, away.person.id, 199)) == 112


async def test_what_others_said_goes_with_it_to_who_is_alone(
    found: Any, library: Library, rng: np.random.Generator
) -> None:
    home, away = await found("home"), await found("away")
    await at_home(home, library, rng, 20)
    other = await home.store.write(lambda db: people.add(db, "Bob", None, 1))
    await home.rate({item.id: float(rng.integers(0, 11)) for item in library[0][:70]}, other.id)
    await home.learner.tend()
    await home.settle()
    before = await home.scores()
    assert (await home.learner.view(home.person.id, "image")).household.weights is not None
    await away.furnish(*library)
    assert (await away.unpack(await home.pack())).tastes[0].same
    await away.learner.tend()
    assert await away.scores() == pytest.approx(before, abs=1e-6)
    await away.learner.tend()
    assert await away.scores() == pytest.approx(before, abs=1e-6)


async def test_features_that_others_live_by_stay_and_the_taste_is_learned_anew(
    found: Any, library: Library, rng: np.random.Generator
) -> None:
    home, away = await found("home"), await found("away")
    await at_home(home, library, rng)
    await away.furnish(*library)
    other = await away.store.write(lambda db: people.add(db, "Bob", None, 1))
    await away.rate({library[0][0].id: 5.0}, other.id)
    version = away.learner.spaces.of("image").version
    told = await away.unpack(await home.pack())
    assert (told.kept, told.tastes[0].same) == (60, False)
    assert "learned anew" in told.tastes[0].says
    assert away.learner.spaces.of("image").version == version
    assert len(await away.scores()) == 90


async def test_a_library_that_lacks_what_was_rated_is_told_of(
    found: Any, library: Library, rng: np.random.Generator
) -> None:
    home, away = await found("home"), await found("away")
    await at_home(home, library, rng)
    await away.furnish(library[0][:40], *library[1:])
    (told,) = (await away.unpack(await home.pack())).tastes
    assert not told.same and "of the 60 pictures you rated are here" in told.says


def altered(body: bytes, change: Callable[[dict[str, bytes]], None], honest: bool = True) -> bytes:
    """`body` with its entries changed; the manifest says so unless it is not `honest`."""
    with zipfile.ZipFile(io.BytesIO(body)) as read:
        entries = {name: read.read(name) for name in read.namelist()}
    change(entries)
    manifest = json.loads(entries["manifest.json"])
    if honest and isinstance(manifest, dict):
        manifest["files"] = {
            name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in entries.items()
            if name != "manifest.json"
        }
        entries["manifest.json"] = json.dumps(manifest).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name, data in entries.items():
            written.writestr(name, data)
    return out.getvalue()


def tensor(name: str, change: Callable[[Any], Any]) -> Callable[[dict[str, bytes]], None]:
    def alter(entries: dict[str, bytes]) -> None:
        arrays = load(entries["image.safetensors"])
        arrays[name] = change(arrays[name].copy())
        entries["image.safetensors"] = save(arrays)

    return alter


def poison(value: float) -> Callable[[Any], Any]:
    def put(array: Any) -> Any:
        array.flat[0] = value
        return array

    return put


def manifest(**facts: Any) -> Callable[[dict[str, bytes]], None]:
    def alter(entries: dict[str, bytes]) -> None:
        entries["manifest.json"] = json.dumps(json.loads(entries["manifest.json"]) | facts).encode()

    return alter


HOSTILE: dict[str, Callable[[dict[str, bytes]], Any]] = {
    "a path out of the folder": lambda entries: entries.update({"../../etc/passwd": b"x"}),
    "an absolute path": lambda entries: entries.update({"/etc/passwd": b"x"}),
    "an unknown entry": lambda entries: entries.update({"run.sh": b"x"}),
    "a bomb": lambda entries: entries.update({"words.json": b" " * (1 << 24)}),
    "too many entries": lambda entries: entries.update({f"heads/{n}.json": b"" for n in range(99)}),
    "no events": lambda entries: entries.pop("events.ndjson"),
    "no manifest of ours": lambda entries: entries.update({"manifest.json": b"[]"}),
    "a newer format": manifest(format=2),
    "NaN weights": tensor("weights", poison(float("nan"))),
    "infinite features": tensor("phi.directions", poison(float("inf"))),
    "huge features": tensor("phi.directions", poison(1e9)),
    "a landmark divided by nothing": tensor("phi.degrees", poison(0.0)),
    "features of another shape": tensor("phi.mean", lambda array: array[:-1]),
    "more directions than there are": tensor("phi.directions", lambda array: np.tile(array, (1, 9))),
    "items that are none": tensor("household.items", lambda array: np.zeros((3, 5), np.uint8)),
    "words that are none": lambda entries: entries.update({"words.json": b'{"written":[{"text":1}]}'}),
    "endless words": lambda entries: entries.update(
        {"words.json": json.dumps({"written": [{"text": "x" * 70_000, "at": 1}]}).encode()}
    ),
    "signals that none could learn": lambda entries: entries.update(
        {
            "signals.json": b'{"kinds":{"image":{"learned_at":1,"ratings":1,"mean":1e9,"usual":1,'
            b'"effects":[]}}}'
        }
    ),
    "signals of no type": lambda entries: entries.update({"signals.json": b'{"off":["everything"]}'}),
    "forecasts that nobody made": lambda entries: entries.update(
        {"forecasts.ndjson": entries["forecasts.ndjson"].replace(b'"scale":', b'"scale":-')}
    ),
    "forecasts by a stranger": lambda entries: entries.update(
        {"forecasts.ndjson": entries["forecasts.ndjson"].replace(b'"candidate":"', b'"candidate":"x')}
    ),
    "no tensors": lambda entries: entries.update({"image.safetensors": b"\xff" * 99}),
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_a_hostile_file_is_refused_by_name_and_nothing_of_it_is_taken(
    found: Any, library: Library, rng: np.random.Generator, what: str
) -> None:
    home, away = await found("home"), await found("away")
    await at_home(home, library, rng, 6)
    await home.scores()
    await home.learner.tend()
    await away.furnish(*library)
    before = away.learner.spaces.of("image").version
    with pytest.raises(BadValue) as refused:
        await away.unpack(altered(await home.pack(), HOSTILE[what]))
    assert refused.value.what.endswith(".")
    assert await events.history(away.store.read, away.person.id, 9) == []
    assert away.learner.spaces.of("image").version == before
    assert await words.in_force(away.store.read) == {}


async def test_what_was_altered_on_the_way_or_cut_off_is_refused(
    found: Any, library: Library, rng: np.random.Generator
) -> None:
    home, away = await found("home"), await found("away")
    await at_home(home, library, rng, 6)
    body = await home.pack()
    other = altered(body, lambda entries: entries.update({"events.ndjson": b"{}\n"}), honest=False)
    for wrong, why in (
        (other, "'events.ndjson' is not what the manifest"),
        (body[:-99], "damaged"),
        (b"PK\x03\x04", "no taste"),
    ):
        with pytest.raises(BadValue, match=why):
            await away.unpack(wrong)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.integers(0, 10_000), st.booleans())
def test_any_bytes_in_the_place_of_any_are_refused_in_words_or_read(
    whole: bytes, put: bytes, at: int, over: bool
) -> None:
    at %= len(whole)
    body = whole[:at] + put + whole[at + (len(put) if over else 0) :]
    try:
        portable.Bundle(io.BytesIO(body))
    except BadValue as error:
        assert error.what


@pytest.fixture(scope="module")
def whole() -> bytes:
    """A small bundle that is well."""
    file = io.BytesIO()
    writer = portable.Writer(file)
    writer.add("events.ndjson", b'{"type":"person","name":"Ann","format":1}\n')
    writer.tensors("image", {"weights": np.arange(9.0)})
    writer.close(portable.Manifest(1, "test", "Ann", 1, {}, {}))
    return file.getvalue()


async def test_anybody_can_read_what_goes_out(found: Any, library: Library, rng: np.random.Generator) -> None:
    """The statistics solve to the weights, and a row times the weights is the score."""
    home = await found("home")
    await at_home(home, library, rng)
    await home.settle()
    with zipfile.ZipFile(io.BytesIO(await home.pack())) as read:
        assert {
            "manifest.json",
            "events.ndjson",
            "words.json",
            "signals.json",
            "forecasts.ndjson",
            "README.md",
            "image.safetensors",
        } == set(read.namelist())
        of = load(read.read("image.safetensors"))
        about = json.loads(read.read("manifest.json"))["kinds"]["image"]
    np.testing.assert_allclose(
        of["prior.mean"] + np.linalg.solve(of["precision"], of["shift"]), of["weights"], atol=1e-9
    )
    np.testing.assert_allclose(np.linalg.inv(of["precision"]), of["covariance"], atol=1e-9)
    view = await home.learner.view(home.person.id, "image")
    rows = view.rows(np.arange(len(view), dtype=np.uint32))
    held = about["usual_share"]
    expected = np.clip((1 - held) * (rows @ of["weights"]) + held * about["usual"], 0, 10)
    assert 0.001 < held < 0.999
    assert list((await home.scores()).values()) == pytest.approx(expected.tolist(), abs=1e-4)
    assert about["model"] == EMBEDDERS["image"].digest and about["ratings"] == 60
