"""A rating over HTTP to the re-ranked page that holds the item's new score: p50 and p99, 10k and 100k items.

Two clients post 1,000 ratings in all, on three kinds, on top of 300 in the log. After each post the client
asks for the *for you* page and checks that it carries the rated item with a score that moved, and that the
item has left the picks. The rival recomputes mean and variance of every item in numpy after each rating, on
one thread or on all cores, whichever is faster.
"""

import asyncio
import math
import os
import random
import statistics
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

import numpy as np

import rivals
from anagnorisis.store.db import Store
from corpus import SHARES, furnish
from house import Client, House
from receipt import arguments, conclude

LOGGED, POSTS, CLIENTS = 300, 1000, 2


def event(item: str, value: float) -> dict[str, object]:
    """A batch of one rating, as a device sends it."""
    now = int(time.time() * 1000)
    rating = {"uuid": str(uuid.uuid4()), "kind": "rating", "item": item, "value": value, "at": now}
    return {"sent_at": now, "events": [rating]}


def identities(count: int) -> list[str]:
    """The ids that `corpus.furnish` gave, kinds mixed by their shares."""
    made = [
        f"{k + 1:02x}{n:030x}" for k, share in enumerate(SHARES.values()) for n in range(int(count * share))
    ]
    random.Random(3).shuffle(made)
    return made


def rate_and_look(client: Client, item: str, value: float) -> float:
    """Seconds from the post to the page with the new score, both checked."""
    before = client.call("GET", f"/api/feed?mode=for_you&limit=20&keep={item}")["kept"][0]["score"]
    start = time.perf_counter()
    receipt = client.call("POST", "/api/events", event(item, value))
    page = client.call("GET", f"/api/feed?mode=for_you&limit=20&keep={item}")
    seconds = time.perf_counter() - start
    after = page["kept"][0]
    assert receipt["accepted"] and after["item"]["id"] == item and after["mine"] == value
    assert len(page["picks"]) == 20 and item not in {pick["item"]["id"] for pick in page["picks"]}
    assert after["score"] != before, (item, before, after)
    return seconds


def drive(client: Client, items: list[str], seconds: list[float]) -> None:
    """Rate `items` in turn, appending what each took."""
    rng = random.Random(items[0])
    for item in items:
        seconds.append(rate_and_look(client, item, float(rng.randint(0, 10))))


def measure(count: int, folder: Path) -> list[float]:
    """Seconds of each of the POSTS on a house of `count` items."""
    data = folder / f"house-{count}"

    async def build() -> None:
        store = await Store.open(data)
        await furnish(store, count)
        await store.close()

    asyncio.run(build())
    with House(data) as house:
        first = house.open()
        house.quiet(first, sum(int(count * share) for share in SHARES.values()))
        items = identities(count)
        for item in items[:LOGGED]:
            first.call("POST", "/api/events", event(item, float(int(item, 16) % 11)))
        share = POSTS // CLIENTS
        rated = [items[LOGGED + n * share : LOGGED + (n + 1) * share] for n in range(CLIENTS)]
        seconds: list[float] = []
        drivers = [
            threading.Thread(target=drive, args=(house.client(first.cookie), r, seconds)) for r in rated
        ]
        for driver in drivers:
            driver.start()
        for driver in drivers:
            driver.join()
    assert len(seconds) == POSTS, "a client stopped early; see above"
    return seconds


def recompute(count: int, width: int = 98) -> float:
    """The rival: median seconds for numpy to recompute mean and variance of `count` items and the top 200."""
    rng = np.random.default_rng(1)
    phi = rng.normal(size=(count, width)).astype(np.float32)
    factor, weights = np.tril(rng.normal(size=(width, width))).astype(np.float32), phi[0].copy()
    spent = []
    for _ in range(7):
        start = time.perf_counter()
        mean, variance = phi @ weights, ((phi @ factor) ** 2).sum(1)
        np.argpartition(mean + 0 * variance, -200)[-200:]
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)


def main() -> None:
    """Run both sizes and print the receipt."""
    if sys.argv[1:2] == ["--rival"]:
        print(recompute(int(sys.argv[2])))
        return
    parser = arguments(__doc__)
    parser.add_argument("--items", type=int, nargs="*", default=[10_000, 100_000])
    options, load = parser.parse_args(), os.getloadavg()[0]
    figures, ratios = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for count in options.items:
            seconds = sorted(measure(count, Path(folder)))
            name = f"{count // 1000}k"
            figures[f"rating_p50_ms_{name}"] = round(seconds[len(seconds) // 2] * 1e3, 2)
            figures[f"rating_p99_ms_{name}"] = round(seconds[int(len(seconds) * 0.99)] * 1e3, 2)
            seconds_of_rival, threads = rivals.best(__file__, ["--rival", count]) or (math.nan, 0)
            rival = seconds_of_rival * 1e3
            figures[f"numpy_recompute_ms_{name}"] = round(rival, 2)
            figures[f"numpy_recompute_threads_{name}"] = threads
            ratios[f"p50_to_numpy_recompute_{name}"] = round(figures[f"rating_p50_ms_{name}"] / rival, 3)
    conclude("rating", figures, ratios, options.json, load)


if __name__ == "__main__":
    main()
