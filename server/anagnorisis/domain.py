"""The nouns of the house and its error tree. Frozen structs, no I/O; every room imports this one.

AnagnorisisError
├── Refused                  the caller asked for something that cannot be
│   ├── BadValue             a value outside its range or shape
│   ├── Unknown              no such item, source, person, code
│   ├── NotAllowed           no session, wrong code, foreign origin
│   └── Conflict             it exists already, or something else holds it
├── Unreadable               a file that cannot be taken in; says why
├── SourceAway               a source whose folder or address is not there now
└── WorkerLost               the worker process died or did not answer in time
"""

from typing import Literal, NewType, get_args

from msgspec import Struct

ItemId = NewType("ItemId", str)
"""32 lower-case hex digits: the first 16 bytes of the BLAKE3 of the content without its metadata."""

Kind = Literal["music", "image", "article"]
KINDS: tuple[Kind, ...] = get_args(Kind)
EventKind = Literal[
    "rating",
    "clear",
    "undo",
    "play",
    "position",
    "finish",
    "skip",
    "open",
    "dwell",
    "remove",
    "pair",
    "less",
    "wrong",
]
Came = Literal["chosen", "queue", "unattended"]
"""How it came that something plays: somebody chose it, it was next, or nobody seems to be there any more."""
Topic = Literal[
    "items",
    "vectors",
    "ratings",
    "sources",
    "feeds",
    "pages",
    "people",
    "jobs",
    "devices",
    "pairing",
    "egress",
    "controls",
    "playlists",
    "highlights",
    "speakers",
    "words",
    "models",
    "tags",
]
Again = Literal["never", "source", "start"]
"""When what failed is worth another try: not with these bytes, when its source is back, at the next start."""
Role = Literal["screen", "listener", "guest", "member", "owner"]
ROLES: tuple[Role, ...] = get_args(Role)
"""From the one who may do least. A person is never a `screen`: that is what one of their devices may be, and
`listener` while somebody was chosen on it."""

LOWEST, HIGHEST = 0.0, 10.0
IDENTITY_VERSION = 1


class Guessed(str):
    """A tag that no file says: a model guessed it. It is a name like any other, but nobody counts it."""

    __slots__ = ()


class AnagnorisisError(Exception):
    """Every error this program raises on purpose.

    `what` is a sentence saying what happened and what to do; `item` names what it happened to.
    """

    code = "error"

    def __init__(self, what: str, item: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.item = item


class Refused(AnagnorisisError):
    """The caller asked for something that cannot be done as asked."""

    code = "refused"


class BadValue(Refused):
    """A value outside its range or shape."""

    code = "bad_value"


class Unknown(Refused):
    """No item, source, person, device or code of that name."""

    code = "unknown"


class NotAllowed(Refused):
    """No session, a wrong code, or a request from a foreign origin."""

    code = "not_allowed"


class Conflict(Refused):
    """It exists already, or something else holds it."""

    code = "conflict"


class Unreadable(AnagnorisisError):
    """A file that cannot be taken in; `what` is the reason shown to the person."""

    code = "unreadable"
    again: Again = "never"
    """When reading the same bytes may end otherwise."""

    def __init__(self, what: str, item: str = "", again: Again = "never") -> None:
        super().__init__(what, item)
        self.again = again


class SourceAway(AnagnorisisError):
    """A source whose folder or address is not there now; nothing of it is deleted."""

    code = "source_away"


class WorkerLost(AnagnorisisError):
    """The worker process died or did not answer in time."""

    code = "worker_lost"


class Item(Struct, frozen=True):
    """A piece of content, whatever its copies are called and wherever they are."""

    id: ItemId
    kind: Kind
    title: str
    creator: str
    """Artist, author or camera; empty when unknown."""
    collection: str
    """Album, publication or folder; empty when unknown."""
    made_at: int | None
    """Unix seconds: release year, moment of exposure, date of publication."""
    added_at: int
    """Unix seconds of the first time the house saw it."""
    seconds: float
    """Length of a track, reading time of a text, 0 for an image."""
    width: int
    height: int
    """Pixels of an image, 0 elsewhere."""
    words: int
    cover: str
    """What its small picture hangs on beside the content: the short digest of the embedded or folder cover of
    a track, the EXIF orientation of an image that is turned or mirrored, else empty."""


class Place(Struct, frozen=True):
    """Where a copy of an item is, or where a file is that could not be taken in."""

    source: int
    path: bytes
    """Path below the source's address, as the file system spells it."""
    item: ItemId | None
    """None while `problem` says why."""
    size: int
    mtime_ns: int
    inode: int
    folder: str
    name: str
    problem: str
    mount: int = 0
    """Bytes of `path` up to the last folder on another disk than the one above it; 0 without one."""


class Source(Struct, frozen=True):
    """Something items come from: a folder of this machine, a feed of the web."""

    id: int
    type: str
    address: str
    name: str
    state: Literal["new", "scanning", "ready", "away"]
    added_at: int
    scanned_at: int | None


class Problem(Struct, frozen=True):
    """A file that is listed but not taken in, and why."""

    source: int
    name: str
    reason: str


class Person(Struct, frozen=True):
    """Someone of the household."""

    id: int
    name: str
    created_at: int
    role: Role = "member"


class Device(Struct, frozen=True):
    """A browser that was let in."""

    id: int
    person: int
    name: str
    created_at: int
    seen_at: int
    screen: bool = False
    """Narrowed to playing, whatever its person may do elsewhere: the tablet on the kitchen wall."""
    address: str = ""
    """Where it was seen last."""


class Event(Struct, frozen=True):
    """Something a person did. Append-only; the order is (at, uuid)."""

    uuid: str
    person: int
    device: int
    item: str
    kind: EventKind
    value: float | None
    """A rating 0..10, a position (seconds, or fraction of a text), that of a skip, a dwell in seconds; 1 if
    the item of a `pair` is the better one, 0 if the person cannot say."""
    target: str | None
    """The uuid of the event that an `undo` takes back, the other item of a `pair`, `Came` of what plays, the
    reason that `less` or `wrong` is said of."""
    at: int
    """Unix milliseconds on the server's clock, never later than its arrival."""
    received_at: int


class Rating(Struct, frozen=True):
    """The current rating of an item by a person, derived from the events."""

    person: int
    item: ItemId
    value: float
    at: int
    uuid: str


class Score(Struct, frozen=True):
    """What the house expects a person to rate: mean and 80 % band, 0..10."""

    mean: float
    low: float
    high: float


class Pick(Struct, frozen=True):
    """An item as it stands in a list of one person."""

    item: Item
    score: Score | None
    """None while the item has no vector, or the person has too little evidence in its kind."""
    mine: float | None
    """The person's own rating."""
    reason: str
    """One line saying why it stands here; empty in plain sorts."""


class Evidence(Struct, frozen=True):
    """How much the house knows of a person's taste in a kind, in words fit to show."""

    kind: Kind
    ratings: int
    enough: bool
    says: str


class Trial(Struct, frozen=True):
    """How a head and the linear taste did on the newest ratings of a kind, which neither had seen."""

    kind: Kind
    ratings: int
    linear_error: float
    """Mean absolute error, in points."""
    head_error: float
    linear_rank: float | None
    """Spearman's rank correlation, the mean over persons with at least five of them; None without any."""
    head_rank: float | None


class Job(Struct, frozen=True):
    """Background work as a person sees it."""

    name: str
    title: str
    state: Literal["idle", "working", "paused", "failed"]
    done: int
    total: int
    detail: str
