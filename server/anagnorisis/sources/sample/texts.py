"""Short texts on six subjects, put together from sentences by a seed, as Markdown, HTML and plain text."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

SENTENCES_A_TEXT = 12


def texts(folder: Path, seed: int, count: int) -> Iterator[tuple[Path, Callable[[Path], None]]]:
    """`count` texts, subjects in turn, each with the call that writes it."""
    subjects = tuple(SUBJECTS.items())
    for number in range(count):
        subject, (author, sentences, words) = subjects[number % len(subjects)]
        rng = np.random.default_rng([seed, 4, number])
        title = f"{words[number // len(subjects) % len(words)]}"
        title = title if number < len(subjects) * len(words) else f"{title} {number // len(subjects) + 1}"
        chosen = [str(s) for s in rng.permutation(sentences)[:SENTENCES_A_TEXT]]
        paragraphs = [" ".join(chosen[i : i + 4]) for i in range(0, len(chosen), 4)]
        suffix = (".md", ".html", ".txt")[number % 3]
        path = folder / subject / f"{title}{suffix}"
        yield path, partial(_write, title=title, author=author, paragraphs=paragraphs, suffix=suffix)


def _write(path: Path, title: str, author: str, paragraphs: list[str], suffix: str) -> None:
    if suffix == ".md":
        body = f"# {title}\n\n*{author}*\n\n" + "\n\n".join(paragraphs) + "\n"
    elif suffix == ".html":
        inner = "\n".join(f"<p>{p}</p>" for p in paragraphs)
        head = f'<meta charset="utf-8"><title>{title}</title><meta name="author" content="{author}">'
        body = f"<!doctype html>\n<html><head>{head}</head><body><h1>{title}</h1>\n{inner}\n</body></html>\n"
    else:
        body = f"{title}\n\n" + "\n\n".join(paragraphs) + "\n"
    path.write_text(body, "utf-8")


SEA = """The tide leaves a line of weed and cork that tells the fishermen where the current turned.
A lighthouse keeper wrote the weather down four times a day for thirty-one years.
Gulls follow the trawlers home because the nets are washed at the harbour mouth.
Salt creeps into every hinge, so the boats are oiled before they are painted.
On a calm night you can hear the bell buoy two miles from the shore.
The old charts mark the reef with a small cross and the word doubtful.
Herring come close to the coast in autumn, and the whole village smells of smoke.
Sailors judged the depth by the colour of the water long before they had instruments.
A rope that has been wet and dried a hundred times is softer than a new one.
The ferry waits for the post van, and the post van waits for the tide.
Storms move the sandbanks, so the pilot must learn the channel again each spring.
Children collect glass that the sea has rubbed as smooth as pebbles.
The harbour wall was built from ballast stones that ships had carried from Norway.
When fog comes in, the horn sounds every thirty seconds until somebody remembers to stop it."""

BREAD = """A sour dough begins with flour, water and a week of patience.
The crust sings when the loaf leaves the oven, a faint crackle as it cools.
Rye holds more water than wheat and forgives a tired baker.
Good bakers judge the dough with the back of the hand rather than with the clock.
Salt slows the yeast, and slow bread tastes of more than flour.
The first loaf of the day goes to whoever swept the floor.
Steam in the first ten minutes keeps the crust soft enough to rise.
An oven built of brick stays warm until the next morning's biscuits.
Butter is folded into the dough in layers thinner than paper.
Old bread becomes crumbs, dumplings, pudding, and finally food for hens.
The mill still turns on Saturdays when there is enough water in the stream.
Kneading is finished when the dough can be stretched until light shines through it.
Cinnamon, cardamom and orange peel are kept in the same drawer and smell of each other.
A recipe is a letter from somebody who is no longer in the kitchen."""

STARS = """The light of that faint galaxy left before there were flowers on the earth.
A small telescope shows the moons of Jupiter as four grains in a row.
Astronomers once counted stars on glass plates with a needle and a magnifier.
Comets are dirty ice, and their tails always point away from the sun.
The spectrum of a star is a list of what it is made of, written in missing colours.
Pulsars keep time better than most clocks that people have built.
A nebula is mostly nothing, arranged beautifully over a great distance.
The planets wander because we watch them from a planet that wanders too.
Radio dishes listen at night and by day, for the sky makes noise at all hours.
Dark skies have become rare enough to be protected by law in some valleys.
Orbits are ellipses, and the sun sits quietly at one focus.
Black holes were a mathematical embarrassment before they became a photograph.
Gravity bends light, so a heavy cluster works as a lens a million years wide.
Meteor showers come back every year because the earth crosses the same dust again."""

GARDEN = """Prune the apple tree in winter, when its bones can be seen.
A compost heap is warm in the middle even under snow.
Foxgloves seed themselves where they please, and they are usually right.
The robin follows the spade because turned earth is a table.
Beans climb to the right and hops climb to the left.
Slugs come out after rain, and so does the gardener with a lamp.
Roses like clay, lavender likes stones, and nobody likes bindweed.
Seeds saved from the best plant make next year's row a little better.
A hedge keeps the wind off better than a wall, because it lets some of it through.
Moss means shade, and shade is a reason to plant ferns.
Early potatoes are lifted when the flowers open, late ones when the leaves die.
Bees visit the borage all day and come home the colour of pollen.
The greenhouse smells of tomato leaves from May to October.
A path should be wide enough for two people or for one with a barrow."""

TRAINS = """The night train leaves at ten and is in the mountains before breakfast.
Signals were once oil lamps that a man lit by walking the line.
A steam engine must be woken four hours before it can pull anything.
The dining car has white cloths, brass lamps and a cook who can stand on a curve.
Timetables taught whole countries to agree what time it was.
Tunnels were dug from both ends, and the engineers held their breath at the meeting.
Rails are joined by welding now, so the old rhythm of the wheels has gone.
At the junction the carriages part, and half of the sleepers go to another sea.
A station clock is always right, or the stationmaster wants to know why.
Freight runs at night, when the platforms belong to mice and mail bags.
The funicular needs no engine, only water in the upper car.
Snow ploughs go first over the pass, throwing white wings to both sides.
Every bridge has a speed, and every driver knows it by heart.
The last stop has one bench, one lamp and a timetable from another year."""

CODE = """A program is read far more often than it is written.
The cheapest test is the one that fails on the day the mistake is made.
Names are the first documentation and the last to be repaired.
Caches are easy to fill and hard to empty at the right moment.
A queue that is never bounded is a promise that memory cannot keep.
Two clocks on one machine already disagree, and networks make it worse.
Deleting code is the only change that never slows a program down.
An index is a second copy of the truth, arranged for somebody in a hurry.
Good errors say what happened, to what, and what to do now.
The compiler is a colleague who never gets tired of your types.
Backups that were never restored are only a hope with a file name.
Concurrency is simple until two things happen in the other order.
Measure first, for the slow part is seldom where it looks slow.
Every abstraction is a bet on which things will change."""

SUBJECTS: dict[str, tuple[str, list[str], list[str]]] = {
    "sea": (
        "Ines Calder",
        SEA.split("\n"),
        ["The harbour wall", "Bell buoy", "Salt and rope", "Low water", "The pilot"],
    ),
    "bread": (
        "Tomas Rehn",
        BREAD.split("\n"),
        ["The slow loaf", "Rye", "Brick oven", "Saturday mill", "Crumbs"],
    ),
    "stars": (
        "Mira Okafor",
        STARS.split("\n"),
        ["Dark skies", "Glass plates", "Four moons", "A lens of gravity", "Dust"],
    ),
    "garden": (
        "Ada Whitlow",
        GARDEN.split("\n"),
        ["Winter pruning", "The hedge", "Foxgloves", "Robin", "Early potatoes"],
    ),
    "trains": (
        "Jonas Brandt",
        TRAINS.split("\n"),
        ["The night train", "Signals", "Dining car", "Over the pass", "Last stop"],
    ),
    "code": (
        "Lea Fontaine",
        CODE.split("\n"),
        ["Names", "Two clocks", "The cache", "Restore", "Bounded queues"],
    ),
}
