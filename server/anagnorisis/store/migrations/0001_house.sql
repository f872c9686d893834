-- The first house: people, sources, items and their places, events, vectors, the shared features.
CREATE TABLE people (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL COLLATE NOCASE UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE devices (
    id INTEGER PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
    name TEXT NOT NULL,
    token BLOB NOT NULL UNIQUE, -- SHA-256 of the session cookie
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT;
CREATE INDEX devices_of_person ON devices (person);

CREATE TABLE codes (
    hash BLOB PRIMARY KEY, -- SHA-256 of a one-time code
    person INTEGER REFERENCES people ON DELETE CASCADE, -- NULL: whoever opens the house first
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX codes_of_person ON codes (person);

CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    address TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    scanned_at INTEGER,
    UNIQUE (type, address)
) STRICT;

CREATE TABLE items (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    creator TEXT NOT NULL,
    collection TEXT NOT NULL,
    made_at INTEGER,
    added_at INTEGER NOT NULL,
    seconds REAL NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    words INTEGER NOT NULL,
    cover TEXT NOT NULL,
    sort_title TEXT NOT NULL, -- case-folded, without a leading article
    identity_version INTEGER NOT NULL,
    gone_at INTEGER -- NULL while at least one place holds it
) STRICT;
CREATE INDEX items_newest ON items (added_at DESC, id DESC) WHERE gone_at IS NULL;
CREATE INDEX items_newest_of_kind ON items (kind, added_at DESC, id DESC) WHERE gone_at IS NULL;
CREATE INDEX items_by_title ON items (sort_title, id) WHERE gone_at IS NULL;
CREATE INDEX items_by_title_of_kind ON items (kind, sort_title, id) WHERE gone_at IS NULL;
CREATE INDEX items_here ON items (id, kind) WHERE gone_at IS NULL;

CREATE TABLE tags (
    tag TEXT NOT NULL,
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    PRIMARY KEY (tag, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_of_item ON tags (item);

CREATE TABLE texts (
    item TEXT PRIMARY KEY REFERENCES items ON DELETE CASCADE,
    simhash INTEGER NOT NULL, -- before what is long, so that it is read without it
    html TEXT NOT NULL, -- sanitised
    plain TEXT NOT NULL
) STRICT;
CREATE INDEX texts_by_simhash ON texts (simhash, item);

CREATE TABLE places (
    source INTEGER NOT NULL REFERENCES sources ON DELETE CASCADE,
    path BLOB NOT NULL, -- below the source's address, as the file system spells it
    item TEXT REFERENCES items,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    folder TEXT NOT NULL,
    name TEXT NOT NULL,
    problem TEXT NOT NULL,
    PRIMARY KEY (source, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX places_of_item ON places (item);
CREATE INDEX places_by_folder ON places (folder, item);
CREATE INDEX places_with_problem ON places (source, folder, name) WHERE problem <> '';

CREATE TABLE aliases (
    old TEXT PRIMARY KEY,
    new TEXT NOT NULL -- never itself an old one
) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_by_new ON aliases (new);

-- Append-only. Items may be unknown as yet, an undo may come before what it takes back.
CREATE TABLE events (
    uuid TEXT PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES people,
    device INTEGER NOT NULL,
    item TEXT NOT NULL,
    kind TEXT NOT NULL,
    value REAL,
    target TEXT,
    at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    CHECK (kind <> 'rating' OR (value IS NOT NULL AND value BETWEEN 0 AND 10))
) STRICT;
CREATE INDEX events_that_rate ON events (person, item, at DESC, uuid DESC) WHERE kind IN ('rating', 'clear');
CREATE INDEX events_that_place ON events (person, item, at DESC, uuid DESC) WHERE kind IN ('position', 'finish');
CREATE INDEX undone ON events (target, person) WHERE kind = 'undo';
CREATE INDEX events_by_time ON events (person, at DESC, uuid DESC);

-- Derived from events in the same transaction; can be rebuilt from them.
CREATE TABLE ratings (
    person INTEGER NOT NULL,
    item TEXT NOT NULL,
    value REAL NOT NULL,
    at INTEGER NOT NULL,
    uuid TEXT NOT NULL,
    PRIMARY KEY (person, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX ratings_by_value ON ratings (person, value DESC, item DESC);

CREATE TABLE progress ( -- derived: where a person stopped
    person INTEGER NOT NULL,
    item TEXT NOT NULL,
    position REAL NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (person, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX progress_newest ON progress (person, at DESC, item DESC);

CREATE TABLE vectors (
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    model TEXT NOT NULL, -- digest of the embedder
    vector BLOB NOT NULL, -- little-endian f16
    UNIQUE (model, item)
) STRICT;
CREATE INDEX vectors_as_written ON vectors (model);

CREATE TABLE vector_failures (
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    model TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (model, item)
) STRICT, WITHOUT ROWID;

-- The shared features of taste, φ: how they are made, and the row of each item. Derived from vectors.
CREATE TABLE phi (
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    model TEXT NOT NULL,
    items INTEGER NOT NULL, -- vectors it was fitted on
    fitted_at INTEGER NOT NULL,
    body BLOB NOT NULL, -- msgpack
    PRIMARY KEY (kind, version)
) STRICT;
CREATE TABLE phi_rows (
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    item TEXT NOT NULL,
    row BLOB NOT NULL, -- little-endian f16
    PRIMARY KEY (kind, version, item)
) STRICT, WITHOUT ROWID;

-- The household consensus without the person, frozen for an epoch.
CREATE TABLE consensus_epochs (
    kind TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL,
    frozen_at INTEGER NOT NULL,
    ratings INTEGER NOT NULL -- household ratings of the kind when it was frozen
) STRICT, WITHOUT ROWID;
CREATE TABLE consensus (
    person INTEGER NOT NULL,
    item TEXT NOT NULL,
    kind TEXT NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (kind, person, item)
) STRICT, WITHOUT ROWID;

CREATE TABLE switches (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
