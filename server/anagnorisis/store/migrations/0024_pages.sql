-- Pages that somebody saved: what is wanted, what came of it, the page as it came, and which engine suits a site.
CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES sources ON DELETE CASCADE,
    path BLOB NOT NULL, -- the canonical spelling of its address, or what stands for a file without one
    address TEXT NOT NULL, -- as somebody gave it, empty for a file
    saved_at INTEGER NOT NULL, -- unix seconds
    due_at INTEGER, -- when it is to be fetched; NULL: not any more
    failures INTEGER NOT NULL, -- in a row
    problem TEXT NOT NULL, -- why the last time came to nothing, in plain words
    note TEXT NOT NULL, -- what is missing of it, as far as is known
    item TEXT, -- NULL until it was fetched
    answered TEXT NOT NULL, -- the address that gave it in the end
    engine TEXT NOT NULL, -- what found its text
    language TEXT NOT NULL, -- as it says itself
    pictured INTEGER NOT NULL, -- 1: its pictures are in the house, as far as they can be had
    type TEXT NOT NULL, -- content type of what is next
    archive BLOB, -- the page as it came, deflated; NULL while there is none; last, as it is long
    UNIQUE (source, path)
) STRICT;
CREATE INDEX pages_due ON pages (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX pages_bare ON pages (id) WHERE pictured = 0;
CREATE INDEX pages_of_item ON pages (item, id);

CREATE TABLE site_engines (
    site TEXT PRIMARY KEY, -- host without its www.
    engine TEXT NOT NULL -- what finds the texts of its pages, since somebody said that they were wrong
) STRICT, WITHOUT ROWID;
