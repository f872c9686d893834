-- Feeds: sources that are asked for what is new, what each of their entries said, and the pictures in it.
CREATE TABLE feeds (
    source INTEGER PRIMARY KEY REFERENCES sources ON DELETE CASCADE,
    site TEXT NOT NULL, -- the page the feed belongs to, empty as long as unknown
    folder TEXT NOT NULL, -- where somebody put it, empty for the top
    named INTEGER NOT NULL, -- 1: somebody gave it its name, which the feed does not change any more
    paused INTEGER NOT NULL,
    ended INTEGER NOT NULL, -- 1: its host said that it is gone for good
    due_at INTEGER NOT NULL, -- unix seconds
    asked_at INTEGER, -- NULL until it was asked for the first time
    fine_at INTEGER, -- the last time it answered as a feed does
    failures INTEGER NOT NULL, -- in a row
    problem TEXT NOT NULL, -- why the last time came to nothing, in plain words
    answered TEXT NOT NULL, -- the address that gave the two below
    etag TEXT NOT NULL,
    modified TEXT NOT NULL,
    ttl_s INTEGER NOT NULL, -- for how long it said that nothing new need be expected
    icon BLOB, -- NULL until it was looked for, empty when there is none
    icon_type TEXT NOT NULL
) STRICT;
CREATE INDEX feeds_due ON feeds (due_at) WHERE paused = 0 AND ended = 0;

CREATE TABLE entries (
    source INTEGER NOT NULL REFERENCES sources ON DELETE CASCADE,
    path BLOB NOT NULL, -- as in places: the canonical address, or what stands for it
    item TEXT NOT NULL,
    guid TEXT NOT NULL,
    link TEXT NOT NULL, -- where the whole of it can be read, empty when nowhere
    said BLOB NOT NULL, -- digest of all that the feed said of it
    words INTEGER NOT NULL,
    cleaner INTEGER NOT NULL, -- version of the rules its text was made safe by
    media TEXT NOT NULL, -- JSON: what can be played, its length, chapters, picture
    raw BLOB NOT NULL, -- its HTML as it came, deflated; last, as it is long
    PRIMARY KEY (source, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX entries_by_path ON entries (path, item);
CREATE INDEX entries_by_guid ON entries (source, guid);
CREATE INDEX entries_of_item ON entries (item, source, words);
CREATE INDEX entries_by_cleaner ON entries (cleaner, source, path);

CREATE TABLE pictures (
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    mark TEXT NOT NULL, -- what its text calls it
    address TEXT NOT NULL,
    PRIMARY KEY (item, mark)
) STRICT, WITHOUT ROWID;
CREATE INDEX articles_by_title ON items (sort_title, id) WHERE kind = 'article';
